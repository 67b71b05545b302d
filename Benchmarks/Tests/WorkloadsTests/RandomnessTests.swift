internal import Foundation
internal import Statistics
internal import Testing
internal import Workloads

@Suite struct RandomnessTests {
    /// The first outputs for the seed 1234567 (Rosetta Code, "Pseudo-random numbers/Splitmix64").
    @Test func splitMixGivesThePublishedNumbers() {
        var generator = SplitMix64(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    /// The first outputs for the state 1, 2, 3, 4 (the reference program of the authors, as the `rand` crate tests it).
    @Test func xoshiroGivesThePublishedNumbers() {
        var generator = Xoshiro256(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
            16_172_922_978_634_559_625, 8_476_171_486_693_032_832, 10_595_114_339_597_558_777,
            2_904_607_092_377_533_576,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    @Test func aStateOfZeroIsRefused() async {
        await #expect(processExitsWith: .failure) { _ = Xoshiro256(state: (0, 0, 0, 0)) }
    }

    @Test func eachPurposeHasItsOwnSequence() {
        let words = ["keys", "latency", "kezs", ""].flatMap { name in
            [0, 1, UInt64.max].map { seed in
                var stream = RandomStream(seed: seed, name: name)
                return stream.word()
            }
        }
        #expect(Set(words).count == words.count)
    }

    @Test(arguments: [1, 2, 3, 7, 10, 1000] as [UInt64]) func numbersBelowABoundAreEquallyLikely(bound: UInt64) {
        var stream = RandomStream(seed: 5, name: "below")
        var counts = [Int](repeating: 0, count: Int(bound))
        for _ in 0..<100_000 { counts[Int(stream.below(bound))] += 1 }
        let fit = GoodnessOfFit.gTest(
            counts: counts, probabilities: [Double](repeating: 1 / Double(bound), count: Int(bound)))
        #expect(fit.pValue > 0.001)
    }

    /// Two thirds of the range: taking the remainder, or forgetting to reject, would show at once.
    @Test func aHugeBoundIsNotBiased() {
        var stream = RandomStream(seed: 6, name: "huge")
        let bound = UInt64.max / 3 * 2
        var counts = [0, 0, 0, 0]
        for _ in 0..<40_000 { counts[min(Int(stream.below(bound) / (bound / 4)), 3)] += 1 }
        #expect(GoodnessOfFit.gTest(counts: counts, probabilities: [0.25, 0.25, 0.25, 0.25]).pValue > 0.001)
    }

    @Test func exponentialAndNormalNumbersFollowTheirDistributions() {
        var stream = RandomStream(seed: 7, name: "shapes")
        let exponential = (0..<50_000).map { _ in stream.exponential() }.sorted()
        #expect(GoodnessOfFit.kolmogorovSmirnov(sorted: exponential) { 1 - exp(-$0) }.pValue > 0.001)
        let normal = (0..<50_000).map { _ in stream.normal() }.sorted()
        #expect(
            GoodnessOfFit.kolmogorovSmirnov(sorted: normal) { 0.5 * erfc(-$0 / 2.0.squareRoot()) }.pValue > 0.001)
        #expect(GoodnessOfFit.kolmogorovSmirnov(sorted: normal) { 0.5 * erfc(-$0 / 2) }.pValue < 1e-6)
    }

    @Test(arguments: [0, 1, 2, 3, 1000]) func aPermutationHoldsEachNumberOnce(count: Int) {
        var stream = RandomStream(seed: 8, name: "order")
        let order = stream.permutation(count)
        #expect(order.sorted() == (0..<count).map(UInt32.init))
        #expect(count < 100 || order != order.sorted())
    }

    @Test func allOrdersAreEquallyLikely() {
        var stream = RandomStream(seed: 9, name: "orders")
        var counts: [[UInt32]: Int] = [:]
        for _ in 0..<24_000 { counts[stream.permutation(4), default: 0] += 1 }
        #expect(counts.count == 24)
        let fit = GoodnessOfFit.gTest(
            counts: counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value),
            probabilities: [Double](repeating: 1 / 24, count: 24))
        #expect(fit.pValue > 0.001)
    }
}
