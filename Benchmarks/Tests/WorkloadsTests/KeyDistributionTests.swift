internal import Foundation
internal import Testing
internal import Workloads

@Suite struct KeyDistributionTests {
    static let distributions: [KeyDistribution] = [
        .uniform(count: 1), .uniform(count: 1000),
        .zipf(count: 1000, skew: 0), .zipf(count: 1000, skew: 0.5), .zipf(count: 20_000, skew: 0.99),
        .zipf(count: 1000, skew: 1), .zipf(count: 1000, skew: 1.5), .zipf(count: 50, skew: 4), .zipf(count: 1, skew: 1),
        .hotspot(count: 1000, hotKeys: 0.1, hotRequests: 0.9), .hotspot(count: 10, hotKeys: 1, hotRequests: 0.5),
        .burst(count: 500, skew: 0, size: 8), .burst(count: 500, skew: 0.9, size: 64),
    ]

    private func fit(_ drawn: KeyDistribution, to declared: KeyDistribution, seed: UInt64 = 42) -> KeyFit {
        let size = drawn.burstSize
        // A wrong parameter needs many draws to show; bursts are long, and right or wrong like what they repeat.
        let draws = size > 1 ? 5000 : 100_000
        let keys = keys(draws * size, of: KeySampler(drawn, seed: seed), seed: seed)
        var counts = [Int](repeating: 0, count: max(drawn.count, declared.count))
        for position in stride(from: 0, to: keys.count, by: size) { counts[Int(keys[position])] += 1 }
        return KeyFit(countsOfKeys: counts, to: KeySampler(declared, seed: seed))
    }

    private func keys(_ count: Int, of sampler: KeySampler, seed: UInt64) -> [UInt32] {
        var draws = KeyDraws(sampler, from: RandomStream(seed: seed, name: "test/keys"))
        return draws.next(count)
    }

    @Test(arguments: distributions) func drawsFollowTheDeclaration(distribution: KeyDistribution) throws {
        let fit = fit(distribution, to: distribution)
        #expect(try #require(fit.pValue) > 0.001 && fit.foreignKey == nil && fit.keys == distribution.count, "\(fit)")
    }

    /// What a broken generator would draw, beside what was declared.
    static let wrong: [(drawn: KeyDistribution, declared: KeyDistribution)] = [
        (.zipf(count: 1000, skew: 0.97), .zipf(count: 1000, skew: 0.99)),
        (.zipf(count: 1000, skew: 1), .zipf(count: 1000, skew: 0.95)),
        (.zipf(count: 900, skew: 0.99), .zipf(count: 1000, skew: 0.99)),
        (.zipf(count: 1001, skew: 0.99), .zipf(count: 1000, skew: 0.99)),
        (.uniform(count: 1000), .zipf(count: 1000, skew: 0.1)),
        (.uniform(count: 990), .uniform(count: 1000)),
        (.hotspot(count: 1000, hotKeys: 0.1, hotRequests: 0.89), .hotspot(count: 1000, hotKeys: 0.1, hotRequests: 0.9)),
        (.hotspot(count: 1000, hotKeys: 0.11, hotRequests: 0.9), .hotspot(count: 1000, hotKeys: 0.1, hotRequests: 0.9)),
    ]

    @Test(arguments: wrong) func whatAWrongGeneratorDrawsDoesNotFit(drawn: KeyDistribution, declared: KeyDistribution) {
        let fit = fit(drawn, to: declared)
        #expect(fit.foreignKey != nil || fit.pValue ?? 1 < 1e-6, "\(fit)")
    }

    /// The well-known approximation of Gray et al. that many load generators use, at a skew where it is wrong.
    @Test func theUsualApproximationOfZipfDoesNotFit() throws {
        let (count, theta) = (1000, 0.99)
        let zeta = (1...count).reduce(0.0) { $0 + pow(Double($1), -theta) }
        let eta = (1 - pow(2 / Double(count), 1 - theta)) / (1 - (1 + pow(0.5, theta)) / zeta)
        let sampler = KeySampler(.zipf(count: count, skew: theta), seed: 1)
        var random = RandomStream(seed: 1, name: "gray")
        var counts = [Int](repeating: 0, count: count)
        for _ in 0..<200_000 {
            let u = random.unit()
            let rank: Int =
                if u * zeta < 1 { 0 } else if u * zeta < 1 + pow(0.5, theta) { 1 } else {
                    min(Int(Double(count) * pow(eta * u - eta + 1, 1 / (1 - theta))), count - 1)
                }
            counts[Int(sampler.keyOfRank[rank])] += 1
        }
        #expect(try #require(KeyFit(countsOfKeys: counts, to: sampler).pValue) < 1e-6)
    }

    @Test(arguments: [0, 0.3, 1, 2.5]) func zipfProbabilitiesAreTheFormula(skew: Double) {
        let probabilities = KeyDistribution.zipf(count: 100, skew: skew).probabilities()
        let total = (1...100).reduce(0.0) { $0 + pow(Double($1), -skew) }
        for (rank, probability) in probabilities.enumerated() {
            #expect(abs(probability - pow(Double(rank + 1), -skew) / total) < 1e-14)
        }
    }

    @Test(arguments: distributions) func probabilitiesAddUpToOne(distribution: KeyDistribution) {
        let probabilities = distribution.probabilities()
        #expect(probabilities.count == distribution.count)
        #expect(abs(probabilities.reduce(0, +) - 1) < 1e-9)
    }

    @Test func burstsAreUnbrokenRuns() {
        let keys = keys(1000, of: KeySampler(.burst(count: 100, skew: 0, size: 7), seed: 3), seed: 3)
        #expect(keys.count == 1000)
        for start in stride(from: 0, to: 1000, by: 7) { #expect(Set(keys[start..<min(start + 7, 1000)]).count == 1) }
    }

    /// Bursts are cut where the draws stop, and go on there.
    @Test(arguments: distributions) func drawsGoOnWhereTheyStopped(distribution: KeyDistribution) {
        let sampler = KeySampler(distribution, seed: 5)
        var draws = KeyDraws(sampler, from: RandomStream(seed: 5, name: "test/keys"))
        let pieces = [1, 10, 0, 100, 57, 832].flatMap { draws.next($0) }
        #expect(pieces == keys(1000, of: sampler, seed: 5))
    }

    @Test func theSameKeysAreHotWhateverTheSkew() {
        let low = KeySampler(.zipf(count: 1000, skew: 0.5), seed: 11)
        let high = KeySampler(.zipf(count: 1000, skew: 1.2), seed: 11)
        #expect(low.keyOfRank == high.keyOfRank)
        #expect(low.keyOfRank != KeySampler(.zipf(count: 1000, skew: 0.5), seed: 12).keyOfRank)
    }

    @Test func ofNoDrawsNothingIsKnown() {
        let fit = KeyFit(countsOfKeys: [0, 0], to: KeySampler(.uniform(count: 2), seed: 1))
        #expect(fit.draws == 0 && fit.pValue == nil && fit.foreignKey == nil)
    }

    @Test func aKeyOutsideTheDeclarationIsForeign() {
        let fit = KeyFit(countsOfKeys: [500, 500, 1], to: KeySampler(.uniform(count: 2), seed: 1))
        #expect(fit.foreignKey == 2 && fit.draws == 1_001)
    }
}
