package import DedupBenchKit
package import DedupVerification
internal import LoadGeneration
internal import Synchronization
internal import Workloads

/// A small and slow deduplicator without any defect, but for the one that is planted.
///
/// One lock guards a bounded cache (first in, first out) and the flights; a call that meets a flight waits for it.
package final class DefectiveSubject: Subject {
    /// How one with this defect is made.
    package static func blueprint(_ defect: Defect) -> SubjectBlueprint {
        var blueprint = SubjectBlueprint(
            name: defect.rawValue, summary: defect.summary, promises: Promises(duplicates: .join, eviction: .reported),
            verbs: [.get, .invalidate, .cancel]
        ) { DefectiveSubject(defect.isOfGenerator ? .honest : defect, $0) }
        blueprint.blocks = defect == .starvedClients
        // Whatever else the machine does is no excuse for a subject that sleeps.
        blueprint.worksElsewhere = defect == .tooSlow
        return blueprint
    }

    private enum Decision {
        case serve(StepResult, OutcomeClass)
        case join(WaitingFlight)
        case lead(WaitingFlight)
    }

    private struct State {
        var results: BoundedResults
        var flights: [UInt32: WaitingFlight] = [:]
        var counters = SubjectCounters(hits: 0, joins: 0, executions: 0, rejections: 0, failures: 0)
        /// What the defect of the unbounded map remembers; in small pieces, so that it grows without jumps.
        var remembered: [Int: [Leftover]] = [:]
        var calls = 0
        /// What was answered and is still to be done.
        var postponed: Work?
    }

    private let defect: Defect
    private let excuses: Excuses
    private let clock: any RunClock
    private let state: Mutex<State>
    /// Where the last leaked object is.
    private let leaked = Atomic<UInt>(0)

    private init(_ defect: Defect, _ settings: SubjectSettings) {
        self.defect = defect
        excuses = settings.excuses
        clock = settings.clock
        state = Mutex(State(results: BoundedResults(settings.system.cache, defect)))
    }

    package func call(_ work: Work) async -> Answer {
        if defect == .leakedObject { leak() }
        if defect == .tooSlow { try? await clock.sleep(until: clock.now() + 60_000_000) }
        if defect == .earlyAnswer, let answer = await answerEarly(work) { return answer }
        switch decide(identity(work)) {
        case .serve(let result, let outcome): return await serve(result, as: outcome)
        case .join where defect == .refusedDuplicate:
            state.withLock { $0.counters.rejections? += 1 }
            return .rejected()
        case .join(let flight):
            let result = await flight.result()
            let outcome: OutcomeClass = defect == .mislabelledJoin ? .executed : .joined
            count(result, as: outcome)
            return answer(result, outcome)
        case .lead(let flight): return await lead(flight, work)
        }
    }

    /// Makes an object that nothing ever frees. Its address escapes, or an optimised build would not make it at all.
    private func leak() {
        let object = Unmanaged.passRetained(Leftover()).toOpaque()
        leaked.store(UInt(bitPattern: object), ordering: .relaxed)
    }

    /// What calls must have in common to be the same work.
    private func identity(_ work: Work) -> UInt32 { defect == .droppedSecret ? work.key & ~1 : work.key }

    /// Answers with what the work will return, and does it when the next call comes: executions are numbered in the order in
    /// which they begin.
    private func answerEarly(_ work: Work) async -> Answer? {
        await catchUp()
        let number: Int? = state.withLock { state in
            guard state.results.served(work.key, at: clock.now()) == nil else { return nil }
            state.counters.executions? += 1
            state.postponed = work
            return state.counters.executions
        }
        return number.map { .value(WorkValue(execution: UInt64($0), size: 8), .executed) }
    }

    /// Does the work that was answered already.
    private func catchUp() async {
        let work = state.withLock { state in
            defer { state.postponed = nil }
            return state.postponed
        }
        guard let work, let made = try? await work.run() else { return }
        state.withLock { _ = $0.results.insert(.success(made), for: work.key, at: clock.now()) }
    }

    package func quiesce() async { await catchUp() }

    private func decide(_ key: UInt32) -> Decision {
        state.withLock { state in
            state.calls += 1
            if defect == .rarelyLeakedObject, state.calls.isMultiple(of: 1_000) { leak() }
            if defect == .unboundedMap { state.remembered[state.calls / 256, default: []].append(Leftover()) }
            if defect != .noDeduplication {
                if let served = state.results.served(key, at: clock.now()) {
                    return .serve(served.result, served.outcome)
                }
                if defect != .checkThenAct, let flight = state.flights[key] { return .join(flight) }
            }
            let flight = WaitingFlight()
            state.flights[key] = flight
            state.counters.executions? += 1
            return .lead(flight)
        }
    }

    private func lead(
        _ flight: WaitingFlight, _ work: Work
    ) async -> Answer {
        let key = identity(work)
        // A caller that cancels does not end the work for the others: it runs in a task of its own.
        let isShielded = work.request.verb == .cancel && defect != .cancelledForAll
        let result = isShielded ? await start { await Self.result(of: work) }.value : await Self.result(of: work)
        state.withLock { state in
            let isCurrent = state.flights[key] === flight
            if isCurrent { state.flights[key] = nil }
            if case .failure = result { state.counters.failures? += 1 }
            // An invalidation has taken the flight away: what it made is not kept.
            if !storesLate, defect != .briefGap,
                isCurrent || defect == .lateEpoch || defect == .checkThenAct || defect == .noDeduplication
            {
                store(result, for: key, in: &state.results)
            }
        }
        if storesLate {
            if defect == .hiddenRelease, case .success(let value) = result {
                excuses.record(.evicted, execution: value.execution)
            }
            Task.detached { [self] in
                try? await clock.sleep(until: clock.now() + 50_000_000)
                state.withLock { store(result, for: key, in: &$0.results) }
            }
        }
        if defect == .briefGap {
            try? await clock.sleep(until: clock.now() + 50_000)
            state.withLock { store(result, for: key, in: &$0.results) }
        }
        flight.finish(result, defect == .lateWakeup && isTwentieth ? clock : nil, forgettingOne: defect == .lostWaiter)
        return answer(result, .executed)
    }

    /// A task of its own, which the machine of the run knows of: simulated time waits for it.
    private func start(_ body: @escaping @Sendable () async -> StepResult) -> Task<StepResult, Never> {
        (clock as? any Machine)?.start(body) ?? Task { await body() }
    }

    private static func result(of work: Work) async -> StepResult {
        do { return .success(try await work.run()) } catch { return .failure(error) }
    }

    package func get(_ key: UInt32) async -> Answer? {
        let served = state.withLock { state -> StepResult? in
            guard defect != .missedResult, let served = state.results.served(key, at: clock.now()) else { return nil }
            if case .success = served.result { state.counters.hits? += 1 }
            return served.result
        }
        return served.map { answer($0, .hit) }
    }

    package func invalidate(_ key: UInt32) async {
        if defect == .ignoredInvalidation { return }
        state.withLock { state in
            state.flights[key] = nil
            state.results.remove(key)
        }
    }

    private var storesLate: Bool { defect == .earlyRelease || defect == .hiddenRelease }

    /// Whether the flight that was led last makes twenty.
    private var isTwentieth: Bool { state.withLock { $0.counters.executions ?? 0 }.isMultiple(of: 20) }

    /// Called with the lock held: a call that finds the result gone finds its excuse logged.
    private func store(_ result: StepResult, for key: UInt32, in results: inout BoundedResults) {
        guard let evicted = results.insert(result, for: key, at: clock.now()) else { return }
        for _ in 0..<(defect == .floodedExcuses ? 50 : 1) {
            excuses.record(defect == .earlyExpiry ? .expired : .evicted, execution: evicted)
        }
    }

    /// Counts an answer that is a value; an error is no hit and no join.
    private func count(_ result: StepResult, as outcome: OutcomeClass) {
        if case .failure = result, defect != .swallowedError { return }
        state.withLock { state in
            switch outcome {
            case .hit: state.counters.hits? += 1
            case .joined: state.counters.joins? += 1
            default: break
            }
        }
    }

    private func serve(_ result: StepResult, as outcome: OutcomeClass) async -> Answer {
        let calls = state.withLock { $0.calls }
        let isTenth = calls.isMultiple(of: 10)
        if defect == .givenUp, isTenth { return .abandoned }
        if defect == .unexplainedError, isTenth { return .failed(ErrorOfItsOwn()) }
        let outcome = defect == .mislabelledHit ? .joined : outcome
        count(result, as: outcome)
        if defect == .inventedAnswer, isTenth { return .value(WorkValue(execution: 4_000_000_000, size: 8), outcome) }
        let isSlow = defect == .sometimesSlowHits && isTenth || defect == .rarelySlowHits && calls.isMultiple(of: 50)
        if defect == .slowHits || isSlow {
            try? await clock.sleep(until: clock.now() + 60_000_000)
        }
        var answer = answer(result, outcome)
        if defect == .otherValue { answer.value += 1 }
        return answer
    }

    private func answer(_ result: StepResult, _ outcome: OutcomeClass) -> Answer {
        switch result {
        case .success(let value): .value(value, outcome)
        case .failure(let error as ExecutionFailure) where defect == .swallowedError:
            .value(WorkValue(execution: error.execution, size: 0), outcome)
        case .failure(let error): .failed(error)
        }
    }

    package var counters: SubjectCounters {
        var counters = state.withLock { $0.counters }
        if defect == .wrongCounter { counters.hits? += 1 }
        return counters
    }

    package var liveEntries: Int? { state.withLock { $0.results.count } }
}

