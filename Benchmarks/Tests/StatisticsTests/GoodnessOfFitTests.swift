import DedupTesting
import Foundation
import Statistics
import Testing

@Suite struct GoodnessOfFitTests {
    /// With two cells there is one degree of freedom, whose tail is that of the square of a normal number.
    @Test func pValuesAreThoseOfTheChiSquaredDistribution() {
        let fit = GoodnessOfFit.gTest(counts: [5_309_900, 4_690_100], probabilities: [0.531, 0.469])
        let n = 10_000_000.0
        let (a, b) = (5_309_900.0, 4_690_100.0)
        let g = 2 * (a * log(a / (0.531 * n)) + b * log(b / (0.469 * n)))
        #expect(abs(fit.statistic - g) < 1e-5)
        #expect(abs(fit.pValue - erfc((g / 2).squareRoot())) < 1e-6)
    }

    /// Tables of the chi-squared distribution, reached through cells that are exactly as wrong as needed.
    @Test(arguments: [(degrees: 10, five: 18.307), (degrees: 100, five: 124.342), (degrees: 1000, five: 1074.679)])
    func manyCellsKeepTheirPValues(degrees: Int, five: Double) {
        let cells = degrees + 1
        let perCell = 1_000_000
        // Half of the cells are high and half are low by d: G is close to cells * d^2 / expected.
        let d = (five * Double(perCell) / Double(cells / 2 * 2)).squareRoot()
        let counts = (0..<cells).map { index in
            index == cells - 1 && cells % 2 == 1
                ? perCell : perCell + Int((index.isMultiple(of: 2) ? d : -d).rounded())
        }
        let fit = GoodnessOfFit.gTest(
            counts: counts, probabilities: [Double](repeating: 1 / Double(cells), count: cells))
        #expect(fit.degrees == degrees)
        #expect(abs(fit.pValue - 0.05) < 0.002)
    }

    @Test func trueSamplesAreRejectedAsOftenAsPromised() {
        let weights = (1...200).map { 1 / Double($0) }
        let probabilities = weights.map { $0 / weights.reduce(0, +) }
        var sum = 0.0
        let cumulative = probabilities.map { probability in
            sum += probability
            return sum
        }
        var (g, distance) = (0, 0)
        for seed in 0..<400 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var counts = [Int](repeating: 0, count: 200)
            for _ in 0..<2_000 {
                let place = Double.random(in: 0..<1, using: &random)
                counts[cumulative.firstIndex { $0 > place } ?? 199] += 1
            }
            if GoodnessOfFit.gTest(counts: counts, probabilities: probabilities).pValue < 0.05 { g += 1 }
            let gaps = (0..<200).map { _ in -log1p(-Double.random(in: 0..<1, using: &random)) }.sorted()
            if GoodnessOfFit.kolmogorovSmirnov(sorted: gaps, cumulative: { 1 - exp(-$0) }).pValue < 0.05 {
                distance += 1
            }
        }
        // Twenty are expected; these bounds hold in all but one of ten thousand such experiments.
        #expect((6...38).contains(g), "\(g)")
        #expect((6...38).contains(distance), "\(distance)")
    }

    @Test func somethingImpossibleIsRejectedOutright() {
        #expect(GoodnessOfFit.gTest(counts: [1000, 1], probabilities: [1, 0]).pValue == 0)
        #expect(GoodnessOfFit.gTest(counts: [500, 500, 200], probabilities: [0.5, 0.5, 0]).pValue < 1e-6)
    }

    /// Samples ((i + 1/2) / n)^p against the uniform distribution: the distance is that of `scipy.stats.kstest`, the p-value that of
    /// `scipy.special.kolmogorov` with Stephens' correction, which is near to the exact one of scipy.
    @Test(
        arguments: [
            (10, 1.3, 0.145_858_952_197_008, 0.973_359_870_521_216_9, 0.963_345_669_803_298_7),
            (20, 1.5, 0.172_933_897_778_887_46, 0.546_764_816_376_326_3, 0.531_740_063_499_299_5),
            (100, 1.2, 0.071_977_174_343_349_64, 0.662_234_180_442_655, 0.651_294_103_104_219_9),
            (400, 1.1, 0.036_299_325_212_811_65, 0.659_972_298_088_413_3, 0.653_920_403_711_798_6),
            (50, 0.7, 0.140_507_376_918_735_94, 0.256_754_099_734_331_66, 0.252_377_345_066_305_94),
        ] as [(Int, Double, Double, Double, Double)])
    func theKolmogorovSmirnovTestIsThatOfScipy(
        count: Int, power: Double, distance: Double, pValue: Double, exact: Double
    ) {
        let sample = (0..<count).map { pow((Double($0) + 0.5) / Double(count), power) }
        let test = GoodnessOfFit.kolmogorovSmirnov(sorted: sample) { $0 }
        #expect(abs(test.statistic - distance) < 1e-12 && abs(test.pValue - pValue) < 1e-9)
        #expect(abs(test.pValue - exact) < 0.02)
    }
}
