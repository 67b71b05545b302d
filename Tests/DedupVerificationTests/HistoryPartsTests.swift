import DedupTesting
import DedupVerification
import Testing

/// A history that is checked part by part comes to what the whole comes to.
@Suite struct HistoryPartsTests {
    /// A history that was broken at random, or is whole, and what is promised of it.
    private static func history(_ seed: UInt64, isBroken: Bool) -> (History, HistoryChecker, SubjectCounters) {
        let (plan, promised) = SimulationPlan.small(seed: seed, keys: 4)
        var checker = promised
        checker.examplesPerKind = .max
        var random = SplitMix64(seed: seed)
        var history = SimulatedDeduplicator.run(plan, seed: seed)
        // Several phases: what belongs to one is told by its time.
        for index in history.calls.indices { history.calls[index].phase = UInt16(history.calls[index].start / 25_000) }
        if isBroken { for _ in 0..<3 { Scrambler.scramble(&history, using: &random) } }
        if seed % 11 == 0 { history.droppedExecutions = 2 }
        return (history, checker, SubjectCounters(hits: seed % 4 == 0 ? 3 : nil))
    }

    /// The parts of a history, each with the keys that have the same remainder.
    private static func part(_ number: Int, of parts: Int, _ history: History) -> HistoryPart {
        let isOwn = { (key: UInt32) in Int(key) % parts == number }
        let keys = Dictionary(history.executions.map { ($0.id, $0.key) }, uniquingKeysWith: { first, _ in first })
        let calls = history.calls.filter { isOwn($0.key) }
        let named = Set(calls.map(\.execution))
        return HistoryPart(
            History(
                calls: calls, executions: history.executions.filter { isOwn($0.key) },
                excuses: history.excuses.filter { isOwn($0.execution == 0 ? $0.key : keys[$0.execution] ?? $0.key) }),
            foreign: history.executions.filter { !isOwn($0.key) && named.contains($0.id) })
    }

    private static func text(_ violation: Violation) -> String {
        "\(violation.kind) \(violation.key) \(violation.explanation) \(violation.calls) \(violation.executions)"
    }

    @Test(arguments: UInt64(0)..<120) func partsComeToWhatTheWholeComesTo(seed: UInt64) throws {
        let (history, checker, counters) = Self.history(seed, isBroken: seed % 4 != 1)
        var whole = checker.check(history, counters: counters)
        var facts = HistoryFacts()
        facts.add(history)
        let count = [1, 2, 3, 7][Int(seed / 2 % 4)]
        let sum = checker.check(parts: count, of: facts, counters: counters) { Self.part($0, of: count, history) }
        // The one figure that takes all keys at once.
        whole.total.takeCeiling(of: sum.total)
        for phase in whole.phases.keys {
            whole.phases[phase]?.takeCeiling(of: sum.phases[phase] ?? VerificationCounts())
        }
        #expect(sum.total == whole.total, "seed \(seed)")
        #expect(sum.phases == whole.phases && sum.isComplete == whole.isComplete, "seed \(seed)")
        #expect(sum.violationsByKind == whole.violationsByKind && sum.verdict == whole.verdict, "seed \(seed)")
        #expect(sum.violations.map(Self.text).sorted() == whole.violations.map(Self.text).sorted(), "seed \(seed)")
        // What a whole history proves, the part that holds its key proves as well.
        for violation in sum.violations {
            let same = whole.violations.first { Self.text($0) == Self.text(violation) }
            #expect((violation.proof == nil) == (same?.proof == nil), "seed \(seed): \(violation)")
            #expect(violation.proof?.shows(violation) ?? true, "seed \(seed): \(violation)")
        }
    }

    /// Of each kind the earliest are kept, whatever part they are in, and each with its proof.
    @Test(arguments: UInt64(0)..<60, [1, 2]) func theSameViolationsAreKeptOfPartsAndOfTheWhole(seed: UInt64, kept: Int)
    {
        let (history, promised, counters) = Self.history(seed, isBroken: true)
        var checker = promised
        let all = checker.check(history, counters: counters).violations
        checker.examplesPerKind = kept
        var facts = HistoryFacts()
        facts.add(history)
        let whole = checker.check(history, counters: counters).violations
        let sum = checker.check(parts: 3, of: facts, counters: counters) { Self.part($0, of: 3, history) }.violations
        let times = { (violations: [Violation]) in
            Dictionary(grouping: violations, by: \.kind).mapValues { $0.map(Self.time).sorted().prefix(kept) }
        }
        #expect(times(whole) == times(all) && times(sum) == times(all), "seed \(seed)")
        #expect(whole.map(Self.time) == whole.map(Self.time).sorted(), "seed \(seed)")
        #expect(sum.map(Self.time) == sum.map(Self.time).sorted(), "seed \(seed)")
        #expect(sum.count == whole.count && sum.count { $0.proof == nil } == whole.count { $0.proof == nil })
    }

    /// When the last of what a violation names began.
    private static func time(_ violation: Violation) -> UInt64 {
        (violation.calls.map(\.start) + violation.executions.map(\.begin)).max() ?? .max
    }

    @Test func atLeastAQuarterOfTheHistoriesBreakSomething() {
        let broken = (UInt64(0)..<120).count { seed in
            let (history, checker, counters) = Self.history(seed, isBroken: seed % 4 != 1)
            return checker.check(history, counters: counters).violationCount > 0
        }
        #expect(broken > 30 && broken < 120, "\(broken) of 120")
    }

    @Test func anAnswerOfAnotherPartIsThatOfAWrongKey() throws {
        let history = History(
            calls: [
                Call(request: 0, key: 0, start: 10, end: 30, outcome: .executed, execution: 1),
                Call(request: 1, key: 1, start: 40, end: 50, outcome: .hit, execution: 1),
            ],
            executions: [Execution(id: 1, key: 0, begin: 15, end: 25)])
        var facts = HistoryFacts()
        facts.add(history)
        let checker = HistoryChecker(freshness: FreshnessRule(.unbounded), capacityBounded: false, duplicateMode: .join)
        let result = checker.check(parts: 2, of: facts) { Self.part($0, of: 2, history) }
        #expect(result.violationsByKind == [.wrongKey: 1] && result.total.executions == 1)
        #expect(result.violations.first?.explanation.contains("got the result of key 0") == true)
    }

    @Test func noMoreViolationsOfAKindAreKeptThanAreAskedFor() {
        let calls = (UInt32(0)..<40).map {
            Call(request: $0, key: $0, start: 10, end: 0, outcome: .failed, execution: 0)
        }
        let history = History(calls: calls)
        var checker = HistoryChecker(freshness: FreshnessRule(.unbounded), capacityBounded: false, duplicateMode: .join)
        checker.examplesPerKind = 5
        var facts = HistoryFacts()
        facts.add(history)
        let result = checker.check(parts: 8, of: facts) { Self.part($0, of: 8, history) }
        #expect(result.violations.count == 5 && result.violationCount == 40)
        #expect(result.total.maximumConcurrency == 40)
    }
}

extension VerificationCounts {
    /// Becomes that of the parts, which must not be less.
    fileprivate mutating func takeCeiling(of parts: VerificationCounts) {
        #expect((parts.attainableWithinCapacity == nil) == (attainableWithinCapacity == nil))
        guard let least = attainableWithinCapacity, let most = parts.attainableWithinCapacity else { return }
        #expect(most >= least && most <= attainableHits)
        attainableWithinCapacity = most
    }
}