/// What an execution came to.
typealias StepResult = Result<WorkValue, any Error>

/// An error that comes from no execution.
private struct ErrorOfItsOwn: Error {}

/// What should have been freed: 48 bytes.
package final class Leftover: Sendable {
    private let content = (0, 0, 0, 0)
    private static let count = Atomic<Int>(0)

    /// How many there are in the process.
    package static var alive: Int { count.load(ordering: .relaxed) }

    fileprivate init() { Self.count.add(1, ordering: .relaxed) }

    deinit { Self.count.subtract(1, ordering: .relaxed) }
}

/// An execution that is under way, and its waiters.
final class WaitingFlight: Sendable {
    private struct State {
        var result: StepResult?
        var waiting: [CheckedContinuation<StepResult, Never>] = []
        var forgotten: CheckedContinuation<StepResult, Never>?
    }

    private let state = Mutex(State())

    /// Waits for the result.
    func result() async -> StepResult {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }

    /// Hands the result to all waiters; or, which are defects, to all but one of them, or to one of them two seconds late.
    func finish(_ result: StepResult, _ late: (any RunClock)?, forgettingOne: Bool) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.result = result
            // Kept, because a continuation that is dropped says so on standard error.
            if forgettingOne { state.forgotten = state.waiting.popLast() }
            return state.waiting
        }
        let delayed = late == nil ? nil : waiting.last
        for continuation in delayed == nil ? waiting : waiting.dropLast() { continuation.resume(returning: result) }
        guard let late, let delayed else { return }
        Task {
            try? await late.sleep(until: late.now() + 2_000_000_000)
            delayed.resume(returning: result)
        }
    }
}
