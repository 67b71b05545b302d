import DedupTesting
import Foundation
import Statistics
import Testing

/// How often intervals miss what they are for, and tests find what is not there: exactly, where all outcomes can be gone through,
/// and by simulation elsewhere.
@Suite struct ErrorRateTests {
    private static func chances(of binomial: Binomial) -> [Double] {
        (0...binomial.trials).map { binomial.mass($0) }
    }

    /// The chance that a true proportion is above its upper bound, over all numbers of successes that may come.
    @Test(arguments: [10, 60, 400], [0.5, 0.95, 0.999])
    func theBoundsOfAProportionMissItAsSeldomAsPromised(trials: Int, confidence: Double) {
        let bounds = (0...trials).map { successes in
            (
                low: ClopperPearson.lower(successes: successes, trials: trials, confidence: confidence),
                high: ClopperPearson.upper(successes: successes, trials: trials, confidence: confidence)
            )
        }
        var most = (above: 0.0, below: 0.0)
        for step in 1..<200 {
            let proportion = Double(step) / 200
            let chances = Self.chances(of: Binomial(trials: trials, probability: proportion))
            let missed = zip(chances, bounds).reduce(into: (above: 0.0, below: 0.0)) { sum, outcome in
                if outcome.1.high < proportion - 1e-12 { sum.above += outcome.0 }
                if outcome.1.low > proportion + 1e-12 { sum.below += outcome.0 }
            }
            most = (max(most.above, missed.above), max(most.below, missed.below))
        }
        let promised = 1 - confidence
        #expect(most.above <= promised + 1e-9 && most.below <= promised + 1e-9, "\(most)")
        // It is exact: some proportion is missed about as often as it may be.
        #expect(most.above > promised / 2 && most.below > promised / 2, "\(most)")
    }

    /// The chance that a count which fits is found not to, over all counts that may come.
    @Test(arguments: [0.5, 3, 40, 1_000], [0.05, 1e-3, 1e-6])
    func aNumberThatFitsAPoissonProcessIsSeldomRejected(mean: Double, significance: Double) {
        var (chance, rejected) = (exp(-mean), 0.0)
        if mean > 700 { chance = 0 }
        for count in 0..<Int(mean + 20 * mean.squareRoot() + 50) {
            if mean > 700 {
                chance = exp(Double(count) * log(mean) - mean - lgamma(Double(count) + 1))
            } else if count > 0 {
                chance *= mean / Double(count)
            }
            if Poisson.pValue(count: count, mean: mean) <= significance { rejected += chance }
        }
        #expect(rejected <= significance * (1 + 1e-6), "\(rejected)")
        if mean >= 40 { #expect(rejected > significance / 3, "\(rejected)") }
    }

    /// The ranks that are to enclose a quantile, against the number of observations below it, which is binomial.
    @Test(arguments: [40, 400, 5_000], [0.5, 0.9, 0.99])
    func theRanksOfAQuantileMissItAsSeldomAsPromised(count: Int, quantile: Double) {
        for confidence in [0.8, 0.95] {
            let ranks = OrderStatisticInterval(count: count, quantile: quantile, confidence: confidence)
            let below = Binomial(trials: count, probability: quantile)
            // The end is above the quantile if fewer than that many lie below it, and below it if that many do.
            let missed = (
                low: ranks.lower.map { below.cumulative($0 - 1) } ?? 0,
                high: ranks.upper.map { 1 - below.cumulative($0 - 1) } ?? 0
            )
            let promised = (1 - confidence) / 2
            #expect(missed.low <= promised + 1e-9 && missed.high <= promised + 1e-9, "\(missed)")
            // The next rank would miss it more often than promised.
            if let lower = ranks.lower { #expect(below.cumulative(lower) > promised) }
            if let upper = ranks.upper { #expect(1 - below.cumulative(upper - 2) > promised - 1e-9) }
        }
    }

    @Test(arguments: [(0.5, UInt64(1)), (0.9, 2), (0.99, 3)])
    func quantilesOfRealSamplesLieWhereTheyAreSaidToBe(quantile: Double, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let ranks = OrderStatisticInterval(count: 500, quantile: quantile)
        let missed = (0..<2_000).count { _ in
            let sample = (0..<500).map { _ in Double.random(in: 0..<1, using: &random) }.sorted()
            let (low, high) = (ranks.lower.map { sample[$0 - 1] } ?? 0, ranks.upper.map { sample[$0 - 1] } ?? 1)
            return !(low...high).contains(quantile)
        }
        // 5 % of 2,000, and four standard deviations of a binomial number.
        #expect(missed <= 100 + 39, "seed \(seed): \(missed)")
        #expect(missed >= 20, "seed \(seed): \(missed)")
    }

    /// Differences that are symmetric about their centre: normal ones, and ones with an outlier in ten.
    @Test(arguments: [6, 8, 12, 20], [0, 0.1])
    func theIntervalOfHodgesAndLehmannMissesTheCentreAsSeldomAsPromised(pairs: Int, outliers: Double) throws {
        let seed = UInt64(pairs)
        var random = SplitMix64(seed: seed)
        let trials = 3_000
        let missed = try (0..<trials).count { _ in
            let differences = (0..<pairs).map { _ in
                7 + random.normal() * (Double.random(in: 0..<1, using: &random) < outliers ? 10 : 1)
            }
            let estimate = try #require(HodgesLehmann.estimate(differences))
            return !(estimate.low...estimate.high).contains(7)
        }
        let most = 0.05 * Double(trials)
        #expect(Double(missed) <= most + 4 * (most * 0.95).squareRoot(), "seed \(seed): \(missed) of \(trials)")
        #expect(Double(missed) >= most / 4, "seed \(seed): \(missed) of \(trials)")
    }

    /// The interval of a slope: one in twenty without memory of the noise, and somewhat more often with it, since batches of six remember
    /// less than single points, but not nothing.
    @Test(arguments: [(0, 0.05), (0.3, 0.08), (0.6, 0.12)])
    func theIntervalOfASlopeForgivesMostOfWhatNoiseRemembers(memory: Double, most: Double) throws {
        let seed: UInt64 = 11
        var random = SplitMix64(seed: seed)
        let (trials, x) = (1_000, (0..<60).map(Double.init))
        var missed = (batches: 0, points: 0)
        for _ in 0..<trials {
            var noise = 0.0
            let y = x.map { x in
                noise = memory * noise + random.normal()
                return 0.25 * x + noise
            }
            let slope = try #require(BatchMeans.slope(x: x, y: y))
            if !(slope.low...slope.high).contains(0.25) { missed.batches += 1 }
            let fit = try #require(LinearFit(x: x, y: y))
            if abs(fit.slope - 0.25) > StudentT(degreesOfFreedom: 58).quantile(0.975) * fit.slopeError {
                missed.points += 1
            }
        }
        let expected = most * Double(trials)
        #expect(Double(missed.batches) <= expected + 4 * expected.squareRoot(), "seed \(seed): \(missed)")
        #expect(missed.batches >= 20, "seed \(seed): \(missed)")
        // What it is for: a plain fit of the points misses far more often then.
        if memory > 0.5 { #expect(missed.points > 2 * missed.batches, "seed \(seed): \(missed)") }
    }
}
