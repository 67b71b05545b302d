internal import Caching

/// Counts and durations of the executions of one fingerprint, or of one step: how often it was executed, how often an
/// execution was avoided, and how long the executions took.
///
/// Merging adds: a tally of one execution that is merged into another counts one more there. ``merge(_:)`` is associative
/// and commutative, so changes may be merged, reordered and split over batches. Sums saturate at `Int.max` (durations at
/// about 292 years) instead of trapping.
///
/// Counts and durations below zero make no sense; they are taken as zero, so that a defective clock cannot stop a server.
public struct ExecutionTally: Hashable, Sendable {
    /// How often the step ran to its end, successfully or not. Every execution that is counted here adds its duration.
    public private(set) var executions: Int

    /// How often a request was answered from the cache.
    public private(set) var hits: Int

    /// How often a request joined an execution that was already running, and waited until it ended.
    public private(set) var joins: Int

    /// How many of the ``executions`` ended in an error.
    public private(set) var failures: Int

    /// When the earliest execution started, or `nil` if there was none.
    public private(set) var firstExecution: WallTime?

    /// When the latest execution started, or `nil` if there was none.
    public private(set) var lastExecution: WallTime?

    /// All execution durations together, in nanoseconds.
    package private(set) var totalNanoseconds: Int64?

    /// The shortest execution, in nanoseconds.
    package private(set) var minimumNanoseconds: Int64?

    /// The longest execution, in nanoseconds.
    package private(set) var maximumNanoseconds: Int64?

    /// Makes a tally; without arguments an empty one. Durations are kept in whole nanoseconds.
    public init(
        executions: Int = 0,
        hits: Int = 0,
        joins: Int = 0,
        failures: Int = 0,
        firstExecution: WallTime? = nil,
        lastExecution: WallTime? = nil,
        totalDuration: Duration? = nil,
        minimumDuration: Duration? = nil,
        maximumDuration: Duration? = nil
    ) {
        self.executions = max(0, executions)
        self.hits = max(0, hits)
        self.joins = max(0, joins)
        self.failures = max(0, failures)
        self.firstExecution = firstExecution
        self.lastExecution = lastExecution
        totalNanoseconds = totalDuration.map { max(0, $0.wholeNanoseconds) }
        minimumNanoseconds = minimumDuration.map { max(0, $0.wholeNanoseconds) }
        maximumNanoseconds = maximumDuration.map { max(0, $0.wholeNanoseconds) }
    }

    /// The tally of one execution that took so many nanoseconds.
    init(executionOf nanoseconds: Int64, startedAt start: WallTime, failed: Bool, joins: Int) {
        executions = 1
        hits = 0
        self.joins = max(0, joins)
        failures = failed ? 1 : 0
        (firstExecution, lastExecution) = (start, start)
        let nanoseconds = max(0, nanoseconds)
        (totalNanoseconds, minimumNanoseconds, maximumNanoseconds) = (nanoseconds, nanoseconds, nanoseconds)
    }

    /// Adds another tally: counts and total durations add up, the first and the shortest are the lower of both, the last and
    /// the longest the higher. A value that one side lacks is taken from the other.
    public mutating func merge(_ other: ExecutionTally) {
        executions = executions.addingSaturating(other.executions)
        hits = hits.addingSaturating(other.hits)
        joins = joins.addingSaturating(other.joins)
        failures = failures.addingSaturating(other.failures)
        firstExecution = combine(firstExecution, other.firstExecution, by: min)
        lastExecution = combine(lastExecution, other.lastExecution, by: max)
        totalNanoseconds = combine(totalNanoseconds, other.totalNanoseconds) { $0.addingSaturating($1) }
        minimumNanoseconds = combine(minimumNanoseconds, other.minimumNanoseconds, by: min)
        maximumNanoseconds = combine(maximumNanoseconds, other.maximumNanoseconds, by: max)
    }

    /// The sum of this tally and another; see ``merge(_:)``.
    public func merging(_ other: ExecutionTally) -> ExecutionTally {
        var sum = self
        sum.merge(other)
        return sum
    }
}

// MARK: - Derived numbers

