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

/// A middleware that counts.
struct CountingMiddleware: StepMiddleware {
    func execute<Output: Sendable>(
        _ request: StepRequest, next: StepChain<Output>
    ) async throws -> Outcome<Output> {
        print("executing \(request.step.name)")
        return try await next(request)
    }
}

/// The forms in which work is described.
func describedWork(_ id: Int, _ name: String) async throws {
    let dedup = Deduplicator(records: ForgetfulRecords(), time: FastTime())
    let user: String = try await dedup.once("user", id, name, ttl: .seconds(60)) { "user \(id)" }
    let users = try await dedup.once("user", keys: [1, 2]) { ids in
        Dictionary(uniqueKeysWithValues: ids.map { ($0, user) })
    }
    let key = try dedup.fingerprint(of: "user", id, name)
    let again = try await dedup.execute(key) { user }
    _ = try await dedup.execute(key) { execution in "\(execution.epoch)" }
    let registry = StepRegistry(deduplicator: dedup, outer: [CountingMiddleware()], inner: [CountingMiddleware()])
    let ping = Step("ping") { "pong" }
    let add = Step("add", ttl: .seconds(5)) { (a: Int, b: Int) in a + b }
    try registry.register(ping)
    try registry.register(add)
    let pong = try await registry.execute(ping).value
    let sum = try await registry.execute("add", context: [1, 2], as: Int.self).value
    print(users, again.source, pong, sum + (try await registry.execute(add, 1, 2).value))
}

/// A subscriber that knows not every kind of event and not every code of an error.
func watch(_ dedup: Deduplicator) async {
    for await event in dedup.events.subscribe() {
        switch event.kind {
        case .executionStarted: print("started")
        case .cacheHit: print("hit")
        default: break
        }
        switch (event.error as? DedupError)?.code {
        case .overdue?: print("overdue")
        default: break
        }
    }
}
