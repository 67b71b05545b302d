internal import Statistics

/// How well the keys that were drawn fit the distribution that the scenario declares. Figures alone: whether that is well enough is
/// for the audits to say.
package struct KeyFit: Hashable, Codable, Sendable {
    /// How many keys were drawn; requests of one burst are one draw.
    package var draws: Int
    /// How many keys the distribution has.
    package var keys: Int
    /// The p-value of the G-test; nil where it was not made, because of what else is wrong.
    package var gTest: Double?
    /// The degrees of freedom of the G-test.
    package var degrees = 0
    /// The p-value of the Kolmogorov-Smirnov test over the ranks; nil where it was not made.
    package var kolmogorovSmirnov: Double?
    /// A key that does not belong to the distribution at all.
    package var foreignKey: Int?
    /// The position of a request whose key is another one than that of its burst.
    package var tornBurst: Int?

    /// Fits how often each key was drawn; requests of one burst count as one draw.
    package init(countsOfKeys counts: [Int], to sampler: KeySampler) {
        keys = sampler.keyOfRank.count
        if let key = counts.indices.dropFirst(keys).first(where: { counts[$0] > 0 }) {
            (draws, foreignKey) = (counts.reduce(0, +), key)
            return
        }
        let byRank = sampler.keyOfRank.map { Int($0) < counts.count ? counts[Int($0)] : 0 }
        draws = byRank.reduce(0, +)
        guard draws > 0 else { return }
        let probabilities = sampler.distribution.probabilities()
        let g = GoodnessOfFit.gTest(counts: byRank, probabilities: probabilities)
        (gTest, degrees) = (g.pValue, g.degrees)
        kolmogorovSmirnov = GoodnessOfFit.kolmogorovSmirnov(counts: byRank, probabilities: probabilities).pValue
    }

    /// The smaller p-value of the two tests; nil where none was made.
    package var pValue: Double? { gTest.flatMap { g in kolmogorovSmirnov.map { min(g, $0) } } }
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
    private var foreignKey: Int?
    private var tornBurst: Int?

    /// Nothing is drawn yet.
    package init(of stream: RequestStream, against sampler: KeySampler) {
        self.sampler = sampler
        size = sampler.distribution.burstSize
        end = stream.goesOn ? .max : stream.count
        counts = [Int](repeating: 0, count: sampler.distribution.count)
    }

    /// Adds a request, by its position in the stream.
    package mutating func add(_ position: Int, _ key: UInt32) {
        guard position < end, foreignKey == nil, tornBurst == nil else { return }
        guard key < counts.count else { return foreignKey = Int(key) }
        guard size > 1 else { return counts[Int(key)] += 1 }
        let burst = position / size
        drawn.grow(toHold: burst, filledWith: Self.none)
        if drawn[burst] == Self.none {
            drawn[burst] = key
            counts[Int(key)] += 1
        } else if drawn[burst] != key {
            tornBurst = position
        }
    }

    /// How well they fit the distribution.
    package var fit: KeyFit {
        var fit = KeyFit(countsOfKeys: counts, to: sampler)
        (fit.foreignKey, fit.tornBurst) = (foreignKey ?? fit.foreignKey, tornBurst)
        return fit
    }
}
