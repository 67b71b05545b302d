import DedupTesting
import DedupVerification
import Testing

@Suite struct HistoryCheckerTests {
    static let seeds: [UInt64] = Array(0..<120)

    @Test(arguments: seeds)
    func findsNothingInACleanHistory(seed: UInt64) {
        let plan = SimulationPlan(seed: seed)
        let result = plan.checker.check(SimulatedDeduplicator.run(plan, seed: seed))
        #expect(result.violationCount == 0, "seed \(seed): \(result.violations.first.map(\.description) ?? "")")
        #expect(result.verdict == .pass)
        #expect(result.total.preventedRatio == 1)
        for counts in [result.total] + result.phases.values where counts.repeatedRequests > 0 {
            #expect(counts.repeatHitRatio <= counts.repeatHitCeiling, "seed \(seed)")
        }
    }

    @Test(arguments: HistoryMutation.allCases)
    func findsEveryMutation(mutation: HistoryMutation) {
        var applicable = 0
        for seed in UInt64(0)..<60 where applicable < 20 {
            var plan = SimulationPlan(seed: seed)
            mutation.prepare(&plan)
            var random = SplitMix64(seed: seed ^ 0x77)
            let clean = SimulatedDeduplicator.run(plan, seed: seed)
            guard let broken = mutation.apply(to: clean, plan: plan, using: &random) else { continue }
            applicable += 1
            let result = plan.checker.check(broken)
            let found = result.violationsByKind[mutation.expected] ?? 0
            #expect(found > 0, "\(mutation) of seed \(seed) was missed; found \(result.violationsByKind)")
            #expect(result.verdict == .fail)
        }
        #expect(applicable >= 5, "\(mutation) applied \(applicable) times")
    }

    /// What the checker is told repeats after 42 seeds.
    @Test(arguments: UInt64(0)..<42)
    func agreesWithTheNaiveCheckerOnBrokenHistories(seed: UInt64) {
        var plan = SimulationPlan(seed: seed)
        plan.keys = 3
        plan.callsPerKey = 15
        plan.span = 60_000
        var checker = plan.checker
        checker.evictionLag = 2_000
        checker.flightTolerance = 500
        checker.removalLag = seed % 2 == 0 ? 1_500 : 60_000
        checker.allowsUnexplainedFailures = seed % 3 == 0
        checker.staleAllowance = [nil, 0, 30_000][Int(seed / 2 % 3)]
        checker.capacityBounded = seed % 7 != 0
        checker.capacity = [nil, 1, 2, 3][Int(seed / 3 % 4)]
        checker.reportsEvictions = seed % 5 != 0
        checker.allowsEarlyRefresh = seed % 4 == 0
        checker.freshness.clockTolerance = [0, 0, 700][Int(seed % 3)]
        var random = SplitMix64(seed: seed)
        var history = SimulatedDeduplicator.run(plan, seed: seed)
        for _ in 0..<4 {
            Scrambler.scramble(&history, using: &random)
            let naive = NaiveChecker(checker, history: history)
            let result = checker.check(history)
            #expect(result.violationsByKind == naive.violations(), "seed \(seed)")
            #expect(result.total.overlappingCalls == naive.overlappingCalls(), "seed \(seed)")
        }
    }

    @Test func anIncompleteHistoryIsInvalid() {
        let plan = SimulationPlan(seed: 1)
        var history = SimulatedDeduplicator.run(plan, seed: 1)
        history.droppedExecutions = 1
        history.executions.removeLast()
        #expect(plan.checker.check(history).verdict == .invalid)
    }

    /// The first flight is invalidated before its execution begins, which is long after a newer result was stored.
    @Test(arguments: [(UInt64(120), 0), (90, 1)]) func aFlightThatWasInvalidatedMayExecuteForItsWaiters(
        invalidated: UInt64, violations: Int
    ) {
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        let executions = [
            Execution(id: 1, key: 1, begin: 200, end: 300), Execution(id: 2, key: 1, begin: 400, end: 500),
        ]
        let calls = [
            Call(request: 0, key: 1, start: 100, end: 510, outcome: .executed, execution: 2),
            Call(request: 1, key: 1, start: 190, end: 310, outcome: .executed, execution: 1),
        ]
        let excuse = Excuse(.invalidated, key: 1, since: invalidated, at: invalidated + 5)
        let result = checker.check(History(calls: calls, executions: executions, excuses: [excuse]))
        #expect(result.violationsByKind[.unjustifiedExecution, default: 0] == violations)
    }

