import DedupVerification
import Testing

/// What the checker allows, and no more, where a subject or its log promises less than everything.
@Suite struct HistoryPromiseTests {
    /// One key is executed, and executed again long after; the rest only fills the cache.
    private static func history(of keys: Int, excuse: Excuse? = nil) -> History {
        var executions = (1...keys).map { number in
            let begin = UInt64(number) * 1_000
            return Execution(id: UInt64(number), key: UInt32(number), begin: begin, end: begin + 100)
        }
        executions.append(Execution(id: UInt64(keys) + 1, key: 1, begin: 1_000_000, end: 1_000_100))
        let calls = executions.enumerated().map { number, execution in
            Call(
                request: UInt32(number), key: execution.key, start: execution.begin - 10, end: execution.end + 10,
                outcome: .executed, execution: execution.id)
        }
        return History(calls: calls, executions: executions, excuses: [excuse].compactMap(\.self))
    }

    private static func bounded(_ capacity: Int?, reports: Bool = true) -> HistoryChecker {
        var checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: true, duplicateMode: .join)
        checker.capacity = capacity
        checker.reportsEvictions = reports
        return checker
    }

    /// With room for as many keys as there are the cache is never full; with room for one less, from the last one's begin on.
    @Test(
        arguments: [
            (8, 900_000, [.prematureEviction: 1, .unjustifiedExecution: 1]), (7, 900_000, [:]), (7, 8_000, [:]),
            (7, 7_999, [.prematureEviction: 1, .unjustifiedExecution: 1]), (nil, 7_999, [:]),
        ] as [(Int?, UInt64, [ViolationKind: Int])])
    func anEvictionFromACacheWithRoomExcusesNothing(
        capacity: Int?, evictedAt: UInt64, expected: [ViolationKind: Int]
    ) {
        let history = Self.history(of: 8, excuse: Excuse(.evicted, key: 1, since: 7_000, at: evictedAt, execution: 1))
        #expect(Self.bounded(capacity).check(history).violationsByKind == expected)
    }

    @Test(arguments: [(8, true, 1), (8, false, 1), (7, true, 1), (7, false, 0)])
    func aCacheThatReportsNoEvictionsIsExcusedOnceItCanBeFull(capacity: Int, reports: Bool, violations: Int) {
        let result = Self.bounded(capacity, reports: reports).check(Self.history(of: 8))
        #expect(result.violationsByKind[.unjustifiedExecution, default: 0] == violations)
    }

    /// A call that starts in the very nanosecond in which a removal was logged may have been served before it.
    @Test(arguments: [(UInt64(0), 0), (1, 1)]) func aHitIsAfterARemovalIfItStartsLater(
        _ later: UInt64, _ violations: Int
    ) {
        let execution = Execution(id: 1, key: 1, begin: 1_000, end: 1_100)
        let calls = [
            Call(request: 0, key: 1, start: 990, end: 1_110, outcome: .executed, execution: 1),
            Call(request: 1, key: 1, start: 2_000 + later, end: 2_010, outcome: .hit, execution: 1),
        ]
        let removal = Excuse(.evicted, key: 1, at: 2_000, execution: 1)
        let result = Self.bounded(nil).check(History(calls: calls, executions: [execution], excuses: [removal]))
        #expect(result.violationsByKind[.servedAfterRemoval, default: 0] == violations)
    }

    /// Stored at 1,100 for 500 by a clock that may be off by the tolerance; the second execution or hit comes at 1,600 + offset.
    @Test(
        arguments: [
            (0, -1, 0, 1, 0), (0, 10, 0, 0, 1), (100, -99, 100, 0, 0), (100, -101, 0, 1, 0), (100, 110, 100, 0, 1),
        ]
            as [(UInt64, Int, UInt64, Int, Int)])
    func aClockThatIsOffIsForgivenByItsTolerance(
        tolerance: UInt64, offset: Int, slack: UInt64, unjustified: Int, stale: Int
    ) {
        let rule = FreshnessRule(.fixed(500), clockTolerance: tolerance)
        let checker = HistoryChecker(freshness: rule, capacityBounded: false, duplicateMode: .join)
        let again = UInt64(1_600 + offset)
        let first = Execution(id: 1, key: 1, begin: 1_000, end: 1_100)
        let leader = Call(request: 0, key: 1, start: 990, end: 1_100, outcome: .executed, execution: 1)
        let second = Execution(id: 2, key: 1, begin: again, end: again + 100)
        let executed = Call(request: 1, key: 1, start: again, end: again + 100, outcome: .executed, execution: 2)
        let hit = Call(request: 1, key: 1, start: again, end: again + 5, outcome: .hit, execution: 1)
        let repeated = checker.check(History(calls: [leader, executed], executions: [first, second]))
        let served = checker.check(History(calls: [leader, hit], executions: [first]))
        #expect(repeated.violationsByKind[.unjustifiedExecution, default: 0] == unjustified)
        #expect(served.violationsByKind[.staleHit, default: 0] == stale)
    }

    /// Another execution begins while the first result is fresh: because a call asked for it, or because no call waits for it.
    @Test(arguments: [(false, OutcomeClass.hit, 1), (true, .hit, 0), (true, .executed, 1)])
    func anEarlyRefreshIsExcusedWhereItIsPromisedAndNoCallWaitedForIt(
        allowed: Bool, outcome: OutcomeClass, violations: Int
    ) {
        var checker = HistoryChecker(freshness: .init(.fixed(10_000)), capacityBounded: false, duplicateMode: .join)
        checker.allowsEarlyRefresh = allowed
        let executions = [
            Execution(id: 1, key: 1, begin: 1_000, end: 1_100), Execution(id: 2, key: 1, begin: 2_000, end: 2_100),
        ]
        let calls = [
            Call(request: 0, key: 1, start: 990, end: 1_110, outcome: .executed, execution: 1),
            Call(request: 1, key: 1, start: 1_990, end: 2_110, outcome: outcome, execution: outcome == .hit ? 1 : 2),
        ]
        let result = checker.check(History(calls: calls, executions: executions))
        #expect(result.violationsByKind[.unjustifiedExecution, default: 0] == violations)
    }

    /// An answer that names no execution, from a log that does not know them: one that says it executed needs an execution.
    @Test(arguments: [(OutcomeClass.hit, false, 0), (.executed, false, 1), (.executed, true, 0)])
    func anUnnamedAnswerThatExecutedHoldsAnExecution(outcome: OutcomeClass, holds: Bool, violations: Int) {
        var checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        checker.allowsUnnamedAnswers = true
        let call = Call(request: 0, key: 1, start: 100, end: 200, outcome: outcome, execution: 0)
        let execution = Execution(id: 1, key: 1, begin: holds ? 110 : 10, end: holds ? 190 : 20)
        let result = checker.check(History(calls: [call], executions: [execution]))
        #expect(result.violationsByKind[.unknownExecution, default: 0] == violations)
    }

    @Test(arguments: [(false, 1), (true, 0)]) func anExcerptMayNameOlderExecutions(isExcerpt: Bool, violations: Int) {
        var checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        checker.isExcerpt = isExcerpt
        let call = Call(request: 0, key: 1, start: 100, end: 200, outcome: .hit, execution: 77)
        let result = checker.check(History(calls: [call]))
        #expect(result.violationsByKind[.unknownExecution, default: 0] == violations)
    }

    /// A `get` that finds nothing: before the result is there, beside it, after it has expired, or across its expiry.
    @Test(
        arguments: [(1_050, 1_060, 0), (1_105, 1_120, 0), (2_000, 2_010, 1), (2_190, 2_210, 0), (2_300, 2_310, 0)]
            as [(UInt64, UInt64, Int)])
    func whatIsThereAllTheTimeCannotBeMissed(start: UInt64, end: UInt64, violations: Int) {
        let checker = HistoryChecker(freshness: .init(.fixed(1_100)), capacityBounded: false, duplicateMode: .join)
        let calls = [
            Call(request: 0, key: 1, start: 990, end: 1_110, outcome: .executed, execution: 1),
            Call(request: 1, key: 1, start: start, end: end, outcome: .missed, execution: 0, verb: .get),
        ]
        let result = checker.check(
            History(calls: calls, executions: [Execution(id: 1, key: 1, begin: 1_000, end: 1_100)]))
        #expect(result.violationsByKind[.missedResult, default: 0] == violations)
        #expect(result.total.duplicatesOffered == 0 && result.total.answered == 2)
    }

    @Test(arguments: zip(CallVerb.allCases, [1, 1, 1, 0, 0])) func onlyACallersOwnImpatienceEndsACall(
        verb: CallVerb, violations: Int
    ) {
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        let call = Call(request: 0, key: 1, start: 10, end: 20, outcome: .abandoned, execution: 0, verb: verb)
        let result = checker.check(History(calls: [call]))
        #expect(result.violationsByKind[.unjustifiedAbandonment, default: 0] == violations)
        #expect(result.total.count(of: .abandoned) == 1 && result.total.answered == 0)
    }

    /// What all callers have left may have been cancelled, and then its result is not kept; one that was answered is.
    @Test(arguments: [(OutcomeClass.abandoned, 0), (.executed, 1)]) func anExecutionThatAllHaveLeftNeedNotBeKept(
        outcome: OutcomeClass, violations: Int
    ) {
        let checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: false, duplicateMode: .join)
        let executions = [
            Execution(id: 1, key: 1, begin: 100, end: 200), Execution(id: 2, key: 1, begin: 300, end: 400),
        ]
        let calls = [
            Call(
                request: 0, key: 1, start: 90, end: 210, outcome: outcome, execution: outcome == .executed ? 1 : 0,
                verb: .cancel),
            Call(request: 1, key: 1, start: 290, end: 410, outcome: .executed, execution: 2),
        ]
        let result = checker.check(History(calls: calls, executions: executions))
        #expect(result.violationsByKind[.unjustifiedExecution, default: 0] == violations)
    }
}
