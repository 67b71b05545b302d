internal import Caching
public import DedupVerification
public import Testing

/// Calls your code many times at once for the same keys, and fails the test if it did the work of a key twice at the same time,
/// or again while a result should have been there, or twice for one call; if it lost a caller; or if it answered one with
/// what belongs to another.
///
/// ```swift
/// @Test func aPageIsLoadedOnce() async throws {
///     let pages = Pages()
///     try await expectNoDuplicateExecutions(cachedFor: .seconds(60)) { request in
///         try await pages.page(request.key) { try await request.run() }
///     }
/// }
/// ```
///
/// The callers of a key are let go together, and each execution lasts until all of them are on their way: what checks first
/// and acts then is caught. Afterwards the checker of `dedupbench` goes through every call and every execution, and what it
/// finds is recorded as one issue, with the intervals that contradict each other. It accuses no correct code; a fault that
/// needs rare timing may take more callers, keys or rounds to show. Where no two calls met, nothing was proved, and that is
/// an issue too.
///
/// - Parameters:
///   - callers: How many ask for a key at the same time, at least 2. Default 64.
///   - keys: How many keys are asked for, at least 1. Default 100, eight at a time.
///   - rounds: How often all keys are asked for, at least 1. Default 2: the second time everything may come from the cache.
///   - lifetime: For how long a result is served to later calls, no shorter and no longer; nil, the default, leaves that open:
///     only calls that meet a running execution must share it. Takes effect with two rounds or more.
///   - duplicates: What happens to a call whose key is being executed: it waits (`.join`, the default), or it throws
///     (`.reject`). Under `.reject` and `.either` an error that a call throws is taken for such a refusal.
///   - duration: How long each execution lasts once all callers are on their way. Default 1 ms.
///   - failingEvery: Every execution whose number is a multiple of this throws ``DuplicateWorkFailed``, and your code hands
///     the error on to the callers that waited for it; nil, the default: none fails.
///   - patience: A caller that has no answer when nothing has happened for this long is lost. Default 30 s.
///   - sourceLocation: Where the issue is recorded.
///   - call: The call of your code. It hands on what ``DuplicateRequest/run()`` returned, be it now or earlier.
/// - Returns: What the checker counted: calls, executions, violations by kind.
/// - Throws: `CancellationError` when the test is cancelled.
@discardableResult
public func expectNoDuplicateExecutions(
    callers: Int = 64, keys: Int = 100, rounds: Int = 2, cachedFor lifetime: Duration? = nil,
    duplicates: DuplicateMode = .join, lasting duration: Duration = .milliseconds(1),
    failingEvery: Int? = nil, patience: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
    _ call: @escaping @Sendable (DuplicateRequest) async throws -> Int
) async throws -> VerificationResult {
    precondition(callers >= 2, "Duplicates take two callers or more, not \(callers).")
    precondition(keys >= 1 && rounds >= 1, "There must be at least one key and one round.")
    precondition(failingEvery.map { $0 >= 1 } ?? true, "Every how many executions fail is a number from 1 on.")
    let storm = DuplicateStorm(
        callers: callers, keys: keys, rounds: rounds, duration: duration, failingEvery: failingEvery, call: call)
    try await storm.run(patience: patience)
    let freshness = FreshnessRule(lifetime.map { .fixed(UInt64(max(0, $0.wholeNanoseconds))) } ?? .unbounded)
    var checker = HistoryChecker(
        freshness: freshness, capacityBounded: lifetime == nil, duplicateMode: duplicates)
    // Where it is left open for how long a result is there, it may be gone at any time.
    checker.reportsEvictions = lifetime != nil
    let result = checker.check(storm.history(under: duplicates))
    if let complaint = storm.complaint(result) {
        Issue.record(Comment(rawValue: complaint), sourceLocation: sourceLocation)
    }
    return result
}

/// Herds of callers, and what became of them.
private final class DuplicateStorm: Sendable {
    /// How many keys are asked for at the same time.
    private static let width = 8

    private struct State {
        /// By number; what has no answer yet has no end.
        var calls: [Int: Call] = [:]
        var open = 0
        var answered = 0
        var firstError: String?
    }

    private let callers: Int
    private let keys: Int
    private let rounds: Int
    private let duration: Duration
    private let failingEvery: Int?
    private let call: @Sendable (DuplicateRequest) async throws -> Int
    private let recorder: HistoryRecorder
    private let causes = Causes()
    private let state = Lock(State())

