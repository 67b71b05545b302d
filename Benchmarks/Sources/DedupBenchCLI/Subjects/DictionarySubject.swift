internal import DedupBenchKit
internal import DedupVerification
internal import LoadGeneration
internal import Synchronization
internal import Workloads

/// A lock around a dictionary with a time to live: what a user would write himself in ten minutes.
///
/// Check, then run, then store. Two callers that miss at the same time both run, nothing bounds the dictionary, and what
/// expired stays until it is asked for again.
final class DictionarySubject: Subject {
    /// How it is made.
    static let blueprint = SubjectBlueprint(
        name: "dictionary", summary: "a lock around a dictionary with a time to live: the floor to beat",
        promises: Promises(duplicates: .none), verbs: [.get, .invalidate]
    ) { settings in DictionarySubject(settings.system.cache, settings.clock) }

    private struct Entry {
        var value: WorkValue
        var storedAt: UInt64
        var deadline: UInt64?
    }

    private struct State {
        var entries: [UInt32: Entry] = [:]
        var hits = 0
        var executions = 0
    }

    private let clock: any RunClock
    private let lifetime: UInt64?
    private let slides: Bool
    private let maximumAge: UInt64?
    private let state = Mutex(State())

    private init(_ cache: CacheSettings, _ clock: any RunClock) {
        self.clock = clock
        switch cache.timeToLive.rule {
        case .forever: (lifetime, slides, maximumAge) = (nil, false, nil)
        case .fixed(let life): (lifetime, slides, maximumAge) = (life.nanoseconds, false, nil)
        case .sliding(let life, let maximumAge):
            (lifetime, slides, self.maximumAge) = (life.nanoseconds, true, maximumAge.map(\.nanoseconds))
        }
    }

    func call(_ work: Work) async -> Answer {
        if let value = cached(work.key) { return .value(value, .hit) }
        do {
            let value = try await work.run()
            store(value, for: work.key)
            return .value(value, .executed)
        } catch {
            return .failed(error)
        }
    }

    func get(_ key: UInt32) async -> Answer? { cached(key, executesOtherwise: false).map { .value($0, .hit) } }

    func invalidate(_ key: UInt32) async { state.withLock { $0.entries[key] = nil } }

    private func cached(_ key: UInt32, executesOtherwise: Bool = true) -> WorkValue? {
        state.withLock { state in
            let now = clock.now()
            guard let entry = state.entries[key], entry.deadline.map({ now < $0 }) ?? true else {
                state.entries[key] = nil
                if executesOtherwise { state.executions += 1 }
                return nil
            }
            state.hits += 1
            if slides { state.entries[key]?.deadline = deadline(from: now, storedAt: entry.storedAt) }
            return entry.value
        }
    }

    private func store(_ value: WorkValue, for key: UInt32) {
        state.withLock { state in
            let now = clock.now()
            state.entries[key] = Entry(value: value, storedAt: now, deadline: deadline(from: now, storedAt: now))
        }
    }

    private func deadline(from now: UInt64, storedAt: UInt64) -> UInt64? {
        guard let lifetime else { return nil }
        let (deadline, oldest) = (now.addingClamped(lifetime), maximumAge.map { storedAt.addingClamped($0) })
        return min(deadline, oldest ?? deadline)
    }

    var counters: SubjectCounters {
        state.withLock { SubjectCounters(hits: $0.hits, joins: 0, executions: $0.executions) }
    }

    var liveEntries: Int? { state.withLock { $0.entries.count } }
}

extension UInt64 {
    /// The sum, or the largest number where that does not fit.
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
