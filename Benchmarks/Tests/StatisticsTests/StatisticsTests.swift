import Statistics
import Testing

/// Expected figures are those of scipy 1.17.
@Suite struct StatisticsTests {
    @Test(arguments: [
        (1.0, 0.975, 12.706_204_736_174_694), (1, 0.999, 318.308_838_985_550_15), (2, 0.6, 0.288_675_134_594_812_8),
        (5, 0.95, 2.015_048_373_333_023_3), (8, 0.975, 2.306_004_135_204_166), (8, 0.999, 4.500_790_933_723_723_5),
        (30, 0.975, 2.042_272_456_301_237_8), (200, 0.6, 0.253_684_379_190_147_47), (8, 0.025, -2.306_004_135_204_166),
    ])
    func studentQuantile(degrees: Double, probability: Double, expected: Double) {
        #expect(abs(StudentT(degreesOfFreedom: degrees).quantile(probability) / expected - 1) < 1e-10)
    }

    @Test(arguments: [
        (8.0, 1.5, 0.913_998_354_024_044_4), (3, -2.2, 0.057_585_975_988_235_34), (40, 0.3, 0.617_134_641_614_490_5),
    ])
    func studentCumulative(degrees: Double, value: Double, expected: Double) {
        #expect(abs(StudentT(degreesOfFreedom: degrees).cumulative(value) - expected) < 1e-13)
    }

    @Test(arguments: [
        (0.5, 2.0, 3.0, 0.687_5), (0.01, 0.5, 0.5, 0.063_768_560_858_519_85), (0.99, 4, 0.5, 0.783_424_406_250_000_1),
        (0.3, 100, 200, 0.108_843_065_644_909_86), (0.999, 1_000, 2, 0.735_390_849_541_927_7), (0, 2, 3, 0),
        (1, 2, 3, 1),
    ])
    func incompleteBeta(x: Double, a: Double, b: Double, expected: Double) {
        #expect(abs(IncompleteBeta.regularized(x, a, b) - expected) < 1e-11)
    }

    @Test(arguments: [
        (10, 0.5, 5, 0.623_046_875), (1_000, 0.99, 985, 0.082_412_319_516_089_2),
        (1_000_000, 1e-06, 3, 0.981_011_904_437_096_6), (50, 0.02, 0, 0.364_169_680_087_117_1),
        (10_000, 0.5, 4_900, 0.023_292_763_852_473_225), (10_000, 0.5, 5_100, 0.977_787_100_476_959_7),
        (7, 0.3, 7, 1), (7, 0.3, -1, 0), (7, 0, 0, 1), (7, 1, 6, 0),
    ])
    func binomialCumulative(trials: Int, chance: Double, successes: Int, expected: Double) {
        #expect(abs(Binomial(trials: trials, probability: chance).cumulative(successes) - expected) < 1e-9)
    }

    @Test(arguments: [
        (0, 299, 0.95, 0.0, 0.009_969_146_792_899_269), (0, 1_000_000, 0.95, 0, 2.995_727_786_352_543_3e-06),
        (3, 100, 0.95, 0.008_225_829_107_652_69, 0.075_710_793_749_830_04),
        (50, 100, 0.99, 0.380_717_466_906_952_5, 0.619_282_533_093_047_5),
        (999, 1_000, 0.95, 0.995_265_006_424_500_2, 0.999_948_708_021_091),
        (1, 10, 0.95, 0.005_116_196_891_823_705, 0.394_163_302_436_502_46),
    ])
    func clopperPearson(successes: Int, trials: Int, confidence: Double, lower: Double, upper: Double) {
        let bound = ClopperPearson.upper(successes: successes, trials: trials, confidence: confidence)
        #expect(abs(bound / upper - 1) < 1e-8)
        let least = ClopperPearson.lower(successes: successes, trials: trials, confidence: confidence)
        #expect(abs(least - lower) < 1e-9)
    }

    @Test(arguments: [
        (5, 0, 0.031_25), (6, 0, 0.015_625), (6, 3, 0.078_125), (10, 8, 0.024_414_062_5), (10, 27, 0.5),
        (15, 25, 0.023_956_298_828_125), (20, 52, 0.024_220_466_613_769_53), (4, 10, 1), (4, -1, 0),
    ])
    func signedRankCumulative(pairs: Int, sum: Int, expected: Double) {
        #expect(abs(SignedRankDistribution(pairs: pairs).cumulative(sum) - expected) < 1e-15)
    }

    @Test(
        arguments: [
            (10_000, 0.99, 9_880, 9_920), (1_000, 0.99, 983, 997), (100, 0.5, 40, 61), (367, 0.99, 359, nil),
            (368, 0.99, 360, 368), (20, 0.5, 6, 15), (3, 0.5, nil, nil), (0, 0.5, nil, nil),
        ] as [(Int, Double, Int?, Int?)])
    func orderStatisticRanks(count: Int, quantile: Double, lower: Int?, upper: Int?) {
        let ranks = OrderStatisticInterval(count: count, quantile: quantile)
        #expect(ranks.lower == lower)
        #expect(ranks.upper == upper)
    }

