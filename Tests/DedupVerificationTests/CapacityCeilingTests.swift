import DedupTesting
import DedupVerification
import Foundation
import Testing

@Suite struct CapacityCeilingTests {
    /// Requests for keys, ten units of time apart, of a cache that executes each as if it held nothing.
    private static func history(_ keys: [UInt32], verbs: [Int: CallVerb] = [:], phases: (Int) -> UInt16 = { _ in 0 })
        -> History
    {
        var history = History()
        for (number, key) in keys.enumerated() {
            let (start, id) = (UInt64(1_000 + number * 10), UInt64(number + 1))
            let verb = verbs[number] ?? .call
            if verb == .call {
                history.executions.append(Execution(id: id, key: key, begin: start + 1, end: start + 2))
            }
            let outcome: OutcomeClass =
                switch verb {
                case .invalidate: .invalidated
                case .get: .missed
                default: .executed
                }
            history.calls.append(
                Call(
                    request: UInt32(number), key: key, start: start, end: start + 3, outcome: outcome,
                    execution: verb == .call ? id : 0, phase: phases(number), verb: verb))
        }
        return history
    }

    private static func result(
        _ history: History, capacity: Int?, _ lifetime: FreshnessRule.Lifetime = .unbounded,
        configure: (inout HistoryChecker) -> Void = { _ in }
    ) -> VerificationResult {
        var checker = HistoryChecker(
            freshness: FreshnessRule(lifetime), capacityBounded: true, duplicateMode: .join)
        checker.capacity = capacity
        configure(&checker)
        return checker.check(history)
    }

    private static func result(
        _ calls: [Call], _ executions: [Execution], _ lifetime: FreshnessRule.Lifetime = .unbounded,
        configure: (inout HistoryChecker) -> Void = { _ in }
    ) -> VerificationResult {
        result(History(calls: calls, executions: executions), capacity: 1, lifetime, configure: configure)
    }

    @Test(arguments: [
        ("a b a b", 1, 1), ("a b a b", 2, 2), ("a a b b", 1, 2), ("a b c a b c a b c", 2, 4), ("a b b a", 1, 1),
        ("a b c d", 2, 0), ("a", 1, 0), ("a b c a b c", 3, 3),
    ])
    func asManyAreAnsweredAsThereIsRoomFor(requests: String, capacity: Int, most: Int) {
        let keys = requests.split(separator: " ").compactMap { $0.utf8.first.map { UInt32($0) } }
        #expect(Self.result(Self.history(keys), capacity: capacity).total.attainableWithinCapacity == most)
    }

    @Test func withoutAKnownCapacityThereIsNoCeiling() {
        let history = Self.history([1, 2, 1, 2])
        #expect(Self.result(history, capacity: nil).total.attainableWithinCapacity == nil)
        #expect(Self.result(history, capacity: nil).total.repeatHitCeilingWithinCapacity.isNaN)
        #expect(Self.result(history, capacity: nil).total.tightestHitCeiling == 1)
        #expect(Self.result(history, capacity: 1).total.tightestHitCeiling == 0.5)
    }

    @Test func whatHasExpiredOrWasInvalidatedIsNotAttainable() {
        let keys: [UInt32] = [1, 2, 1, 2]
        #expect(Self.result(Self.history(keys), capacity: 1, .fixed(50)).total.attainableWithinCapacity == 1)
        #expect(Self.result(Self.history(keys), capacity: 1, .fixed(5)).total.attainableWithinCapacity == 0)
        let invalidated = Self.history([1, 1, 2, 1], verbs: [1: .invalidate])
        #expect(Self.result(invalidated, capacity: 1).total.attainableWithinCapacity == 0)
        // What was asked for alone leaves nothing behind, but needs what was there.
        let looked = Self.history([1, 2, 1, 1], verbs: [2: .get])
        #expect(Self.result(looked, capacity: 1).total.attainableWithinCapacity == 2)
    }

