import Evidence
import EvidenceFixture
import Judging
import Testing

@Suite struct SteadinessTests {
    /// A phase with these shares of hits and joins, an interval each.
    private static func phase(_ shares: [Double]) -> PhaseEvidence {
        var phase = PhaseEvidence(name: "storm", isWarmup: false)
        phase.series = shares.enumerated().flatMap { number, share in
            [("hit_rate.hits", share * 0.75), ("hit_rate.joins", share * 0.25), ("throughput", Double(number))].map {
                TimeSeriesPoint(offset: UInt64(number) * 100_000_000, metric: $0, value: $1, unit: "ratio")
            }
        }
        return phase
    }

    private static func thirds(_ first: Double, _ middle: Double, _ last: Double) -> [Double] {
        [first, middle, last].flatMap { Array(repeating: $0, count: 20) }
    }

    static let cases: [(name: String, shares: [Double], change: [Double])] = [
        ("even", thirds(0.8, 0.8, 0.8), []), ("a cache that fills", thirds(0.5, 0.7, 0.75), [0.5, 0.75]),
        ("a little more", thirds(0.8, 0.85, 0.89), []), ("up and down", thirds(0.5, 0.9, 0.7), []),
        ("a cache that loses", thirds(0.9, 0.4, 0.4), [0.9, 0.4]), ("too short", [0.9, 0.9, 0.4, 0.4], []),
        ("a stall", thirds(0.8, 0.8, 0.8).enumerated().map { $0 % 5 == 0 ? 0 : $1 }, []),
    ]

    @Test(arguments: cases) func aShareThatGoesOneWayIsNotSteady(name: String, shares: [Double], change: [Double]) {
        let found = Steadiness(Self.phase(shares)).change.map { [$0.first, $0.last] } ?? []
        #expect(found.count == change.count, "\(name): \(found)")
        #expect(zip(found, change).allSatisfy { abs($0 - $1) < 1e-9 }, "\(name): \(found)")
    }

    @Test func aReportSaysWhatWasNotSteadyButForWarmUpsAndMemory() {
        var phase = Self.phase(Self.thirds(0.5, 0.7, 0.75))
        func note() -> String? {
            SubjectReport(EvidenceFixture.subject([phase]), gates: []).phases[0].unsteadiness
        }
        #expect(note()?.hasPrefix("phase storm was not steady: calls served without executing went from 50") == true)
        phase.isWarmup = true
        #expect(note() == nil)
        // Unless the warm-up was to go on until it is steady.
        phase.warmUp = WarmUpEvidence()
        #expect(note()?.hasPrefix("the subject was not steady when the warm-up storm ended after 0 requests") == true)
        // Of several processes one is enough.
        for _ in 0..<3 { phase.warmUp?.add(requests: 10, served: 9, hitP50: 3, liveEntries: 5) }
        #expect(note() == nil)
        phase.otherWarmUps = [WarmUpEvidence()]
        #expect(note()?.contains("too short to tell") == true)
        phase.ending = .stopped
        #expect(note() == nil)
        phase.ending = .completed
        phase.isWarmup = false
        phase.memory = [EvidenceFixture.memory(slope: 0)]
        #expect(note() == nil)
    }

    @Test func aWarmUpThatWasNotSteadyNamesWhatChanged() {
        var warmUp = WarmUpEvidence()
        #expect(warmUp.note(of: "fill", after: 5_000)?.contains("too short to tell") == true)
        for _ in 0..<3 { warmUp.add(requests: 1_000, served: 900, hitP50: 300, liveEntries: 50) }
        #expect(warmUp.isSteady && warmUp.note(of: "fill", after: 5_000) == nil)
        warmUp.add(requests: 2_000, served: 1_000, hitP50: 900, liveEntries: 100)
        #expect(
            warmUp.note(of: "fill", after: 5_000)
                == "the subject was not steady when the warm-up fill ended after 5,000 requests: the share served without "
                + "executing went from 90.0 % to 50.0 %; half of the hits took up to 300 ns, then up to 900 ns; entries went "
                + "from 50 to 100; more `operations`, or a longer `duration`, give it more time")
    }
}
