import Caching
import Dedup

// What users conform to protocols of the library with, compiled as they compile it: with SwiftPM's default settings.

/// A record store that keeps nothing.
struct ForgetfulRecords: ExecutionRecordStore {
    func save(_ changes: [ExecutionRecord]) async throws {}
    func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? { nil }
    func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] { [] }
    func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] { [] }
}

/// Time that passes twice as fast.
struct FastTime: TimeSource {
    private let start = SystemTimeSource().now

    var now: MonotonicInstant {
        let system = SystemTimeSource().now
        return system.advanced(by: start.duration(to: system))
    }

    var wallTime: WallTime { SystemTimeSource().wallTime }

    func sleep(until deadline: MonotonicInstant) async throws {
        while now < deadline { try await Task.sleep(for: now.duration(to: deadline) / 2) }
    }
}

/// A key of a cache of one's own.
struct PageKey: CacheKey {
    let path: String
    let page: Int
}