    init(
        callers: Int, keys: Int, rounds: Int, duration: Duration, failingEvery: Int?,
        call: @escaping @Sendable (DuplicateRequest) async throws -> Int
    ) {
        self.callers = callers
        self.keys = keys
        self.rounds = rounds
        self.duration = duration
        self.failingEvery = failingEvery
        self.call = call
        // Room for every call to execute, which is what code without protection does, and as much again.
        recorder = HistoryRecorder(
            lanes: [], executions: 2 * callers * keys * rounds + 1_000, excuses: 0)
    }

    /// Asks for all keys, some at a time; ends early where callers are lost.
    ///
    /// The callers are tasks that are not waited for, because one that is lost never ends.
    func run(patience: Duration) async throws {
        for round in 0..<rounds {
            for first in stride(from: 0, to: keys, by: Self.width) {
                let all = Latch()
                let asked = first..<min(keys, first + Self.width)
                state.withLock { $0.open = asked.count * callers }
                for key in asked {
                    let herd = Herd(callers)
                    for caller in 0..<callers {
                        Task { await ask(key, (round * keys + key) * callers + caller, herd, all) }
                    }
                }
                guard try await isOver(all, patience) else { return }
            }
        }
    }

    /// Whether every call was answered before nothing happened for too long.
    private func isOver(_ all: Latch, _ patience: Duration) async throws -> Bool {
        while true {
            let before = state.withLock { $0.answered }
            try await all.wait(atMost: patience)
            if all.isOpen { return true }
            if state.withLock({ $0.answered }) == before { return false }
        }
    }

    private func ask(_ key: Int, _ number: Int, _ herd: Herd, _ all: Latch) async {
        let request = DuplicateRequest(
            key: key, number: number, recorder: recorder, herd: herd, duration: duration,
            failingEvery: failingEvery, causes: causes)
        herd.arrive()
        var answer = Call(
            request: UInt32(number), key: UInt32(key), start: .now, end: 0, outcome: .joined, execution: 0)
        state.withLock { [answer] in $0.calls[number] = answer }
        var failure: String?
        do {
            answer.execution = UInt64(max(0, try await call(request)))
        } catch {
            let execution = (error as? DuplicateWorkFailed)?.execution ?? 0
            (failure, answer.outcome, answer.execution) = ("\(error)", .failed, UInt64(max(0, execution)))
        }
        answer.end = .now
        let isLast = state.withLock { [answer] state in
            state.calls[number] = answer
            state.firstError = state.firstError ?? failure
            state.answered += 1
            state.open -= 1
            return state.open == 0
        }
        if isLast { all.open() }
    }

    /// What happened. How each call was answered is told by the execution that its answer names.
    func history(under mode: DuplicateMode) -> History {
        var history = recorder.finish()
        let ended = history.executions.filter(\.ended)
        let ends = Dictionary(uniqueKeysWithValues: ended.map { ($0.id, $0.end) })
        history.calls = state.withLock { $0.calls.values }.map { call in
            var call = call
            if !call.hasReturned { return call }
            if call.outcome == .failed {
                if call.execution == 0, mode == .reject || mode == .either { call.outcome = .rejected }
            } else {
                let isOwn = causes.call(of: call.execution) == Int(call.request)
                call.outcome = .inferred(
                    start: call.start, isOwn: isOwn, executionEnd: ends[call.execution], duplicates: mode)
            }
            return call
        }
        return history
    }

    /// What the test is told; nil if all is well.
    func complaint(_ result: VerificationResult) -> String? {
        let twice = causes.repeated.map { ["call \($0.call) alone ran the work \($0.executions) times"] } ?? []
        if result.verdict == .pass, twice.isEmpty { return nil }
        let kinds = result.violationsByKind.sorted { $0.key.rawValue < $1.key.rawValue }
        let counts = kinds.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
        let stories = kinds.compactMap { kind, _ in result.violations.first { $0.kind == kind }?.description }
        let error = state.withLock { $0.firstError }.map { ["the first error that a call threw: \($0)"] } ?? []
        let total = "\(result.total.executions) executions for \(keys) keys in \(rounds) rounds of \(callers) callers"
        let found = kinds.isEmpty ? ["no two calls met, so nothing was proved"] : ["violations: \(counts)"]
        return ([total] + (twice.isEmpty || !kinds.isEmpty ? found : []) + twice + stories + error).joined(
            separator: "\n")
    }
}
