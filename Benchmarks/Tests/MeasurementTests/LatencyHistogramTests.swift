import DedupTesting
import Foundation
import Measurement
import Testing

@Suite struct LatencyHistogramTests {
    @Test(arguments: UInt64(0)..<10)
    func percentilesAreRightToThreeDigits(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var parts = [LatencyHistogram](repeating: LatencyHistogram(), count: 3)
        var values: [UInt64] = []
        for number in 0..<3_000 {
            let value = UInt64.random(in: 1...(10 << UInt64.random(in: 0..<30, using: &random)), using: &random)
            values.append(value)
            parts[number % 3].record(value)
        }
        var whole = LatencyHistogram()
        for part in parts { whole.merge(part) }
        values.sort()
        #expect(whole.count == values.count)
        #expect(whole.mean == Double(values.reduce(0, +)) / Double(values.count))
        for percentile in [1.0, 25, 50, 90, 99, 99.9, 100] {
            let rank = max(1, Int((percentile * Double(values.count) / 100 - 1e-6).rounded(.up)))
            let exact = Double(values[rank - 1])
            let reported = Double(try #require(whole.percentile(percentile)))
            #expect(abs(reported - exact) <= max(1, exact * 0.001), "seed \(seed), p\(percentile)")
        }
        #expect(whole.buckets.reduce(0) { $0 + $1.count } == 3_000)
        #expect(whole.buckets.allSatisfy { $0.low <= $0.high })
    }

    @Test func anEmptyOneHasNoPercentiles() {
        let histogram = LatencyHistogram()
        #expect(histogram.percentile(50) == nil)
        #expect(histogram.minimum == nil && histogram.maximum == nil && histogram.mean == nil)
        #expect(histogram.percentileInterval(50) == nil)
        #expect(histogram.buckets.isEmpty)
    }

    @Test func longerThanAnHourIsCountedAndKept() {
        var histogram = LatencyHistogram()
        histogram.record(.max)
        histogram.record(5)
        #expect(histogram.saturated == 1)
        #expect(histogram.count == 2)
        #expect(histogram.mean == Double(LatencyHistogram.highest + 5) / 2)
        histogram.reset()
        #expect(histogram.isEmpty && histogram.saturated == 0)
        histogram.record(7)
        #expect(histogram.mean == 7)
    }

    @Test func theIntervalOfAPercentileIsOneOfRanks() throws {
        var histogram = LatencyHistogram()
        for value in UInt64(1)...1_000 { histogram.record(value) }
        let interval = try #require(histogram.percentileInterval(99))
        #expect(interval == PercentileInterval(lower: 983, upper: 997))
        #expect(histogram.count(above: 990) == 10)
    }

    @Test func aSmallSampleHasNoUpperBoundOfAHighPercentile() throws {
        var histogram = LatencyHistogram()
        for _ in 0..<100 { histogram.record(40) }
        let interval = try #require(histogram.percentileInterval(99))
        #expect(interval.lower == 40)
        #expect(interval.upper == nil)
    }
}

/// A histogram that is written down and read again, or added to another.
@Suite struct LatencyHistogramRoundTripTests {
    /// Nothing, one, zeros, neighbours in one bucket, all sizes, and more than an hour.
    static let latencies: [[UInt64]] = [
        [], [0], [7], [2_754_561, 2_754_577, 2_754_600], (0..<60).map { 1 << ($0 % 41) },
        (0..<5_000).map { $0 * $0 * 131 }, [.max, 3_600_000_000_000, 12],
    ]

    @Test(arguments: latencies)
    func everythingThatItTellsIsTheSame(latencies: [UInt64]) throws {
        var histogram = LatencyHistogram()
        for latency in latencies { histogram.record(latency) }
        let read = try JSONDecoder().decode(LatencyHistogram.self, from: JSONEncoder().encode(histogram))
        #expect(read == histogram)
        #expect(read.count == histogram.count && read.minimum == histogram.minimum && read.mean == histogram.mean)
        #expect(read.maximum == histogram.maximum && read.saturated == histogram.saturated)
        #expect(read.buckets == histogram.buckets)
        for percentile in [0, 1, 25, 50, 90, 99, 99.9, 99.99, 100] {
            #expect(read.percentile(percentile) == histogram.percentile(percentile))
            #expect(read.percentileInterval(percentile) == histogram.percentileInterval(percentile))
        }
    }

    @Test func histogramsThatDifferAreNotEqual() {
        var (one, two) = (LatencyHistogram(), LatencyHistogram())
        one.record(2_754_561)
        #expect(one != two)
        two.record(2_754_577)
        #expect(one != two, "one bucket, but not one sum")
    }
}