    @Test func whatIsPublishedAfterAnInvalidationThatItOverlappedStays() {
        let result = Self.result(
            [
                Call(request: 0, key: 1, start: 10, end: 100, outcome: .executed, execution: 1),
                Call(request: 1, key: 1, start: 20, end: 30, outcome: .invalidated, execution: 0, verb: .invalidate),
                Call(request: 2, key: 1, start: 200, end: 201, outcome: .hit, execution: 1),
                Call(request: 3, key: 2, start: 300, end: 320, outcome: .executed, execution: 2),
            ],
            [Execution(id: 1, key: 1, begin: 50, end: 90), Execution(id: 2, key: 2, begin: 305, end: 315)])
        #expect(result.violationCount == 0 && result.total.repeatHitRatio == 1)
        #expect(result.total.attainableHits == 1 && result.total.attainableWithinCapacity == 1)
    }

    /// Its execution begins long after it has been given up, and leaves a result all the same.
    @Test(arguments: [FreshnessRule.Lifetime.unbounded, .fixed(150)])
    func whatAnAbandonedCallHasCausedIsAttainable(lifetime: FreshnessRule.Lifetime) {
        let result = Self.result(
            [
                Call(request: 0, key: 1, start: 5, end: 10, outcome: .abandoned, execution: 0, verb: .deadline),
                Call(request: 1, key: 2, start: 30, end: 50, outcome: .executed, execution: 1),
                Call(request: 2, key: 2, start: 80, end: 81, outcome: .hit, execution: 1),
                Call(request: 3, key: 1, start: 200, end: 201, outcome: .hit, execution: 2),
            ],
            [Execution(id: 1, key: 2, begin: 35, end: 45), Execution(id: 2, key: 1, begin: 100, end: 110)], lifetime)
        #expect(result.total.attainableHits == 2 && result.total.attainableWithinCapacity == 2)
    }

    @Test func whatMayBeServedPastItsLifetimeIsAttainable() {
        let result = Self.result(
            [
                Call(request: 0, key: 1, start: 5, end: 10, outcome: .executed, execution: 1),
                Call(request: 1, key: 1, start: 500, end: 501, outcome: .hit, execution: 1),
                Call(request: 2, key: 2, start: 600, end: 620, outcome: .executed, execution: 2),
            ],
            [Execution(id: 1, key: 1, begin: 6, end: 9), Execution(id: 2, key: 2, begin: 605, end: 610)], .fixed(100)
        ) { $0.staleAllowance = 1_000 }
        #expect(result.violationCount == 0)
        #expect(result.total.attainableHits == 1 && result.total.attainableWithinCapacity == 1)
    }

    /// The phase begins with a result that no execution can have left as fresh: parts know that, and so does the whole.
    @Test func aResultThatHasExpiredBeforeAPhaseIsNoHitOfIt() {
        let calls = [(key: UInt32(1), start: UInt64(1_000)), (2, 1_100), (1, 1_105)].enumerated().map { number, call in
            Call(
                request: UInt32(number), key: call.key, start: call.start, end: call.start + 3, outcome: .executed,
                execution: UInt64(number) + 1, phase: number == 0 ? 0 : 1)
        }
        let executions = calls.map {
            Execution(id: $0.execution, key: $0.key, begin: $0.start + 1, end: $0.start + 2)
        }
        for capacity in [1, 2, 10] {
            let result = Self.result(History(calls: calls, executions: executions), capacity: capacity, .fixed(10))
            #expect(result.phases[1]?.attainableWithinCapacity == 0, "\(capacity)")
        }
    }

    @Test func anExcerptHasNoCeilingOfTheCapacity() {
        let calls = [Call(request: 0, key: 1, start: 5, end: 6, outcome: .hit, execution: 1)]
        #expect(Self.result(calls, []) { $0.isExcerpt = true }.total.attainableWithinCapacity == nil)
    }