    /// Superseded again and again, and none ever ends: still one look at each.
    @Test func manyExecutionsThatNeverEndAreSweptOnce() {
        let count = 20_000
        let executions = (0..<count).map {
            Execution(id: UInt64($0) + 1, key: 1, begin: UInt64($0) * 10 + 10, end: 0, ended: false)
        }
        let excuses = executions.map { Excuse(.superseded, key: 1, at: $0.begin + 5, execution: $0.id) }
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        let result = checker.check(History(executions: executions, excuses: excuses))
        #expect(result.violationCount == 0 && result.total.executions == count)
    }

    /// Executed, invalidated, executed: the ceiling knows that the second execution had to be.
    @Test func theCeilingKnowsOfInvalidations() {
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        let calls = [
            Call(request: 0, key: 1, start: 90, end: 210, outcome: .executed, execution: 1),
            Call(request: 1, key: 1, start: 220, end: 230, outcome: .invalidated, execution: 0, verb: .invalidate),
            Call(request: 2, key: 1, start: 290, end: 410, outcome: .executed, execution: 2),
            Call(request: 3, key: 1, start: 500, end: 510, outcome: .hit, execution: 2),
        ]
        let executions = [
            Execution(id: 1, key: 1, begin: 100, end: 200), Execution(id: 2, key: 1, begin: 300, end: 400),
        ]
        let excuse = Excuse(.invalidated, key: 1, since: 220, at: 230)
        let result = checker.check(History(calls: calls, executions: executions, excuses: [excuse]))
        #expect(result.violationCount == 0 && result.total.repeatedRequests == 2 && result.total.attainableHits == 1)
    }

