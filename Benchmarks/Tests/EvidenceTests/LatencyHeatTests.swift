import Evidence
import Testing

@Suite struct LatencyHeatTests {
    @Test(arguments: [
        (UInt64(0), 0), (1, 0), (1_000, 12), (1_778, 12), (1_779, 13), (999_999_999, 35), (1_000_000_000, 36),
        (.max, 47),
    ])
    func thereAreFourClassesFromOnePowerOfTenToTheNext(nanoseconds: UInt64, number: Int) {
        #expect(LatencyHeat.class(of: nanoseconds) == number)
        guard nanoseconds > 0, nanoseconds < .max else { return }
        #expect(LatencyHeat.start(of: number) <= Double(nanoseconds) * (1 + 1e-9))
        #expect(Double(nanoseconds) < LatencyHeat.start(of: number + 1))
    }

    @Test(arguments: [UInt64(1), 31, 32, 33, 1_000_000_007, 1 << 53]) func eachTimeOfThePhaseHasItsInterval(
        duration: UInt64
    ) {
        var heat = LatencyHeat(of: duration)
        for part in 0...100 as ClosedRange<UInt64> {
            let time = duration.multipliedFullWidth(by: part)
            heat.record(at: UInt64(100).dividingFullWidth(time).quotient, waited: 5)
        }
        heat.record(at: duration * 2 + 64, waited: 5)
        #expect(heat.counts.joined().reduce(0, +) == 101 && heat.counts.count <= LatencyHeat.intervals + 1)
        #expect(heat.counts.first?[LatencyHeat.class(of: 5)] ?? 0 > 0)
    }

    @Test func ranksAreGroupedMoreAndMoreCoarsely() {
        let groups = KeyPopularity.groups(
            requests: (0..<1_000).map { 1_000 - $0 }, probabilities: Array(repeating: 0.001, count: 1_000))
        #expect(groups.prefix(4).map(\.first) == [1, 2, 3, 5] && groups.last?.last == 1_000)
        #expect(zip(groups, groups.dropFirst()).allSatisfy { $0.last + 1 == $1.first } && groups.count < 30)
        #expect(groups.map(\.requests).reduce(0, +) == 500_500)
        #expect(abs(groups.map(\.expected).reduce(0, +) - 500_500) < 1e-6)
        #expect(KeyPopularity.groups(requests: [], probabilities: []).isEmpty)
    }
}