    static let outlier: [Double] = [
        0, 4.19, 4.9, 500, 10.18, 11.03, 18.24, 26.36, 22.03, 24.52, 31.96, 34.43, 36.42, 35.28, 41.88, 47.78, 42.62,
        49.17, 46.4, 51.84,
    ]

    @Test func theilSenIgnoresAnOutlierThatPullsTheLine() throws {
        let x = (0..<20).map(Double.init)
        let slope = try #require(TheilSen.slope(x: x, y: Self.outlier))
        #expect(abs(slope - 2.706_666_666_666_667) < 1e-12)
        let fit = try #require(LinearFit(x: x, y: Self.outlier))
        #expect(abs(fit.slope + 2.010_443_609_022_557) < 1e-12)
        #expect(abs(fit.intercept - 71.060_714_285_714_28) < 1e-10)
        #expect(abs(fit.slopeError - 4.224_115_027_208_144_5) < 1e-10)
    }

    @Test func slopesOfOneColumnDoNotExist() {
        #expect(TheilSen.slope(x: [1, 1, 1], y: [1, 2, 3]) == nil)
        #expect(LinearFit(x: [1, 1, 1], y: [1, 2, 3]) == nil)
        #expect(TheilSen.slope(x: [], y: []) == nil)
    }

    @Test func hodgesLehmannWithItsExactInterval() throws {
        let differences = [
            -0.134, 0.026, -0.077, 0.077, 0.066, 0.031, -0.202, -0.004, 0.045, 0.061, -0.103, 0.002,
        ]
        let estimate = try #require(HodgesLehmann.estimate(differences))
        #expect(abs(estimate.value + 0.010_5) < 1e-12)
        #expect(abs(estimate.low + 0.078_5) < 1e-12)
        #expect(abs(estimate.high - 0.046) < 1e-12)
    }

    @Test func fivePairsCannotGiveAnInterval() throws {
        let five = try #require(HodgesLehmann.estimate([1, 2, 3, 4, 5]))
        #expect(five.low == -.infinity && five.high == .infinity)
        let six = try #require(HodgesLehmann.estimate([1, 2, 3, 4, 5, 6]))
        #expect(six.low == 1 && six.high == 6)
    }

    /// Twice and half are equally far from one, so it does not matter which of the two is called the first.
    @Test func ratiosAreComparedByTheirLogarithms() {
        let (slow, fast): ([Double], [Double]) = ([2, 9, 4, 30, 7, 11, 5], [1, 3, 4, 10, 8, 5, 1])
        let ratio = HodgesLehmann.ratio(of: slow, to: fast)
        let inverse = HodgesLehmann.ratio(of: fast, to: slow)
        #expect(ratio.low < ratio.value && ratio.value < ratio.high && ratio.high < .infinity)
        #expect(abs(ratio.value * inverse.value - 1) < 1e-12)
        #expect(abs(ratio.low * inverse.high - 1) < 1e-12 && abs(ratio.high * inverse.low - 1) < 1e-12)
        let twice = HodgesLehmann.ratio(of: fast.map { 2 * $0 }, to: fast)
        #expect([twice.value, twice.low, twice.high].allSatisfy { abs($0 - 2) < 1e-12 })
        #expect(HodgesLehmann.ratio(of: [], to: []).value.isNaN)
    }

    @Test func batchMeansOfFortyPoints() throws {
        let y: [Double] = [
            1_020, -578, 1_609, 1_816, 2_574, 3_392, 3_190, 4_784, 5_167, 7_961, 7_113, 7_524, 8_259, 8_766, 9_272,
            10_305, 11_441, 11_781, 13_079, 13_200, 14_012, 15_473, 15_673, 15_847, 16_709, 17_770, 19_168, 18_765,
            19_478, 20_801, 20_557, 21_554, 22_841, 23_390, 23_846, 24_835, 23_786, 26_411, 26_120, 26_466,
        ]
        let slope = try #require(BatchMeans.slope(x: (0..<40).map { Double($0) * 1_000 }, y: y))
        #expect(abs(slope.value - 0.700_419_318_181_818_1) < 1e-12)
        #expect(abs(slope.low - 0.680_127_945_757_976_4) < 1e-10)
        #expect(abs(slope.high - 0.720_710_690_605_659_8) < 1e-10)
    }

    @Test func mediansAndCorrelations() {
        #expect(Median.of([3, 1, 2]) == 2)
        #expect(Median.of([4, 1, 2, 3]) == 2.5)
        #expect(Median.of([]) == nil)
        #expect(Autocorrelation.lagOne([1, -1, 1, -1]) == -0.75)
        #expect(Autocorrelation.lagOne([2, 2, 2]) == nil)
    }
}