    /// Until an invalidation is over it may not have happened yet.
    @Test func aCallThatBeganDuringAnInvalidationMayStillBeServed() {
        var checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: true, duplicateMode: .join)
        checker.capacity = 1
        let calls = [
            Call(request: 0, key: 1, start: 90, end: 210, outcome: .executed, execution: 1),
            Call(request: 1, key: 1, start: 420, end: 460, outcome: .invalidated, execution: 0, verb: .invalidate),
            Call(request: 2, key: 1, start: 440, end: 450, outcome: .hit, execution: 1),
            Call(request: 3, key: 2, start: 590, end: 710, outcome: .executed, execution: 2),
        ]
        let executions = [
            Execution(id: 1, key: 1, begin: 100, end: 200), Execution(id: 2, key: 2, begin: 600, end: 700),
        ]
        let excuse = Excuse(.invalidated, key: 1, since: 420, at: 460)
        let result = checker.check(History(calls: calls, executions: executions, excuses: [excuse]))
        #expect(result.violationCount == 0 && result.total.repeatedRequests == 1)
        #expect(result.total.attainableHits == 1 && result.total.attainableWithinCapacity == 1)
    }

    /// What a lost excuse could justify is not proven; an answer from another key is.
    @Test(arguments: [(false, Verdict.invalid), (true, .fail)])
    func whatAnIncompleteHistoryCannotProveIsInvalidAndNotFail(mixesKeys: Bool, verdict: Verdict) {
        var history = History(
            calls: [Call(request: 0, key: 1, start: 5, end: 25, outcome: .executed, execution: 1)],
            executions: [Execution(id: 1, key: 1, begin: 10, end: 20), Execution(id: 2, key: 1, begin: 50, end: 60)])
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: true, duplicateMode: .join)
        #expect(checker.check(history).verdict == .fail)
        history.droppedExcuses = 1
        if mixesKeys { history.calls[0].key = 2 }
        #expect(checker.check(history).verdict == verdict)
    }

    @Test func aHistoryWithoutOpportunitiesIsInconclusive() {
        let history = History(
            calls: [Call(request: 0, key: 1, start: 10, end: 90, outcome: .executed, execution: 1)],
            executions: [Execution(id: 1, key: 1, begin: 20, end: 80)])
        let result = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
            .check(history)
        #expect(result.total.opportunities == 0)
        #expect(result.verdict == .inconclusive)
        #expect(result.total.preventedRatio.isNaN)
    }

    @Test(arguments: [
        (SubjectCounters(hits: 1, joins: 1, executions: 1, rejections: 0, failures: 0, stale: 0), 0),
        (SubjectCounters(hits: 2), 1), (SubjectCounters(executions: 2, failures: 1), 2), (SubjectCounters(), 0),
        (SubjectCounters(failedCalls: 1), 1), (SubjectCounters(failedCalls: 0), 0),
    ])
    func comparesTheCountersOfTheSubject(counters: SubjectCounters, mismatches: Int) {
        let result = Self.joinAndHit.check(Self.joinAndHitHistory, counters: counters)
        #expect(result.violationsByKind[.counterMismatch] ?? 0 == mismatches)
    }

    @Test func countsCallsAndExecutions() {
        let total = Self.joinAndHit.check(Self.joinAndHitHistory).total
        #expect(total.operations == 3)
        #expect(total.executions == 1)
        #expect(total.duplicatesOffered == 2)
        #expect(total.duplicatesPrevented == 2)
        #expect(total.opportunities == 2)
        #expect(total.overlappingCalls == 1)
        #expect(total.maximumConcurrency == 2)
        #expect(total.repeatedRequests == 2)
        #expect(total.repeatHitRatio == 1)
        #expect(total.repeatHitCeiling == 1)
    }

    @Test func keepsFewExamplesAndCountsAll() {
        var history = History()
        for id in UInt64(1)...50 {
            history.executions.append(Execution(id: id, key: 9, begin: 100 + id, end: 1_000 + id))
        }
        var checker = HistoryChecker(freshness: .init(.none), capacityBounded: false, duplicateMode: .join)
        checker.examplesPerKind = 3
        let result = checker.check(history)
        #expect(result.violationsByKind == [.overlap: 49])
        #expect(result.violations.count == 3)
        #expect(result.total.duplicateExecutions == 49)
    }

    @Test func eachPhaseHasItsOwnFigures() throws {
        let plan = SimulationPlan(seed: 3)
        let result = plan.checker.check(SimulatedDeduplicator.run(plan, seed: 3))
        let phases = try #require(result.phases.count == 2 ? Array(result.phases.values) : nil)
        #expect(phases.map(\.operations).reduce(0, +) == result.total.operations)
        #expect(phases.map(\.executions).reduce(0, +) == result.total.executions)
        #expect(phases.map(\.opportunities).reduce(0, +) == result.total.opportunities)
        #expect(phases.map(\.repeatedRequests).reduce(0, +) == result.total.repeatedRequests)
    }

    /// The fewest executions in all are two, and the second is then in the last phase, where this run needs none.
    @Test func noPhaseHasMoreHitsThanItsCeiling() throws {
        func call(_ start: UInt64, _ end: UInt64, _ execution: UInt64, _ outcome: OutcomeClass, phase: UInt16) -> Call {
            var call = Call(
                request: 0, key: 1, start: start, end: end, outcome: outcome, execution: execution, value: execution)
            call.phase = phase
            return call
        }
        let history = History(
            calls: [
                call(0, 10, 1, .executed, phase: 0), call(115, 116, 2, .executed, phase: 0),
                call(130, 131, 2, .hit, phase: 1),
            ],
            executions: [Execution(id: 1, key: 1, begin: 2, end: 5), Execution(id: 2, key: 1, begin: 115, end: 116)])
        let checker = HistoryChecker(freshness: .init(.fixed(100)), capacityBounded: false, duplicateMode: .join)
        let result = checker.check(history)
        #expect(result.violationCount == 0, "\(result.violations)")
        #expect(result.phases[1]?.repeatHitRatio == 1 && result.phases[1]?.repeatHitCeiling == 1)
        #expect(result.total.attainableHits == 1 && result.total.repeatHitCeiling == 0.5)
    }

    @Test func anEvictionExcusesNothingWhereNothingCanBeEvicted() {
        let history = History(
            executions: [Execution(id: 1, key: 1, begin: 10, end: 20), Execution(id: 2, key: 1, begin: 50, end: 60)],
            excuses: [Excuse(.evicted, key: 1, at: 30, execution: 1)])
        for (bounded, violations) in [(true, 0), (false, 1)] {
            let checker = HistoryChecker(
                freshness: .init(.unbounded), capacityBounded: bounded, duplicateMode: .join)
            #expect(checker.check(history).violationCount == violations)
        }
    }

    @Test func aFlightCanBeDetachedBeforeItsExecutionBegins() {
        let calls = [
            Call(request: 0, key: 1, start: 10, end: 90, outcome: .executed, execution: 1),
            Call(request: 1, key: 1, start: 35, end: 99, outcome: .executed, execution: 2),
        ]
        let executions = [
            Execution(id: 1, key: 1, begin: 40, end: 80), Execution(id: 2, key: 1, begin: 50, end: 95),
        ]
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        for (since, at, violations) in [(20, 30, 0), (4, 8, 1), (60, 70, 1)] as [(UInt64, UInt64, Int)] {
            let invalidation = Excuse(.invalidated, key: 1, since: since, at: at)
            let history = History(calls: calls, executions: executions, excuses: [invalidation])
            #expect(checker.check(history).violationsByKind[.overlap] ?? 0 == violations)
        }
    }

    /// The second execution begins at 50: what was logged later than the lag after that happened later too.
    @Test(
        arguments: [
            (50_000_050, nil, 0), (50_000_051, nil, 1), (60_000_000_000, nil, 1), (60_000_000_000, 60_000_000_000, 0),
        ] as [(UInt64, UInt64?, Int)])
    func anExcuseThatNamesItsExecutionMayBeLoggedALittleLate(at: UInt64, lag: UInt64?, violations: Int) {
        let history = History(
            executions: [Execution(id: 1, key: 1, begin: 10, end: 20), Execution(id: 2, key: 1, begin: 50, end: 60)],
            excuses: [Excuse(.evicted, key: 1, at: at, execution: 1)])
        var checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: true, duplicateMode: .join)
        if let lag { checker.removalLag = lag }
        #expect(checker.check(history).violationCount == violations)
    }

    @Test(arguments: [(false, 1), (true, 0)])
    func anErrorThatNamesNoExecutionNeedsAPromise(isPromised: Bool, violations: Int) {
        var history = Self.joinAndHitHistory
        history.calls.append(Call(request: 3, key: 1, start: 300, end: 310, outcome: .failed, execution: 0))
        var checker = Self.joinAndHit
        checker.allowsUnexplainedFailures = isPromised
        let result = checker.check(history)
        #expect(result.violationsByKind[.unexplainedFailure] ?? 0 == violations)
        #expect(result.violationCount == violations)
    }

    /// The result was answered at 90 and lives for 1000.
    @Test(arguments: [(1_200, nil, 1), (1_200, 500, 0), (1_590, 500, 1), (200, nil, 1)] as [(UInt64, UInt64?, Int)])
    func aStaleAnswerNeedsAPromise(start: UInt64, allowance: UInt64?, violations: Int) {
        var history = Self.joinAndHitHistory
        history.calls.append(
            Call(request: 3, key: 1, start: start, end: start + 10, outcome: .stale, execution: 1, value: 1))
        var checker = Self.joinAndHit
        checker.staleAllowance = allowance
        let result = checker.check(history)
        #expect(result.violationsByKind[.staleHit] ?? 0 == violations)
        #expect(result.violationCount == violations)
    }

    @Test func drawsTheTwoExecutionsThatOverlap() {
        let history = History(executions: [
            Execution(id: 41, key: 17, begin: 1_000_000, end: 6_200_000),
            Execution(id: 44, key: 17, begin: 3_000_000, end: 9_100_000, succeeded: false),
        ])
        let checker = HistoryChecker(freshness: .init(.none), capacityBounded: false, duplicateMode: .join)
        #expect(
            checker.check(history).violations.map(\.description) == [
                """
                two executions of key 17 overlap by 3.2 ms
                  execution 41 of key 17  [=============================]                   0 ns .. 5.2 ms  succeeded
                  execution 44 of key 17             [===================================]  2 ms .. 8.1 ms  failed
                """
            ])
    }

    private static let joinAndHit = HistoryChecker(
        freshness: .init(.fixed(1_000)), capacityBounded: false, duplicateMode: .join)

    private static let joinAndHitHistory = History(
        calls: [
            Call(request: 0, key: 1, start: 10, end: 90, outcome: .executed, execution: 1, value: 1),
            Call(request: 1, key: 1, start: 30, end: 95, outcome: .joined, execution: 1, value: 1),
            Call(request: 2, key: 1, start: 200, end: 210, outcome: .hit, execution: 1, value: 1),
        ],
        executions: [Execution(id: 1, key: 1, begin: 20, end: 80)])
}
