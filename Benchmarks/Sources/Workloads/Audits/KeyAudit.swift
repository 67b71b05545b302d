internal import Statistics

/// Compares the keys that were asked for with the distribution that the scenario declares.
package enum KeyAudit {
    /// Fewer draws than this prove nothing.
    private static let leastDraws = 100

    /// A request that was made: its position in the stream, and the key that it asked for.
    package typealias Asked = (position: Int, key: UInt32)

    /// Audits the keys of the requests that were made, see ``DrawnKeys``.
    package static func audit(_ asked: some Sequence<Asked>, of stream: RequestStream, against sampler: KeySampler)
        -> Audit
    {
        var drawn = DrawnKeys(of: stream, against: sampler)
        for (position, key) in asked { drawn.add(position, key) }
        return drawn.audit
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

    /// Audits that the requests that were made are those that were prepared, see ``AskedRequests``.
    package static func audit(_ asked: some Sequence<Asked>, of stream: RequestStream, expecting count: Int? = nil)
        -> Audit
    {
        var requests = AskedRequests(of: stream)
        for (position, key) in asked { requests.add(position, key) }
        return requests.audit(expecting: count)
    }

    fileprivate static func foreign(_ key: Int) -> Audit {
        Audit(verdict: .rejected, pValue: 0, summary: "key \(key) does not belong to the declared distribution")
    }

    static func shortened(_ value: Double) -> String {
        value < 0.001 ? "\(value == 0 ? "0" : "below 0.001")" : "\((value * 1000).rounded() / 1000)"
    }
}

/// The keys of the requests that were made, in any order and however many of a stream they are. Requests of one burst are one
/// draw. Those of a stream that is walked again repeat the first walk and add no evidence: they are left out.
package struct DrawnKeys {
    /// No key was asked for yet in a burst.
    private static let none = UInt32.max

    private let sampler: KeySampler
    private let size: Int
    /// Positions from here on repeat what was drawn.
    private let end: Int
    /// By burst, the key that was asked for; empty where each request is a draw of its own.
    private var drawn: [UInt32] = []
    private var counts: [Int]
    private var problem: Audit?

    /// Nothing is drawn yet.
    package init(of stream: RequestStream, against sampler: KeySampler) {
        self.sampler = sampler
        size = sampler.distribution.burstSize
        end = stream.goesOn ? .max : stream.count
        counts = [Int](repeating: 0, count: sampler.distribution.count)
    }

    /// Adds a request, by its position in the stream.
    package mutating func add(_ position: Int, _ key: UInt32) {
        guard position < end, problem == nil else { return }
        guard key < counts.count else {
            problem = KeyAudit.foreign(Int(key))
            return
        }
        guard size > 1 else { return counts[Int(key)] += 1 }
        let burst = position / size
        drawn.grow(toHold: burst, filledWith: Self.none)
        if drawn[burst] == Self.none {
            drawn[burst] = key
            counts[Int(key)] += 1
        } else if drawn[burst] != key {
            problem = Audit(verdict: .rejected, pValue: 0, summary: "the burst at request \(position) is torn")
        }
    }

    /// Whether they come from the distribution.
    package var audit: Audit { problem ?? KeyAudit.audit(countsOfKeys: counts, against: sampler) }
}

/// The requests that were made of those that were prepared: each at most once, each with its own key, and as many as expected
/// where a number of them ends the phase.
package struct AskedRequests {
    private var prepared: PreparedKeys
    /// One bit a position.
    private var asked: [UInt64] = []
    private var count = 0
    private var problem: Audit?

    /// None is made yet.
    package init(of stream: RequestStream) { prepared = PreparedKeys(of: stream) }

    /// Adds a request, by its position in the stream.
    package mutating func add(_ position: Int, _ key: UInt32) {
        count += 1
        guard problem == nil else { return }
        let (word, bit) = (position / 64, UInt64(1) << UInt64(position % 64))
        asked.grow(toHold: word, filledWith: 0)
        guard asked[word] & bit == 0 else {
            problem = Audit(verdict: .rejected, pValue: nil, summary: "request \(position) was made twice")
            return
        }
        asked[word] |= bit
        let prepared = prepared.key(at: position)
        if key != prepared {
            problem = Audit(
                verdict: .rejected, pValue: nil,
                summary: "request \(position) asked for key \(key), prepared was \(prepared)")
        }
    }

    /// Whether they are those that were prepared.
    package func audit(expecting expected: Int? = nil) -> Audit {
        if let expected, count != expected {
            return Audit(
                verdict: .rejected, pValue: nil, summary: "\(count) requests were made instead of \(expected)")
        }
        return problem ?? Audit(verdict: .accepted, pValue: nil, summary: "\(count) requests are those prepared")
    }
}

extension Array {
    /// Makes room for an element at a place, and for half as many again, so that growing one by one is cheap.
    fileprivate mutating func grow(toHold index: Int, filledWith element: Element) {
        if index >= count { self += Array(repeating: element, count: index + 1 - count + count / 2) }
    }
}
