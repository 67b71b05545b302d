import Evidence
import EvidenceFixture
import Judging
import Testing

@Suite struct SteadinessTests {
    /// A phase with these shares of hits, an interval each, and these median waits in nanoseconds.
    private static func phase(hits: [Double], waits: [UInt64] = []) -> PhaseEvidence {
        var phase = PhaseEvidence(name: "storm", isWarmup: false)
        phase.duration = 31_000_000
        phase.series = hits.enumerated().flatMap { number, share in
            [("hit_rate.hits", share * 0.75), ("hit_rate.joins", share * 0.25), ("throughput", Double(number))].map {
                TimeSeriesPoint(offset: UInt64(number) * 100_000_000, metric: $0, value: $1, unit: "ratio")
            }
        }
        var heat = LatencyHeat(of: phase.duration)
        for (number, wait) in waits.enumerated() {
            for _ in 0..<10 { heat.record(at: UInt64(number) * heat.width, waited: wait) }
            heat.record(at: UInt64(number) * heat.width, waited: 900_000_000)
        }
        phase.heat = waits.isEmpty ? nil : heat
        return phase
    }

    static let shares: [(name: String, shares: [Double], from: Double?, to: Double?)] = [
        ("even", Array(repeating: 0.8, count: 60), nil, nil),
        ("a cache that fills", (0..<60).map { 0.5 + Double($0) / 200 }, 0.55, 0.75),
        ("a little more", (0..<60).map { 0.8 + Double($0) / 1_500 }, nil, nil),
        ("a stall", Array(repeating: 0.8, count: 20) + [0, 0, 0] + Array(repeating: 0.8, count: 20), nil, nil),
        ("up and down", (0..<60).map { $0 / 10 % 2 == 0 ? 0.5 : 0.9 }, nil, nil),
        (
            "up and down again",
            Array(repeating: 0.5, count: 20) + Array(repeating: 0.9, count: 20)
                + Array(repeating: 0.6, count: 20), nil, nil
        ),
        ("a cache that loses", (0..<15).map { $0 < 8 ? 0.9 : 0.4 }, 0.9, 0.4),
        ("too short", (0..<14).map { $0 < 7 ? 0.9 : 0.4 }, nil, nil),
    ]

    @Test(arguments: shares) func aShareThatGoesOneWayIsNotSteady(
        name: String, shares: [Double], from: Double?, to: Double?
    ) throws {
        let changes = Steadiness(Self.phase(hits: shares)).changes
        guard let from, let to else {
            #expect(changes.isEmpty, "\(name)")
            return
        }
        guard case .served(let first, let last)? = changes.first, changes.count == 1 else {
            Issue.record("\(name): \(changes)")
            return
        }
        #expect(abs(first - from) < 0.01 && abs(last - to) < 0.01, "\(name)")
    }

    @Test(arguments: [
        (UInt64(1_000), UInt64(1_000), false), (1_000, 1_900, false), (1_000, 10_000, true), (10_000, 1_000, true),
    ])
    func aMedianThatGoesOneWayIsNotSteady(from: UInt64, to: UInt64, isChange: Bool) {
        let waits = Array(repeating: from, count: 11) + Array(repeating: to, count: 20)
        let changes = Steadiness(Self.phase(hits: [], waits: waits)).changes
        #expect(changes.isEmpty != isChange, "\(changes)")
        guard case .waited(let first, let last)? = changes.first else { return }
        #expect((0.5...2).contains(first / Double(from)) && (0.5...2).contains(last / Double(to)))
    }

    @Test func aReportSaysWhatWasNotSteadyButForWarmUpsAndMemory() {
        var phase = Self.phase(hits: Self.shares[1].shares)
        func note() -> String? {
            SubjectReport(EvidenceFixture.subject([phase]), gates: []).phases[0].unsteadiness
        }
        #expect(note()?.hasPrefix("phase storm was not steady: calls served without executing went from 5") == true)
        phase.isWarmup = true
        #expect(note() == nil)
        phase.isWarmup = false
        phase.memory = [EvidenceFixture.memory(slope: 0)]
        #expect(note() == nil)
    }
}
