internal import DedupBenchKit
internal import Foundation
internal import LoadGeneration
internal import Synchronization
internal import Workloads

/// `ExecutionDeduplicationService` of the original. Each method runs alone, as everything between two awaits does in Node.
final class ExecutionDeduplicationService: Sendable {
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

    private struct State {
        var executing: [String: Date] = [:]
        /// A line for every request that was answered. Defect: grows for ever; nothing ever leaves it.
        var executionHistory: [String: [HistoryEntry]] = [:]
    }

    private let state = Mutex(State())

    /// Whether the key is not being executed. It only looks: the caller has to come back with ``markExecuting(_:)``.
    func shouldExecute(_ key: String) -> Bool {
        state.withLock { state in
            guard let startedAt = state.executing[key] else { return true }
            // Defect: `Date.now()` is the wall clock, which jumps.
            if Date().timeIntervalSince(startedAt) > Self.executionTimeout {
                state.executing[key] = nil
                return true
            }
            return false
        }
    }

    /// Notes that the key is being executed. Defect: does not look whether another caller was faster.
    func markExecuting(_ key: String) {
        state.withLock { $0.executing[key] = Date() }
    }

    /// Notes that the key was executed.
    ///
    /// Defect: removes whatever entry the key has, that of a newer run too when this one outlived its timeout.
    func markComplete(_ key: String, _ value: WorkValue) {
        let startedAt = state.withLock { $0.executing.removeValue(forKey: key) } ?? Date()
        record(key, value, startedAt: startedAt, fromCache: false)
    }

    /// Notes that the key was answered from the cache.
    func markCached(_ key: String, _ value: WorkValue) {
        record(key, value, startedAt: Date(), fromCache: true)
    }

    private func record(_ key: String, _ value: WorkValue, startedAt: Date, fromCache: Bool) {
        let entry = HistoryEntry(
            execution: value.execution, startedAt: startedAt, completedAt: Date(), fromCache: fromCache,
            executionCount: 2)
        state.withLock { $0.executionHistory[key, default: []].append(entry) }
    }
}

/// `ExecutionCacheService` of the original. Each method runs alone, as in Node.
final class ExecutionCacheService: Sendable {
    private struct Entry {
        var result: WorkValue
        var timestamp: Date
    }

    private let timeToLive: TimeInterval
    /// Defect: has no capacity. What expired stays until its key is asked for again.
    private let cache = Mutex<[String: Entry]>([:])

    init(_ settings: CacheSettings) {
        // The original knew one kind of time to live: from the moment of writing.
        timeToLive =
            switch settings.timeToLive.rule {
            case .forever: .infinity
            case .fixed(let life), .sliding(let life, _): life / .seconds(1)
            }
    }

    /// The cached result, if there is one that is young enough by the wall clock.
    func getCachedResult(_ key: String) -> WorkValue? {
        cache.withLock { cache in
            guard let entry = cache[key] else { return nil }
            guard Date().timeIntervalSince(entry.timestamp) < timeToLive else {
                cache[key] = nil
                return nil
            }
            return entry.result
        }
    }

    func cacheResult(_ key: String, _ result: WorkValue) {
        cache.withLock { $0[key] = Entry(result: result, timestamp: Date()) }
    }

    func clear() {
        cache.withLock { $0 = [:] }
    }
}
