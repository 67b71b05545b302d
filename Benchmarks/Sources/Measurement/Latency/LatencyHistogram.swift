internal import Histogram
internal import Statistics

/// Counts of latencies in nanoseconds, exact to three digits, from 1 ns to 1 h: a fixed 270 KB, whatever is recorded.
///
/// One a worker, merged at the end: recording never allocates, takes no lock, and is not safe from two threads at once.
/// Merging is lossless, so percentiles are computed from the whole and never averaged.
package struct LatencyHistogram: Sendable {
    /// The largest latency that is told apart; longer ones are recorded as this and counted in ``saturated``.
    package static let highest: UInt64 = 3_600_000_000_000

    private var counts = Histogram<UInt64>(
        lowestDiscernibleValue: 1, highestTrackableValue: highest, numberOfSignificantValueDigits: .three)

    /// All latencies together, so that their mean is exact and costs no walk through the buckets.
    private var sum: UInt128 = 0

    /// How many latencies were longer than ``highest``.
    package private(set) var saturated: UInt64 = 0

    /// An empty histogram.
    package init() {}

    /// Records one latency.
    package mutating func record(_ nanoseconds: UInt64) {
        if nanoseconds > Self.highest { saturated += 1 }
        let value = min(nanoseconds, Self.highest)
        counts.record(value)
        sum += UInt128(value)
    }

    /// Adds the counts of another histogram.
    package mutating func merge(_ other: LatencyHistogram) {
        counts.add(other.counts)
        sum += other.sum
        saturated += other.saturated
    }

    /// Forgets everything, keeping the memory.
    package mutating func reset() {
        counts.reset()
        sum = 0
        saturated = 0
    }

    /// How many latencies were recorded.
    package var count: Int { Int(counts.totalCount) }

    /// Whether nothing was recorded.
    package var isEmpty: Bool { counts.totalCount == 0 }

    /// The shortest latency to three digits, or nil when nothing was recorded.
    package var minimum: UInt64? { isEmpty ? nil : counts.min }

    /// The longest latency to three digits, or nil when nothing was recorded.
    package var maximum: UInt64? { isEmpty ? nil : counts.max }

    /// The mean, of which longer latencies are part as ``highest``; nil when nothing was recorded.
    package var mean: Double? { isEmpty ? nil : Double(sum) / Double(count) }

    /// The latency that `percentile` per cent (0...100) of the recorded ones do not exceed, or nil when there are none.
    package func percentile(_ percentile: Double) -> UInt64? {
        precondition((0...100).contains(percentile), "a percentile lies between 0 and 100")
        return isEmpty ? nil : counts.valueAtPercentile(percentile)
    }

    /// How many of the recorded latencies exceed `limit`, to the resolution of the histogram.
    package func count(above limit: UInt64) -> Int {
        guard !isEmpty, limit < Self.highest else { return 0 }
        return Int(counts.totalCount - counts.count(within: 0...limit))
    }

    /// Between which recorded latencies the true percentile lies with the given confidence, if requests are independent.
    ///
    /// The ends are order statistics of the recorded latencies. An end is nil when there are too few of them to say: the
    /// upper bound of p99 at 95 % needs 368 (two-sided).
    package func percentileInterval(_ percentile: Double, confidence: Double = 0.95) -> PercentileInterval? {
        guard !isEmpty else { return nil }
        let ranks = OrderStatisticInterval(count: count, quantile: percentile / 100, confidence: confidence)
        return PercentileInterval(lower: ranks.lower.map(value(atRank:)), upper: ranks.upper.map(value(atRank:)))
    }

    /// The latency of the given rank, from 1 to ``count``.
    private func value(atRank rank: Int) -> UInt64 {
        // Asked for half a rank less, the percentile is rounded up to the rank whatever the division loses.
        counts.valueAtPercentile((Double(rank) - 0.5) / Double(count) * 100)
    }

    /// The buckets that hold anything, in ascending order.
    package var buckets: [LatencyBucket] {
        counts.recordedValues().map { recorded in
            let range = counts.equivalentRangeForValue(recorded.value)
            return LatencyBucket(low: range.lowerBound, high: range.upperBound, count: recorded.count)
        }
    }
}

