import DedupTesting
import Statistics
import Testing

@Suite struct PredictionTests {
    private static let sample = [4.1, 3.9, 4.4, 4.0, 4.3, 4.2, 3.8]

    /// From `scipy.stats.t` with the standard error s * sqrt(1 + 1/n).
    @Test(
        arguments: [(0.95, 3.534_909_913_623, 4.665_090_086_377), (0.99, 3.243_806_173_555, 4.956_193_826_445)]
            as [(Double, Double, Double)])
    func intervalsAreThoseOfScipy(confidence: Double, low: Double, high: Double) throws {
        let interval = try #require(Prediction(after: Self.sample)).interval(confidence: confidence)
        #expect(abs(interval.low - low) < 1e-9 && abs(interval.high - high) < 1e-9)
        #expect(abs(interval.value - 4.1) < 1e-12)
    }

    @Test(
        arguments: [(4.0, 0.659_930_849_204), (4.6, 0.036_780_581_497), (5.2, 0.001_558_156_390)] as [(Double, Double)])
    func chancesAreThoseOfScipy(value: Double, more: Double) throws {
        let prediction = try #require(Prediction(after: Self.sample))
        #expect(abs(prediction.chanceOfMore(than: value) - more) < 1e-9)
        #expect(abs(prediction.chanceOfLess(than: value) - (1 - more)) < 1e-9)
    }

    @Test(arguments: [[], [1], [1, .nan], [1, .infinity, 2]] as [[Double]])
    func withoutASpreadNothingIsPredicted(_ sample: [Double]) {
        #expect(Prediction(after: sample) == nil)
    }

    @Test func whatWasAlwaysTheSameIsExpectedToStaySo() throws {
        let prediction = try #require(Prediction(after: [0.1, 0.1, 0.1]))
        #expect(prediction.interval() == Estimate(0.1, low: 0.1, high: 0.1))
        #expect(prediction.chanceOfMore(than: 0.1) == 1 && prediction.chanceOfLess(than: 0.1) == 1)
        #expect(prediction.chanceOfMore(than: 0.2) == 0 && prediction.chanceOfLess(than: 0.2) == 1)
    }

    /// Five counts of 50: one more or less may come next, ten may not.
    @Test func whatIsKnownToOneVariesByOneAtLeast() throws {
        let prediction = try #require(Prediction(after: [50, 50, 50, 50, 50], resolution: 1))
        #expect((0.15...0.3).contains(prediction.chanceOfMore(than: 51)) && prediction.chanceOfMore(than: 60) < 0.001)
        #expect(prediction.centre == 50 && prediction.interval().low < 48)
        let finer = try #require(Prediction(after: Self.sample, resolution: 1e-9))
        #expect(finer.interval() == Prediction(after: Self.sample)?.interval(), "a larger spread stays what it is")
    }

    /// Of new observations of the same kind one in twenty falls outside.
    @Test func newObservationsFallWhereTheyAreExpected() throws {
        var random = SplitMix64(seed: 21)
        var outside = 0
        for _ in 0..<2_000 {
            let prediction = try #require(Prediction(after: (0..<6).map { _ in random.normal() }))
            let (value, interval) = (random.normal(), prediction.interval())
            if value < interval.low || value > interval.high { outside += 1 }
        }
        #expect((70...130).contains(outside), "2,000 at 5 %: 100 expected, 30 are three standard deviations")
    }
}
