internal import Foundation

/// How likely each key is: the distribution that a workload declares, and that its requests are audited against.
///
/// Ranks number the keys from the most likely, 0, on. Which key has which rank is the business of ``KeySampler``.
package enum KeyDistribution: Hashable, Sendable {
    /// All keys are equally likely.
    case uniform(count: Int)
    /// Rank r is drawn in proportion to (r + 1)^-skew, exactly, for any skew from 0 on.
    case zipf(count: Int, skew: Double)
    /// A share of the keys gets a share of the requests; inside both parts all keys are equally likely.
    case hotspot(count: Int, hotKeys: Double, hotRequests: Double)
    /// A key is drawn as by `zipf`, then asked for `size` times in a row.
    case burst(count: Int, skew: Double, size: Int)

    /// The number of keys.
    package var count: Int {
        switch self {
        case .uniform(let count), .zipf(let count, _), .hotspot(let count, _, _), .burst(let count, _, _): count
        }
    }

    /// How many requests in a row share one draw.
    package var burstSize: Int {
        if case .burst(_, _, let size) = self { size } else { 1 }
    }

    /// The number of hot keys of a hotspot: at least one, and at most all.
    static func hotCount(_ count: Int, _ share: Double) -> Int {
        min(max(Int((Double(count) * share).rounded()), 1), count)
    }

    /// The probability of each rank; they add up to one.
    ///
    /// Computed from the formula, and not from the tables that keys are drawn by: what they are audited against must not share
    /// their mistakes.
    package func probabilities() -> [Double] {
        switch self {
        case .uniform(let count):
            return [Double](repeating: 1 / Double(count), count: count)
        case .zipf(let count, let skew), .burst(let count, let skew, _):
            let weights = (1...count).map { exp(-skew * log(Double($0))) }
            // The smallest first, so that none is lost beside a large sum.
            let total = weights.reversed().reduce(0, +)
            return weights.map { $0 / total }
        case .hotspot(let count, let hotKeys, let hotRequests):
            let hot = Self.hotCount(count, hotKeys)
            guard hot < count else { return [Double](repeating: 1 / Double(count), count: count) }
            return [Double](repeating: hotRequests / Double(hot), count: hot)
                + [Double](repeating: (1 - hotRequests) / Double(count - hot), count: count - hot)
        }
    }
}
