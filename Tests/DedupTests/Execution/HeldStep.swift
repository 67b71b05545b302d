import Caching
import Dedup
import DedupTesting
import Testing

/// A step in the hand of a test: it runs until the test lets it end, and tells of its cancellation without obeying it.
final class HeldStep: Sendable {
    let gate = Latch()
    let cancelled = Latch()
    private let started = Cell(0)

    /// How often the step has begun.
    var runs: Int { started.withLock { $0 } }

    /// Runs until the gate is open, whatever happens, and returns `value`.
    func run(_ value: Int) async throws -> Int {
        started.withLock { $0 += 1 }
        try await withTaskCancellationHandler {
            try await Task { try await self.gate.wait() }.value
        } onCancel: {
            cancelled.open()
        }
        return value
    }
}

/// A cancellation handler that holds the thread that cancels until the test lets it go on.
final class BlockingHandler: Sendable {
    private let blocking = Cell(false)
    private let released = Cell(false)

    /// Whether the execution was cancelled and a task waits for the handler.
    var isBlocking: Bool { blocking.withLock { $0 } }

    func release() { released.withLock { $0 = true } }

    func whileRunning(_ body: () async throws -> Int) async throws -> Int {
        try await withTaskCancellationHandler(operation: body) {
            blocking.withLock { $0 = true }
            while !released.withLock({ $0 }) {}
        }
    }
}

/// A value that closures share.
final class Cell<Value: Sendable>: Sendable {
    private let value: Lock<Value>

    init(_ value: Value) { self.value = Lock(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { body(&$0) }
    }
}

struct Boom: Error, Equatable {
    var number = 0
}

/// A deduplicator on a manual clock, and ways to ask it.
struct Desk: Sendable {
    let time = ManualTimeSource()
    let records = InMemoryExecutionRecords()
    let deduplicator: Deduplicator

    init(_ configuration: DeduplicatorConfiguration = DeduplicatorConfiguration()) throws {
        deduplicator = try Deduplicator(configuration: configuration, records: records, time: time)
    }

    init(_ configuration: DeduplicatorConfiguration, store: any ExecutionRecordStore) throws {
        deduplicator = try Deduplicator(configuration: configuration, records: store, time: time)
    }

    /// Asks for the work of a key. When this returns, the request is suspended, or has its answer.
    func ask(
        _ key: UInt64 = 1, policy: ExecutionPolicy = ExecutionPolicy(), call: CallOptions = CallOptions(),
        _ body: @escaping @Sendable () async throws -> Int
    ) -> Task<Outcome<Int>, any Error> {
        Task.immediate {
            try await deduplicator.execute(.number(key), step: "step", policy: policy, call: call) { _ in
                try await body()
            }
        }
    }

    /// Asks and expects not to have to wait for an execution of another caller.
    func answer(
        _ key: UInt64 = 1, policy: ExecutionPolicy = ExecutionPolicy(), call: CallOptions = CallOptions(),
        _ body: @escaping @Sendable () async throws -> Int = { throw Boom(number: -1) }
    ) async throws -> Outcome<Int> {
        try await ask(key, policy: policy, call: call, body).value
    }

    /// The library's refusal of a request, or nil if it was answered.
    func refusal(_ request: Task<Outcome<Int>, any Error>) async -> DedupError.Code? {
        (await request.failure as? DedupError)?.code
    }

    /// Everything has ended: no flight, no alarm, no edge is left behind.
    func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) async {
        await eventually {
            let statistics = deduplicator.statistics
            return statistics.flights == 0 && statistics.executions.running == 0
        }
        #expect(deduplicator.alarmCount == 0, sourceLocation: location)
    }
}

extension Task {
    /// The error that the task ends with, if it does.
    var failure: (any Error)? {
        get async {
            if case .failure(let error) = await result { error } else { nil }
        }
    }
}

/// Waits for something that another task is about to do. Time plays no part in it; a suite's limit ends what never comes.
func eventually(_ condition: () async -> Bool) async {
    while !(await condition()), !Task.isCancelled { await Task.yield() }
}
