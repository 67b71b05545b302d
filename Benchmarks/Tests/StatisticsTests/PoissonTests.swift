import Statistics
import Testing

@Suite struct PoissonTests {
    /// From scipy 1.x: twice the smaller of `poisson.cdf(k, m)` and `poisson.sf(k - 1, m)`, at most 1.
    @Test(
        arguments: [
            (0, 3, 0.0995741367357279), (8, 3, 0.02380900771271478), (100, 80, 0.0342166260702662),
            (1_800, 2_000, 5.771512689568687e-06), (1_900, 2_000, 0.02509284858323474), (2_000, 2_000, 1),
            (36_000, 36_500, 0.008802635252675748), (199_000, 200_000, 0.025322808458844562),
        ] as [(Int, Double, Double)])
    func agreesWithScipy(count: Int, mean: Double, expected: Double) {
        let pValue = Poisson.pValue(count: count, mean: mean)
        #expect(abs(pValue - expected) < 1e-7 * max(expected, 1e-3), "\(pValue)")
    }
}