extension ExecutionTally {
    /// How many requests for the work were answered: executions, hits and joins together.
    public var offered: Int {
        executions.addingSaturating(hits).addingSaturating(joins)
    }

    /// The part of the ``offered`` requests that was answered from the cache, 0...1, or `nil` if there was none.
    public var hitRate: Double? {
        // In floating point, because the integer sum may have saturated and the ratio must not.
        let offered = Double(executions) + Double(hits) + Double(joins)
        return offered > 0 ? Double(hits) / offered : nil
    }

    /// All executions together, or `nil` if none was timed.
    public var totalDuration: Duration? { totalNanoseconds.map { .nanoseconds($0) } }

    /// The shortest execution, or `nil` if none was timed.
    public var minimumDuration: Duration? { minimumNanoseconds.map { .nanoseconds($0) } }

    /// The longest execution, or `nil` if none was timed.
    public var maximumDuration: Duration? { maximumNanoseconds.map { .nanoseconds($0) } }

    /// The total duration divided by the number of executions, in whole nanoseconds, or `nil` if there was no execution
    /// or none was timed.
    public var averageDuration: Duration? {
        guard executions > 0, let totalNanoseconds else { return nil }
        return .nanoseconds(totalNanoseconds / Int64(executions))
    }
}

// MARK: - Codable

extension ExecutionTally: Codable {
    private enum CodingKeys: String, CodingKey {
        case executions, hits, joins, failures, firstExecution, lastExecution
        case totalNanoseconds, minimumNanoseconds, maximumNanoseconds
    }

    /// Reads a tally that ``encode(to:)`` wrote. A missing count is zero.
    ///
    /// - Throws: `DecodingError` for a number below zero, naming its key, besides errors of the decoder.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            executions: try container.decodeCount(forKey: .executions) ?? 0,
            hits: try container.decodeCount(forKey: .hits) ?? 0,
            joins: try container.decodeCount(forKey: .joins) ?? 0,
            failures: try container.decodeCount(forKey: .failures) ?? 0,
            firstExecution: try container.decodeIfPresent(WallTime.self, forKey: .firstExecution),
            lastExecution: try container.decodeIfPresent(WallTime.self, forKey: .lastExecution),
            totalDuration: try container.decodeCount(forKey: .totalNanoseconds).map { .nanoseconds($0) },
            minimumDuration: try container.decodeCount(forKey: .minimumNanoseconds).map { .nanoseconds($0) },
            maximumDuration: try container.decodeCount(forKey: .maximumNanoseconds).map { .nanoseconds($0) }
        )
    }

    /// Writes the counts and, where known, the times as whole nanoseconds; unknown times are left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(executions, forKey: .executions)
        try container.encode(hits, forKey: .hits)
        try container.encode(joins, forKey: .joins)
        try container.encode(failures, forKey: .failures)
        try container.encodeIfPresent(firstExecution, forKey: .firstExecution)
        try container.encodeIfPresent(lastExecution, forKey: .lastExecution)
        try container.encodeIfPresent(totalNanoseconds, forKey: .totalNanoseconds)
        try container.encodeIfPresent(minimumNanoseconds, forKey: .minimumNanoseconds)
        try container.encodeIfPresent(maximumNanoseconds, forKey: .maximumNanoseconds)
    }
}

extension KeyedDecodingContainer {
    /// The number under `key`, or `nil` if it is missing; below zero it is an error.
    fileprivate func decodeCount(forKey key: Key) throws -> Int? {
        guard let count = try decodeIfPresent(Int.self, forKey: key) else { return nil }
        guard count >= 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "\(key.stringValue) is \(count); it must be 0 or higher.")
        }
        return count
    }
}

// MARK: - Arithmetic

/// The combination of two optional values, or the one that is not nil.
private func combine<Value>(_ lhs: Value?, _ rhs: Value?, by combined: (Value, Value) -> Value) -> Value? {
    guard let lhs else { return rhs }
    guard let rhs else { return lhs }
    return combined(lhs, rhs)
}

extension FixedWidthInteger {
    /// The sum of two numbers that are not negative, or the highest number if the sum is higher than that.
    package func addingSaturating(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
