import DedupTesting
import DedupVerification
import Foundation
import Testing

/// The part of a history that each violation comes with.
@Suite struct ProofTests {
    /// A history that was broken at random, and what the checker says of it.
    private static func broken(_ seed: UInt64) -> (History, VerificationResult) {
        let (plan, checker) = SimulationPlan.small(seed: seed, keys: 3)
        var random = SplitMix64(seed: seed)
        var history = SimulatedDeduplicator.run(plan, seed: seed)
        for _ in 0..<3 { Scrambler.scramble(&history, using: &random) }
        return (history, checker.check(history))
    }

    @Test(arguments: UInt64(0)..<60) func eachViolationIsShownByAPartOfTheHistory(seed: UInt64) throws {
        let (history, result) = Self.broken(seed)
        #expect(result.violationCount > 0, "seed \(seed)")
        let (calls, executions, excuses) = (Set(history.calls), Set(history.executions), Set(history.excuses))
        for violation in result.violations {
            let proof = try #require(violation.proof, "seed \(seed): \(violation)")
            #expect(proof.shows(violation), "seed \(seed): \(violation)")
            #expect(calls.isSuperset(of: proof.calls) && executions.isSuperset(of: proof.executions))
            #expect(excuses.isSuperset(of: proof.excuses), "seed \(seed)")
            #expect(Set(violation.calls).isSubset(of: proof.calls), "seed \(seed): \(violation)")
            #expect(Set(violation.executions).isSubset(of: proof.executions), "seed \(seed): \(violation)")
        }
    }

    /// But for the executions that show that another one is missing.
    @Test(arguments: UInt64(0)..<60) func nothingCanBeLeftOutOfAProof(seed: UInt64) throws {
        for violation in Self.broken(seed).1.violations {
            let proof = try #require(violation.proof)
            for part in Self.parts(
                of: proof, withExecutions: ![.unjustifiedRejection, .unknownExecution].contains(violation.kind))
            {
                let result = proof.checker.check(part)
                let isSame = result.violations.contains {
                    $0.kind == violation.kind && $0.explanation == violation.explanation
                        && $0.calls == violation.calls && $0.executions == violation.executions
                }
                #expect(!isSame, "seed \(seed): \(violation)")
            }
        }
    }

    /// What is left when one record is taken away.
    private static func parts(of proof: Proof, withExecutions: Bool) -> [History] {
        let whole = History(calls: proof.calls, executions: proof.executions, excuses: proof.excuses)
        var parts: [History] = []
        for index in proof.calls.indices {
            parts.append(whole)
            parts[parts.count - 1].calls.remove(at: index)
        }
        for index in withExecutions ? proof.executions.indices : 0..<0 {
            parts.append(whole)
            parts[parts.count - 1].executions.remove(at: index)
        }
        for index in proof.excuses.indices {
            parts.append(whole)
            parts[parts.count - 1].excuses.remove(at: index)
        }
        return parts
    }

    /// A hot key: the first answer, long before, is what made the result as old as it was.
    @Test func theProofOfAStaleHitHoldsTheFirstAnswer() throws {
        let executed = Call(request: 0, key: 1, start: 10, end: 90, outcome: .executed, execution: 1)
        let hits = (UInt32(1)...5_000).map { number -> Call in
            let start = 100 + UInt64(number)
            return Call(request: number, key: 1, start: start, end: start + 1, outcome: .hit, execution: 1)
        }
        let history = History(
            calls: hits + [executed], executions: [Execution(id: 1, key: 1, begin: 20, end: 80)])
        let checker = HistoryChecker(
            freshness: .init(.fixed(5_000)), capacityBounded: false, duplicateMode: .join)
        let violation = try #require(checker.check(history).violations.first)
        #expect(violation.kind == .staleHit && violation.calls.map(\.request) == [4_990])
        #expect(violation.proof?.calls.map(\.request) == [0, 4_990])
        #expect(violation.proof?.executions.map(\.id) == [1])
        #expect(violation.description.contains("call 0 of key 1"))
    }

    /// Whether there was room for a result is told by all keys together; the proof knows it of one.
    @Test func theProofOfAPrematureEvictionKnowsTheWholeHistory() throws {
        let executions = (1...4).map { id in
            Execution(id: UInt64(id), key: UInt32(id), begin: UInt64(id) * 1_000, end: UInt64(id) * 1_000 + 10)
        }
        var checker = HistoryChecker(freshness: .init(.unbounded), capacityBounded: true, duplicateMode: .join)
        checker.capacity = 3
        let history = History(
            executions: executions, excuses: [Excuse(.evicted, key: 1, since: 3_000, at: 3_001, execution: 1)])
        let violation = try #require(checker.check(history).violations.first)
        #expect(violation.kind == .prematureEviction && violation.explanation.contains("999 ns later"))
        #expect(violation.proof?.checker.fullFrom == 4_000 && violation.proof?.executions.count == 1)
    }

    /// A proof is the same after it was written, read and counted from another time.
    @Test(arguments: UInt64(0)..<20) func aProofSurvivesItsFile(seed: UInt64) throws {
        for violation in Self.broken(seed).1.violations {
            let read = try JSONDecoder().decode(Violation.self, from: JSONEncoder().encode(violation))
            #expect(read == violation)
            let shifted = read.earlier(by: 1)
            #expect(shifted.proof?.shows(shifted) == true, "seed \(seed): \(violation)")
        }
    }

    @Test func countersHaveNoProof() throws {
        let checker = HistoryChecker(freshness: .init(.none), capacityBounded: false, duplicateMode: .join)
        let violation = try #require(
            checker.check(History(), counters: SubjectCounters(executions: 3)).violations.first)
        #expect(violation.kind == .counterMismatch && violation.proof == nil)
    }
}
