internal import Caching

/// The durable history of one fingerprint: how often it was executed, how often an execution was avoided, and how long the
/// executions took.
///
/// The same type carries a *change*, for example that of one execution: a store adds changes to the records that it has.
/// Every count of the ``tally`` reads as the record's own:
///
///     let executions = record.executions  // 3
///     let average = record.averageDuration  // 1.2 seconds
@dynamicMemberLookup
public struct ExecutionRecord: Hashable, Identifiable, Sendable {
    /// The key of the record: step and fingerprint.
    public let id: ID

    /// The counts and durations.
    public private(set) var tally: ExecutionTally

    /// Makes a record of a fingerprint of a step.
    public init(step: String, fingerprint: Fingerprint, tally: ExecutionTally) {
        self.init(id: ID(step: step, fingerprint: fingerprint), tally: tally)
    }

    /// Makes a record with an id.
    public init(id: ID, tally: ExecutionTally) {
        self.id = id
        self.tally = tally
    }

    /// The name of the step.
    public var step: String { id.step }

    /// The fingerprint of the requests that were counted.
    public var fingerprint: Fingerprint { id.fingerprint }

    /// Reads a count or a duration of the ``tally``.
    public subscript<Value>(dynamicMember member: KeyPath<ExecutionTally, Value>) -> Value {
        tally[keyPath: member]
    }

    /// The sum of two records of the same fingerprint. Associative and commutative; see ``ExecutionTally/merge(_:)``.
    ///
    /// - Precondition: both records have the same ``id``.
    public func merging(_ other: ExecutionRecord) -> ExecutionRecord {
        precondition(id == other.id, "Only records of the same step and fingerprint can be merged.")
        return ExecutionRecord(id: id, tally: tally.merging(other.tally))
    }
}

// MARK: - ID

extension ExecutionRecord {
    /// The key of a record: the name of a step and a fingerprint.
    ///
    /// Step names are compared byte by byte, as databases do, and not as Swift compares strings: two spellings of "é" are
    /// two steps. So an id means the same in memory and in a store.
    public struct ID: Hashable, Sendable {
        /// The name of the step.
        public let step: String

        /// The fingerprint of the requests.
        public let fingerprint: Fingerprint

        /// Makes the id of a fingerprint of a step.
        public init(step: String, fingerprint: Fingerprint) {
            self.step = step
            self.fingerprint = fingerprint
        }

        /// Whether fingerprint and step name are the same in every byte.
        public static func == (lhs: ID, rhs: ID) -> Bool {
            lhs.fingerprint == rhs.fingerprint && Spelling(lhs.step) == Spelling(rhs.step)
        }

        /// Feeds the fingerprint, which already tells steps apart, and the length of the name.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(fingerprint)
            hasher.combine(step.utf8.count)
        }
    }
}

extension ExecutionRecord.ID: Comparable {
    /// By the bytes of the step name, then by fingerprint: the order in which stores break ties.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        guard Spelling(lhs.step) == Spelling(rhs.step) else {
            return lhs.step.utf8.lexicographicallyPrecedes(rhs.step.utf8)
        }
        return lhs.fingerprint.words < rhs.fingerprint.words
    }
}

extension ExecutionRecord.ID: CustomStringConvertible {
    /// The step and the shortened fingerprint, for messages.
    public var description: String { "\(step)/\(fingerprint)" }
}

// MARK: - Changes

extension ExecutionRecord {
    /// Adds a change in place.
    package mutating func add(_ change: ExecutionTally) {
        tally.merge(change)
    }

    /// Makes a record of separate counts; counts that are left out are zero, times unknown.
    public init(
        step: String,
        fingerprint: Fingerprint,
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
        self.init(
            step: step,
            fingerprint: fingerprint,
            tally: ExecutionTally(
                executions: executions, hits: hits, joins: joins, failures: failures,
                firstExecution: firstExecution, lastExecution: lastExecution,
                totalDuration: totalDuration, minimumDuration: minimumDuration, maximumDuration: maximumDuration))
    }

    /// The change that one finished execution makes: its count, its start and its duration.
    public static func execution(
        step: String, fingerprint: Fingerprint, startedAt start: WallTime, duration: Duration, failed: Bool = false,
        joins: Int = 0
    ) -> ExecutionRecord {
        execution(
            step: step, fingerprint: fingerprint, startedAt: start, nanoseconds: duration.wholeNanoseconds,
            failed: failed, joins: joins)
    }

    /// The same, of an execution that took so many nanoseconds.
    static func execution(
        step: String, fingerprint: Fingerprint, startedAt start: WallTime, nanoseconds: Int64, failed: Bool, joins: Int
    ) -> ExecutionRecord {
        ExecutionRecord(
            step: step, fingerprint: fingerprint,
            tally: ExecutionTally(
                executionOf: nanoseconds, startedAt: start, failed: failed, joins: joins))
    }
}

// MARK: - Codable

extension ExecutionRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case step, fingerprint
    }

    /// Reads a record that ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            step: try container.decode(String.self, forKey: .step),
            fingerprint: try container.decode(Fingerprint.self, forKey: .fingerprint),
            tally: try ExecutionTally(from: decoder))
    }

    /// Writes one flat object: `step`, `fingerprint` and the counts of the ``tally``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(step, forKey: .step)
        try container.encode(fingerprint, forKey: .fingerprint)
        try tally.encode(to: encoder)
    }
}
