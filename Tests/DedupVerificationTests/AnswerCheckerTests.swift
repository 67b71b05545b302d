import DedupVerification
import Testing

/// What follows from answers alone.
@Suite struct AnswerCheckerTests {
    /// Calls of one key, one after the other: each 10 long, every 100, with the answers of these executions.
    private static func calls(_ executions: [UInt64], key: UInt32 = 7, from start: UInt64 = 1_000, phase: UInt16 = 0)
        -> [Call]
    {
        executions.enumerated().map { place, execution in
            let begin = start + UInt64(place) * 100
            return Call(
                request: UInt32(place), key: key, start: begin, end: begin + 10, outcome: .joined, execution: execution,
                phase: phase)
        }
    }

    private func check(
        _ calls: [Call], _ lifetime: FreshnessRule.Lifetime, tolerance: UInt64 = 0, counted: Int? = nil,
        allowsFailures: Bool = false
    ) -> VerificationResult {
        var checker = AnswerChecker(freshness: FreshnessRule(lifetime, clockTolerance: tolerance))
        checker.counted = counted
        checker.allowsFailures = allowsFailures
        return checker.check(calls)
    }

    /// Five calls span 410. Results that live for 200 allow the one that was there before, an execution when that expires, and
    /// one in each full lifetime after it.
    @Test(
        arguments: [
            ([1, 1, 1, 1, 1], .unbounded, 0, 0), ([1, 1, 2, 2, 2], .unbounded, 0, 1),
            ([1, 2, 3, 4, 5], .unbounded, 0, 4),
            ([1, 2, 3, 4, 4], .fixed(200), 0, 0), ([1, 2, 3, 4, 5], .fixed(200), 0, 1),
            ([1, 2, 3, 4, 5], .fixed(100), 0, 0),
            ([1, 2, 3, 4, 5], .fixed(200), 80, 0), ([1, 2, 3, 4, 5], .none, 0, 0),
            ([1, 2, 3, 4, 5], .sliding(200), 0, 1),
        ] as [([UInt64], FreshnessRule.Lifetime, UInt64, Int)])
    func moreDifferentAnswersThanLifetimesAreExecutionsTooMany(
        executions: [UInt64], lifetime: FreshnessRule.Lifetime, tolerance: UInt64, duplicates: Int
    ) {
        let result = check(Self.calls(executions), lifetime, tolerance: tolerance)
        #expect(result.total.duplicateExecutions == duplicates)
        #expect(result.violationsByKind == (duplicates == 0 ? [:] : [.unjustifiedExecution: 1]))
        #expect(result.total.executions == Set(executions).count && result.total.operations == 5)
        #expect(result.verdict == (duplicates == 0 ? .pass : .fail))
    }

    @Test func keysAndPhasesAreCountedApart() {
        let calls = Self.calls([1, 1, 2]) + Self.calls([3, 3], key: 8, from: 2_000, phase: 1)
        let result = check(calls, .unbounded)
        #expect(result.phases[0]?.duplicateExecutions == 1 && result.phases[1]?.duplicateExecutions == 0)
        #expect(result.phases[0]?.executions == 2 && result.phases[1]?.executions == 1)
        #expect(result.violations.map(\.key) == [7])
    }

    @Test(
        arguments: [(nil, [:]), (1, [:]), (2, [.unjustifiedExecution: 1]), (0, [.counterMismatch: 1])]
            as [(Int?, [ViolationKind: Int])])
    func theCounterOfTheServiceIsHeldAgainstTheAnswers(counted: Int?, violations: [ViolationKind: Int]) {
        let result = check(Self.calls([1, 1, 1]), .unbounded, counted: counted)
        #expect(result.violationsByKind == violations)
        #expect(result.total.duplicateExecutions == (counted == 2 ? 1 : 0))
    }

    @Test func aCounterAloneTellsHowManyCallsShared() {
        let result = check(Self.calls([0, 0, 0, 0]) + Self.calls([0, 0], key: 8), .unbounded, counted: 3)
        #expect(result.total.executions == 3 && result.total.duplicateExecutions == 1)
        #expect(result.total.count(of: .executed) == 3 && result.total.count(of: .joined) == 3)
        #expect(result.violationsByKind == [.unjustifiedExecution: 1])
    }

    /// Without the counter, or with one that does not move, nothing is proved.
    @Test(arguments: [(nil, Verdict.invalid), (0, .invalid), (1, .pass)] as [(Int?, Verdict)])
    func aCounterThatTellsNothingProvesNothing(counted: Int?, verdict: Verdict) {
        var checker = AnswerChecker(freshness: FreshnessRule(.unbounded))
        checker.counted = counted
        checker.needsCount = true
        #expect(checker.check(Self.calls([0, 0, 0])).verdict == verdict)
    }

    @Test(arguments: [(1, 0), (2, 1)]) func whatThereIsNoRoomForMayBeExecutedAgain(capacity: Int, duplicates: Int) {
        var checker = AnswerChecker(freshness: FreshnessRule(.unbounded))
        checker.capacity = capacity
        let result = checker.check(Self.calls([1, 2]) + Self.calls([3, 3], key: 8))
        #expect(result.total.duplicateExecutions == duplicates)
    }

    @Test func aFailureMayBeFollowedByAnotherExecution() {
        var calls = Self.calls([1, 0, 2])
        calls[1].outcome = .failed
        #expect(check(calls, .unbounded).violationsByKind == [.unexplainedFailure: 1])
        #expect(check(calls, .unbounded, allowsFailures: true).violationCount == 0)
    }

    @Test func aCallWithoutAnAnswerIsLost() {
        var calls = Self.calls([1, 1])
        calls[1].end = 0
        let result = check(calls, .unbounded)
        #expect(result.violationsByKind == [.lostCall: 1] && result.total.lost == 1)
    }

    @Test func nothingAskedTwiceProvesNothing() {
        #expect(check(Self.calls([1]), .unbounded).verdict == .inconclusive)
    }
}
