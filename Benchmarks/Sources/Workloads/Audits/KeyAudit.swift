internal import Statistics

/// Compares the keys that were asked for with the distribution that the scenario declares.
package enum KeyAudit {
    /// Fewer draws than this prove nothing.
    private static let leastDraws = 100

    /// A request that was made: its position in the stream, and the key that it asked for.
    package typealias Asked = (position: Int, key: UInt32)

    /// Audits the keys of the requests that were made, in any order and however many of the stream they are. Requests of
    /// one burst are one draw. Those of a stream's second walk repeat the first and add no evidence: they are left out.
    package static func audit(_ asked: some Sequence<Asked>, of stream: RequestStream, against sampler: KeySampler)
        -> Audit
    {
        let size = sampler.distribution.burstSize
        var drawn = [Int](repeating: -1, count: (stream.count + size - 1) / size)
        var counts = [Int](repeating: 0, count: sampler.distribution.count)
        for (position, key) in asked where position < stream.count {
            guard key < counts.count else { return foreign(Int(key)) }
            if drawn[position / size] < 0 {
                drawn[position / size] = Int(key)
                counts[Int(key)] += 1
            } else if drawn[position / size] != Int(key) {
                return Audit(verdict: .rejected, pValue: 0, summary: "the burst at request \(position) is torn")
            }
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

    /// Audits that the requests that were made are those that were prepared: each at most once, each with its own key,
    /// and as many as expected where a number of them ends the phase.
    package static func audit(_ asked: some Collection<Asked>, of stream: RequestStream, expecting count: Int? = nil)
        -> Audit
    {
        if let count, asked.count != count {
            let summary = "\(asked.count) requests were made instead of \(count)"
            return Audit(verdict: .rejected, pValue: nil, summary: summary)
        }
        var isAsked = [Bool](repeating: false, count: (asked.map(\.position).max() ?? -1) + 1)
        for (position, key) in asked {
            guard !isAsked[position] else {
                return Audit(verdict: .rejected, pValue: nil, summary: "request \(position) was made twice")
            }
            isAsked[position] = true
            let prepared = stream.keys[position % stream.count]
            guard key == prepared else {
                let summary = "request \(position) asked for key \(key), prepared was \(prepared)"
                return Audit(verdict: .rejected, pValue: nil, summary: summary)
            }
        }
        return Audit(verdict: .accepted, pValue: nil, summary: "\(asked.count) requests are those prepared")
    }

    private static func foreign(_ key: Int) -> Audit {
        Audit(verdict: .rejected, pValue: 0, summary: "key \(key) does not belong to the declared distribution")
    }

    static func shortened(_ value: Double) -> String {
        value < 0.001 ? "\(value == 0 ? "0" : "below 0.001")" : "\((value * 1000).rounded() / 1000)"
    }
}
