internal import Caching
internal import Dedup

/// The library.
final class CoreSubject: Subject {
    let deduplicator: Deduplicator
    /// A planted fault of its user's: work inside a step is asked for from a task that does not belong to it.
    let hidesRecursion: Bool

    var core: Deduplicator? { deduplicator }
    var supersededEpochs: Set<UInt64> { [] }

    init(_ deduplicator: Deduplicator, hidesRecursion: Bool = false) {
        self.deduplicator = deduplicator
        self.hidesRecursion = hidesRecursion
    }

    static func fingerprint(_ key: Int) -> Fingerprint {
        let word = UInt64(key + 1) &* 0x9E37_79B9_7F4A_7C15
        return Fingerprint(words: (word, ~word, word &* 3, word &* 5))
    }

    func execute(
        _ request: Request, _ body: @escaping @Sendable (UInt64) async throws -> UInt64
    ) async throws -> Answer {
        guard hidesRecursion else { return try await ask(request, body) }
        return try await Task.detached { try await self.ask(request, body) }.value
    }

    private func ask(
        _ request: Request, _ body: @escaping @Sendable (UInt64) async throws -> UInt64
    ) async throws -> Answer {
        let timeToLive = request.plan.timeToLive
        var decide: (@Sendable (UInt64) -> TimeToLive?)?
        if request.plan.isDecidedByResult { decide = { _ in timeToLive } }
        let outcome = try await deduplicator.execute(
            Self.fingerprint(request.key), step: "step \(request.key)", policy: request.plan.policy,
            call: CallOptions(
                duplicates: request.duplicates, deadline: request.deadline.map { .nanoseconds(Int64($0)) }),
            timeToLive: decide
        ) { execution in
            try await body(execution.epoch)
        }
        return Answer(value: outcome.value, source: outcome.source.answerSource, epoch: outcome.executionID)
    }

    func invalidate(_ key: Int) { deduplicator.invalidate(Self.fingerprint(key)) }
    func invalidateAll() { deduplicator.invalidateAll() }
}

extension OutcomeSource {
    fileprivate var answerSource: Answer.Source {
        switch self {
        case .executed: .executed
        case .joined: .joined
        case .hit: .hit
        }
    }
}