    @Test func eachPhaseHasACeilingOfItsOwn() {
        // In the first phase one of two, in the second both of two, which leaves nothing for the first.
        let history = Self.history([1, 2, 1, 2, 2, 1]) { $0 < 4 ? 0 : 1 }
        let result = Self.result(history, capacity: 1)
        #expect(result.phases[0]?.attainableWithinCapacity == 1 && result.phases[1]?.attainableWithinCapacity == 1)
        #expect(result.total.attainableWithinCapacity == 2)
    }

    @Test func figuresAddUpWhereBothAreKnown() {
        var sum = VerificationCounts()
        var known = VerificationCounts()
        (known.operations, known.attainableWithinCapacity) = (3, 2)
        sum.add(known)
        #expect(sum.attainableWithinCapacity == 2)
        sum.add(known)
        sum.add(VerificationCounts())
        #expect(sum.attainableWithinCapacity == 4)
        known.attainableWithinCapacity = nil
        sum.add(known)
        #expect(sum.attainableWithinCapacity == nil)
    }

    /// Against every way to use the room, for few requests.
    @Test(arguments: UInt64(0)..<60) func noWayToUseTheRoomIsBetter(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let keys = (0..<14).map { _ in UInt32.random(in: 0..<5, using: &random) }
        for capacity in 1...4 {
            // What is held, and the most hits that lead to it.
            var best: [Set<UInt32>: Int] = [[]: 0]
            for key in keys {
                var next: [Set<UInt32>: Int] = [:]
                for (held, hits) in best {
                    let hits = hits + (held.contains(key) ? 1 : 0)
                    // The result is kept or not; if there is no room for it, another one goes, whichever.
                    let all = held.union([key])
                    let kept = all.count <= capacity ? [all] : all.map { all.subtracting([$0]) }
                    for kept in kept + [held] { next[kept] = max(next[kept] ?? 0, hits) }
                }
                best = next
            }
            let ceiling = Self.result(Self.history(keys), capacity: capacity).total.attainableWithinCapacity
            #expect(ceiling == best.values.max(), "seed \(seed), capacity \(capacity): \(keys)")
        }
    }

    /// Requests by Zipf's law, and by turns, which leave a cache that knows the future the most and the least to choose.
    @Test(arguments: [50, 200, 800], [0.6, 1, 0]) func theBudgetIsAboveTheCeilingAndCloseToIt(
        capacity: Int, skew: Double
    ) {
        var random = SplitMix64(seed: UInt64(capacity))
        let weights = (1...1_000).map { 1 / pow(Double($0), skew) }
        let sums = weights.reduce(into: []) { $0.append(($0.last ?? 0) + $1) } as [Double]
        var (last, starts, ends) = ([Int](repeating: -1, count: 1_000), [UInt64](), [UInt64]())
        for number in 0..<20_000 {
            let place = Double.random(in: 0..<(sums.last ?? 1), using: &random)
            let key = skew == 0 ? number % 1_000 : sums.firstIndex { $0 > place } ?? 0
            if last[key] >= 0 {
                starts.append(UInt64(last[key]) * 1_000)
                ends.append(UInt64(number) * 1_000)
            }
            last[key] = number
        }
        let most = CapacityCeiling.most(starts: starts, ends: ends, capacity: capacity)
        let budget = CapacityBudget.most(starts: starts, ends: ends, capacity: capacity)
        #expect(budget >= most && Double(budget) < 1.06 * Double(most), "\(most), \(budget)")
    }

    /// The longest times, and capacities that hold everything or nothing.
    @Test func theBudgetHoldsAtTheEdges() {
        let (starts, ends): ([UInt64], [UInt64]) = ([0, 0, 5, 1], [.max, 0, 5, .max - 1])
        for (capacity, most) in [(0, 2), (1, 3), (2, 4), (.max, 4)] {
            #expect(CapacityBudget.most(starts: starts, ends: ends, capacity: capacity) == most, "\(capacity)")
        }
        #expect(CapacityBudget.most(starts: [], ends: [], capacity: 3) == 0)
    }
}
