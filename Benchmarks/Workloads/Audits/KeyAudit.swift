/// Compares the keys that were asked for with the distribution that the scenario declares.
package enum KeyAudit {
    /// Fewer draws than this prove nothing.
    private static let leastDraws = 100

    /// Audits the first `issued` requests of a stream. Requests of a stream's second walk repeat the first and add
    /// no evidence, so they are left out.
    package static func audit(_ stream: RequestStream, issued: Int, against sampler: KeySampler) -> Audit {
        let issued = min(issued, stream.count)
        let size = sampler.distribution.burstSize
        var counts = [Int](repeating: 0, count: sampler.distribution.count)
        for position in stride(from: 0, to: issued, by: size) {
            let key = Int(stream.keys[position])
            guard key < counts.count else { return foreign(key) }
            for next in position..<min(position + size, issued) where Int(stream.keys[next]) != key {
                return Audit(verdict: .rejected, pValue: 0, summary: "the burst at request \(position) is torn")
            }
            counts[key] += 1
        }
        return audit(countsOfKeys: counts, against: sampler)
    }

    /// Audits how often each key was drawn; requests of one burst count as one draw.
    package static func audit(countsOfKeys counts: [Int], against sampler: KeySampler) -> Audit {
        let known = sampler.keyOfRank.count
        if let key = counts.indices.dropFirst(known).first(where: { counts[$0] > 0 }) { return foreign(key) }
        let byRank = sampler.keyOfRank.map { Int($0) < counts.count ? counts[Int($0)] : 0 }
        let draws = byRank.reduce(0, +)
        guard draws >= leastDraws else {
            return Audit(verdict: .inconclusive, pValue: nil, summary: "\(draws) draws of keys are too few to judge")
        }
        let probabilities = sampler.distribution.probabilities()
        let g = GoodnessOfFit.gTest(counts: byRank, probabilities: probabilities)
        let distance = GoodnessOfFit.kolmogorovSmirnov(counts: byRank, probabilities: probabilities)
        let pValue = min(g.pValue, distance.pValue)
        return Audit(
            verdict: pValue < Audit.significance ? .rejected : .accepted, pValue: pValue,
            summary: "\(draws) draws of \(known) keys: G-test p = \(shortened(g.pValue)) (\(g.degrees) degrees), "
                + "Kolmogorov-Smirnov p = \(shortened(distance.pValue))")
    }

    /// Audits requests that came from a trace: their number of each key must be exactly the recorded one.
    package static func audit(countsOfKeys counts: [Int], against stream: RequestStream, issued: Int) -> Audit {
        var expected = [Int](repeating: 0, count: max(stream.keyCount, counts.count))
        for position in 0..<issued { expected[Int(stream.keys[position % stream.count])] += 1 }
        let padded = counts + [Int](repeating: 0, count: expected.count - counts.count)
        guard let key = expected.indices.first(where: { expected[$0] != padded[$0] }) else {
            return Audit(verdict: .accepted, pValue: nil, summary: "\(issued) requests are exactly those prepared")
        }
        let summary = "key \(key) was asked for \(padded[key]) times, prepared were \(expected[key])"
        return Audit(verdict: .rejected, pValue: nil, summary: summary)
    }

    private static func foreign(_ key: Int) -> Audit {
        Audit(verdict: .rejected, pValue: 0, summary: "key \(key) does not belong to the declared distribution")
    }

    static func shortened(_ value: Double) -> String {
        value < 0.001 ? "\(value == 0 ? "0" : "below 0.001")" : "\((value * 1000).rounded() / 1000)"
    }
}