/// One bucket of a latency histogram, as it is exported.
package struct LatencyBucket: Hashable, Sendable {
    /// The shortest latency that falls into the bucket, in nanoseconds.
    package let low: UInt64
    /// The longest latency that falls into the bucket, in nanoseconds.
    package let high: UInt64
    /// How many fell into it.
    package let count: UInt64
}

/// A confidence interval of a percentile, in nanoseconds; a missing end is one that the sample is too small to give.
package struct PercentileInterval: Hashable, Sendable {
    /// The lower end.
    package let lower: UInt64?
    /// The upper end.
    package let upper: UInt64?

    /// An interval; nil for an end that is not known.
    package init(lower: UInt64?, upper: UInt64?) {
        self.lower = lower
        self.upper = upper
    }
}

extension LatencyHistogram: Hashable {
    /// Whether the same latencies were recorded, to the resolution of the histogram.
    package static func == (lhs: LatencyHistogram, rhs: LatencyHistogram) -> Bool {
        lhs.sum == rhs.sum && lhs.saturated == rhs.saturated && lhs.recorded == rhs.recorded
    }

    /// What is to be recorded to have the histogram again: a latency and how often, bucket by bucket. The shortest and the
    /// longest latency stand there themselves, because no percentile lies outside of them.
    private var recorded: [UInt64] {
        let buckets = buckets
        guard let last = buckets.last else { return [] }
        var recorded = buckets.flatMap { [$0.low, $0.count] }
        recorded[0] = counts.min
        if buckets.count == 1, last.count > 1 { return [counts.min, last.count - 1, counts.maxRecorded, 1] }
        recorded[recorded.count - 2] = counts.maxRecorded
        return recorded
    }

    /// Feeds how many there are, and their sum.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(sum)
    }
}

/// The buckets as pairs of a latency and the count, in one flat array, and what they do not tell: nothing is lost that the
/// histogram knows.
extension LatencyHistogram: Codable {
    private enum CodingKeys: String, CodingKey {
        case buckets, sum, saturated
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(recorded, forKey: .buckets)
        // As text, because it may need more digits than a number of JSON keeps.
        try container.encode("\(sum)", forKey: .sum)
        if saturated > 0 { try container.encode(saturated, forKey: .saturated) }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let pairs = try container.decode([UInt64].self, forKey: .buckets)
        guard pairs.count.isMultiple(of: 2) else {
            throw DecodingError.dataCorruptedError(
                forKey: .buckets, in: container, debugDescription: "a latency has no count")
        }
        guard let sum = UInt128(try container.decode(String.self, forKey: .sum)) else {
            throw DecodingError.dataCorruptedError(forKey: .sum, in: container, debugDescription: "not a whole number")
        }
        self.init()
        for start in stride(from: 0, to: pairs.count, by: 2) {
            guard pairs[start] <= Self.highest else {
                throw DecodingError.dataCorruptedError(
                    forKey: .buckets, in: container, debugDescription: "\(pairs[start]) ns is longer than an hour")
            }
            guard pairs[start + 1] <= 1 << 48 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .buckets, in: container, debugDescription: "\(pairs[start + 1]) is no count")
            }
            counts.record(pairs[start], count: pairs[start + 1])
        }
        let saturated = try container.decodeIfPresent(UInt64.self, forKey: .saturated) ?? 0
        guard sum <= UInt128(count) * UInt128(Self.highest), saturated <= count else {
            throw DecodingError.dataCorruptedError(
                forKey: .sum, in: container, debugDescription: "more than so many latencies can come to")
        }
        (self.sum, self.saturated) = (sum, saturated)
    }
}
