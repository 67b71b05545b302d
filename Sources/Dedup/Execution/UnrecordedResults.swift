internal import Caching

/// A result with its time to live.
struct KeptResult: Sendable {
    let result: StoredResult
    /// Nil keeps nothing.
    let timeToLive: TimeToLive?
    let weight: Int
}

/// A result that is withheld, because its record could not be stored.
struct UnrecordedResult: Sendable {
    let kept: KeptResult
    let state: RecordState
}

/// What has become of one record that the store did not take in time.
final class RecordState: Sendable {
    private enum State: Sendable {
        /// The store has not answered; what to fulfil when it has.
        case saving([OneShot<Bool>])
        /// The store has refused it; it waits in the record writer.
        case pending
        /// The store has refused it, and the record writer had no room for it: a retry brings it to the store itself.
        case left(ExecutionRecord)
        case stored
    }

    private let state = Lock(State.saving([]))

    /// Whether the record waits in the record writer.
    var isPending: Bool { state.withLock { if case .pending = $0 { true } else { false } } }

    /// Whether the record is stored.
    var isStored: Bool { state.withLock { if case .stored = $0 { true } else { false } } }

    /// Fulfils `shot` when the store has answered, at once if it has.
    func fulfilWhenAnswered(_ shot: OneShot<Bool>) {
        let isAnswered = state.withLock { state in
            guard case .saving(let waiting) = state else { return true }
            state = .saving(waiting + [shot])
            return false
        }
        if isAnswered { shot.fulfil(true) }
    }

    /// The store has answered. A record that is stored stays so; `left` is one that it has refused and that nothing else
    /// will bring to it.
    func answered(_ end: Result<Void, any Error>, left: ExecutionRecord? = nil) {
        let waiting = state.withLock { state -> [OneShot<Bool>] in
            var waiting: [OneShot<Bool>] = []
            switch state {
            case .stored: return []
            case .saving(let shots): waiting = shots
            case .pending, .left: break
            }
            if case .success = end {
                state = .stored
            } else if let left {
                state = .left(left)
            } else {
                state = .pending
            }
            return waiting
        }
        for shot in waiting { shot.fulfil(true) }
    }

    /// The record that a retry has to bring to the store itself, if that is so; from now on it is being saved.
    func takeLeft() -> ExecutionRecord? {
        state.withLock { state in
            guard case .left(let change) = state else { return nil }
            state = .saving([])
            return change
        }
    }
}

/// Under ``RecordStoreFailurePolicy/failClosed``: the results that are withheld because their records could not be stored.
///
/// The step has run, so a retry must not run it again; it gets the result as soon as the record is stored. Each is kept
/// for its own time to live, and there is room for a bounded number of them.
struct UnrecordedResults: Sendable {
    private let results: Cache<Fingerprint, UnrecordedResult>

    /// Makes room for `limit` results. The seed is that of the cache, so that a test can repeat the jitter.
    init(limit: Int, seed: UInt64?) {
        do {
            results = try Cache(CacheConfiguration(capacity: .entries(limit), policy: .fifo, shards: 1, seed: seed))
        } catch {
            preconditionFailure("The limit was validated: \(error)")
        }
    }

    /// The withheld result of a fingerprint, if it has not expired at `now`.
    func result(for fingerprint: Fingerprint, at now: MonotonicInstant) -> UnrecordedResult? {
        results.peek(for: fingerprint, at: now)?.value
    }

    /// Keeps a result. What has to leave for it goes into `removals`, to be destroyed outside the caller's lock.
    func keep(
        _ result: UnrecordedResult, for fingerprint: Fingerprint,
        removals: inout Removals<Fingerprint, UnrecordedResult>
    ) {
        guard let timeToLive = result.kept.timeToLive else { return }
        results.insert(
            result, for: fingerprint, timeToLive: timeToLive, weight: 1, at: result.kept.result.endedAt,
            removals: &removals)
    }

    /// Forgets the result of a fingerprint.
    ///
    /// - Returns: Whether there was one.
    func remove(_ fingerprint: Fingerprint) -> Bool { results.removeValue(for: fingerprint) }

    /// Forgets the result of a fingerprint and returns it, to be destroyed outside the caller's lock.
    func take(_ fingerprint: Fingerprint) -> UnrecordedResult? {
        let result = results.peek(for: fingerprint, at: MonotonicInstant(nanoseconds: .min))?.value
        results.removeValue(for: fingerprint)
        return result
    }

    /// Forgets a result that was confirmed.
    ///
    /// - Returns: Whether it was still there: one that was invalidated meanwhile is not to be cached.
    func confirm(_ earlier: UnrecordedResult, for fingerprint: Fingerprint) -> Bool {
        let current = results.peek(for: fingerprint, at: earlier.kept.result.endedAt)?.value
        guard current?.kept.result === earlier.kept.result else { return false }
        return results.removeValue(for: fingerprint)
    }

    /// Forgets the results whose labels meet a condition; returns how many.
    @discardableResult
    func removeAll(where isMeant: (RequestLabels) -> Bool) -> Int {
        results.removeAll { _, result in isMeant(result.kept.result.labels) }
    }

    /// Forgets all results.
    func removeAll() { results.removeAll() }

    /// Frees what has expired.
    func sweep(at now: MonotonicInstant) { results.sweep(at: now) }
}
