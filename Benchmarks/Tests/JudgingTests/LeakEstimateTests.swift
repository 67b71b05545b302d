import DedupTesting
import Foundation
import Judging
import Measurement
import Statistics
import Testing

@Suite struct LeakEstimateTests {
    /// A run of live bytes over operations, a thousand operations a sample.
    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let verdict: LeakVerdict
        let bytes: @Sendable (_ operations: Double) -> Double
    }

    static let shapes = [
        Shape(testDescription: "flat", verdict: .clean) { _ in 1e6 },
        Shape(testDescription: "a quarter of a byte", verdict: .clean) { 1e6 + 0.25 * $0 },
        Shape(testDescription: "two bytes", verdict: .leak) { 1e6 + 2 * $0 },
        Shape(testDescription: "48 bytes", verdict: .leak) { 1e6 + 48 * $0 },
        Shape(testDescription: "shrinking", verdict: .inconclusive) { 9e6 - 30 * $0 },
        Shape(testDescription: "shrinks and leaks", verdict: .inconclusive) { 9e6 - 5.6 * min($0, 55_000) + 2 * $0 },
        Shape(testDescription: "shrinks first, then leaks", verdict: .leak) { 9e6 - 100 * min($0, 12_000) + 3 * $0 },
        Shape(testDescription: "fills up, then flat", verdict: .clean) { 1e6 + 100 * min($0, 12_000) },
        Shape(testDescription: "fills up, then leaks", verdict: .leak) { 1e6 + 100 * min($0, 12_000) + 3 * $0 },
        Shape(testDescription: "still filling at the end", verdict: .inconclusive) { 1e6 + 100 * min($0, 50_000) },
        Shape(testDescription: "one late step", verdict: .inconclusive) { $0 < 45_000 ? 1e6 : 2e6 },
    ]

    @Test(arguments: shapes, UInt64(0)..<8)
    func judgesTheShape(shape: Shape, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let estimate = LeakEstimate(series(60) { shape.bytes($0) + 400 * random.normal() })
        #expect(estimate.verdict == shape.verdict, "seed \(seed): \(estimate)")
    }

    @Test func withoutNoiseTheSlopeIsExact() {
        let estimate = LeakEstimate(series(40) { 5 + 48 * $0 })
        #expect(estimate.verdict == .leak)
        #expect(abs(estimate.slope.value - 48) < 1e-9)
        #expect(estimate.warmUpSamples <= 20)
    }

    @Test func noisyNeighboursRarelyMakeALeak() {
        let leaks = verdicts(persistence: 0.8, noise: 3_000, slope: 0).count { $0 == .leak }
        #expect(leaks <= 5, "seeds 0..<100 gave \(leaks) leaks")
    }

    @Test func noisyNeighboursRarelyHideALeak() {
        let clean = verdicts(persistence: 0.9, noise: 2_000, slope: 1).count { $0 == .clean }
        #expect(clean <= 5, "seeds 0..<100 gave \(clean) clean bills for 1 byte an operation")
    }

    /// What is said, for a hundred seeds, of memory that grows by `slope` bytes an operation and drifts besides.
    private func verdicts(persistence: Double, noise: Double, slope: Double) -> [LeakVerdict] {
        (UInt64(0)..<100).map { seed in
            var random = SplitMix64(seed: seed)
            var drift = 0.0
            let series = series(60) { operations in
                drift = persistence * drift + noise * random.normal()
                return 1e6 + drift + slope * operations
            }
            return LeakEstimate(series).verdict
        }
    }

    @Test(arguments: [(30_000.0, LeakVerdict.inconclusive), (300, .clean)])
    func neighboursThatResembleEachOtherWidenTheInterval(wave: Double, verdict: LeakVerdict) throws {
        let live = { (operations: Double) in 1e6 + wave * sin(operations / 4_000) }
        let estimate = LeakEstimate(series(60, live: live))
        #expect(estimate.autocorrelation > 0.3)
        let kept = (estimate.warmUpSamples..<60).map { Double($0) * 1_000 }
        let batches = try #require(BatchMeans.slope(x: kept, y: kept.map { live($0).rounded(.down) }))
        #expect(estimate.slope.high - estimate.slope.low > 1.3 * (batches.high - batches.low))
        #expect(estimate.verdict == verdict, "\(estimate)")
    }

    /// The growth that a series says it would find is found in nineteen of twenty others like it.
    @Test func whatIsSaidToBeDetectableIsFound() {
        let found = { (slope: Double) in
            self.verdicts(persistence: 0, noise: 3_000, slope: slope).count { $0 == .leak }
        }
        let detectable = (UInt64(100)..<200).map { seed in
            var random = SplitMix64(seed: seed)
            return LeakEstimate(series(60) { _ in 1e6 + 3_000 * random.normal() }).minimumDetectable
        }.sorted()[50]
        #expect((90...100).contains(found(detectable)), "\(found(detectable)) of 100 leaks of \(detectable)")
        #expect(found(0.5 + (detectable - 0.5) / 4) < 75, "a quarter as far above the limit is found less often")
    }

    @Test func tenBatchesOfTwoAreTheLeast() {
        #expect(LeakEstimate.Criteria(minimumSamples: 1).minimumSamples == 20)
    }

    @Test func tooFewSamplesProveNothing() {
        let estimate = LeakEstimate(series(20) { 48 * $0 })
        #expect(estimate.verdict == .inconclusive)
        #expect(estimate.reason.contains("at least 30"))
        let none = LeakEstimate(MemorySeries(capacity: 2))
        #expect(none.verdict == .inconclusive)
        #expect(none.slope.value.isNaN)
    }

    @Test func namesTheSizeClassThatGrows() throws {
        let classes = [16, 96, 4_096].map { SizeClass(size: $0, isLarge: false) }
        var series = MemorySeries(capacity: 100, sizeClasses: classes)
        for number in 0..<50 {
            let operations = number * 1_000
            series.append(
                sample(operations, live: Double(operations * 96)),
                liveCounts: [500 + number % 3, 7 + operations, 12])
        }
        let growth = try #require(LeakEstimate(series).growth.first)
        #expect(growth.sizeClass.size == 96)
        #expect(abs(growth.objectsPerOperation - 1) < 1e-9)
        #expect(abs(growth.bytesPerOperation - 96) < 1e-9)
        #expect(LeakEstimate(series).growth.count == 1)
    }

    private func series(_ count: Int, live: (Double) -> Double) -> MemorySeries {
        var series = MemorySeries(capacity: max(2, count))
        for number in 0..<count { series.append(sample(number * 1_000, live: live(Double(number) * 1_000))) }
        return series
    }

    private func sample(_ operations: Int, live: Double) -> MemorySeries.Sample {
        var reading = MemoryReading.zero
        reading.live = Int(live)
        return MemorySeries.Sample(operations: operations, time: UInt64(operations), reading: reading)
    }
}
