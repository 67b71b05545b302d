internal import Caching
internal import DedupVerification

/// One of many calls for the same key, as `expectNoDuplicateExecutions` hands it to the code under test.
public struct DuplicateRequest: Sendable {
    /// What is asked for: calls with the same key ask for the same work.
    public let key: Int
    /// The number of the call, from 0 on.
    let number: Int
    private let recorder: HistoryRecorder
    private let herd: Herd
    private let duration: Duration
    private let failingEvery: Int?
    private let causes: Causes

    init(
        key: Int, number: Int, recorder: HistoryRecorder, herd: Herd, duration: Duration, failingEvery: Int?,
        causes: Causes
    ) {
        self.key = key
        self.number = number
        self.recorder = recorder
        self.herd = herd
        self.duration = duration
        self.failingEvery = failingEvery
        self.causes = causes
    }

    /// The work: run it where the code under test does what must not be done twice, and hand its value back to the caller.
    ///
    /// It lasts until all callers of the key are on their way (a second at most), so that they can meet, and then as long as
    /// `lasting` says.
    ///
    /// - Returns: A number that names this execution and no other.
    /// - Throws: ``DuplicateWorkFailed`` where the test wants it to fail, and `CancellationError` when its task is cancelled.
    public func run() async throws -> Int {
        let id = recorder.beginExecution(of: UInt32(key), at: .now)
        causes.note(id, call: number)
        do {
            try await herd.waitForAll()
            try await Task.sleep(for: duration)
            if let failingEvery, id.isMultiple(of: UInt64(failingEvery)) {
                throw DuplicateWorkFailed(execution: Int(id))
            }
            recorder.endExecution(id, at: .now, succeeded: true)
            return Int(id)
        } catch {
            recorder.endExecution(id, at: .now, succeeded: false)
            throw error
        }
    }
}

/// The work of a ``DuplicateRequest`` failed, because the test wants some of it to fail.
public struct DuplicateWorkFailed: Error, Hashable, Sendable {
    /// The execution that failed.
    public let execution: Int
}

extension UInt64 {
    /// The monotonic clock, in nanoseconds.
    static var now: UInt64 { UInt64(MonotonicInstant.now.nanoseconds) }
}

/// The callers of one key that are let go together.
final class Herd: Sendable {
    private let missing: Lock<Int>
    private let arrived = Latch()

    init(_ callers: Int) {
        missing = Lock(callers)
    }

    /// A caller is on its way.
    func arrive() {
        let left = missing.withLock { missing in
            missing -= 1
            return missing
        }
        if left == 0 { arrived.open() }
    }

    /// Waits for the last caller, but no longer than a second: a limit on callers in the code under test is no reason to
    /// hang.
    func waitForAll() async throws { try await arrived.wait(atMost: .seconds(1)) }
}

extension Latch {
    /// Waits until the latch is open or the time is over.
    func wait(atMost limit: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.wait() }
            group.addTask { try await Task.sleep(for: limit) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// Which call caused which execution.
final class Causes: Sendable {
    private let calls = Lock<[UInt64: Int]>([:])

    func note(_ execution: UInt64, call: Int) { calls.withLock { $0[execution] = call } }

    /// A call that caused more executions than one, and how many; nil if there is none.
    var repeated: (call: Int, executions: Int)? {
        let counts = calls.withLock { $0.values.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 } }
        return counts.filter { $0.value > 1 }.min { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func call(of execution: UInt64) -> Int? { calls.withLock { $0[execution] } }
}
