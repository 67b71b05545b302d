internal import Foundation
internal import LoadGeneration
internal import Workloads

/// `ExecutionDeduplicationService` of the original.
actor ExecutionDeduplicationService {
    /// What `shouldExecute` answers.
    struct Decision: Sendable {
        var shouldExecute: Bool
        /// The execution that was last seen for the key, which the refused caller is told about.
        var inTheWay: UInt64 = 0
    }

    /// A line of `executionHistory`.
    private struct HistoryEntry {
        var execution: UInt64
        var startedAt: Date
        var completedAt: Date
        var fromCache: Bool
        /// `executionCount`. Defect: starts at 1 and is then incremented, so one run counts as two.
        var executionCount: Int
    }

    /// After how long a key that is still "executing" is thought to be dead: 30 s.
    private static let executionTimeout: TimeInterval = 30

    private var executing: [String: Date] = [:]
    /// A line for every request that was answered. Defect: grows for ever; nothing ever leaves it.
    private var executionHistory: [String: [HistoryEntry]] = [:]

    /// Whether nobody executes the key. It only looks: the caller has to come back with ``markExecuting(_:)``.
    func shouldExecute(_ key: String) -> Decision {
        guard let startedAt = executing[key] else { return Decision(shouldExecute: true) }
        // Defect: `Date.now()` is the wall clock, which jumps.
        if Date().timeIntervalSince(startedAt) > Self.executionTimeout {
            executing[key] = nil
            return Decision(shouldExecute: true)
        }
        return Decision(shouldExecute: false)
    }

    /// Notes that the key is being executed. Defect: does not look whether somebody else was faster.
    func markExecuting(_ key: String) {
        executing[key] = Date()
    }

    /// Notes that the key was executed.
    ///
    /// Defect: removes whatever entry the key has, that of a newer run too when this one outlived its timeout.
    func markComplete(_ key: String, _ value: StepValue) {
        let startedAt = executing.removeValue(forKey: key) ?? Date()
        record(key, value, startedAt: startedAt, fromCache: false)
    }

    /// Notes that the key was answered from the cache.
    func markCached(_ key: String, _ value: StepValue) {
        record(key, value, startedAt: Date(), fromCache: true)
    }

    private func record(_ key: String, _ value: StepValue, startedAt: Date, fromCache: Bool) {
        executionHistory[key, default: []].append(
            HistoryEntry(
                execution: value.execution, startedAt: startedAt, completedAt: Date(), fromCache: fromCache,
                executionCount: 2))
    }
}

/// `ExecutionCacheService` of the original.
actor ExecutionCacheService {
    private struct Entry {
        var result: StepValue
        var timestamp: Date
    }

    private let timeToLive: TimeInterval
    /// Defect: has no capacity. What expired stays until its key is asked for again.
    private var cache: [String: Entry] = [:]

    init(_ settings: CacheSettings) {
        // The original knew one kind of time to live: from the moment of writing.
        timeToLive =
            switch settings.timeToLive.rule {
            case .forever: .infinity
            case .fixed(let life), .sliding(let life, _): life / .seconds(1)
            }
    }

    /// The cached result, if there is one that is young enough by the wall clock.
    func getCachedResult(_ key: String) -> StepValue? {
        guard let entry = cache[key] else { return nil }
        guard Date().timeIntervalSince(entry.timestamp) < timeToLive else {
            cache[key] = nil
            return nil
        }
        return entry.result
    }

    func cacheResult(_ key: String, _ result: StepValue) {
        cache[key] = Entry(result: result, timestamp: Date())
    }

    func clear() {
        cache = [:]
    }
}
