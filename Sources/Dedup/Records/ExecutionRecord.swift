/// The durable history of one fingerprint: how often it ran, how often a run was spared, and how long the runs took.
///
/// The same type carries a *change*: a record writer is given records that say what has just happened, and a store adds
/// them to what it has. Every count of the ``tally`` reads as the record's own:
///
///     let executions = record.executions  // 3
///     let average = record.averageDuration  // 1.2 seconds
@dynamicMemberLookup
public struct ExecutionRecord: Hashable, Identifiable, Sendable {
    /// What a record is found by: the step and the fingerprint.
    public let id: ID

    /// What was counted.
    public private(set) var tally: ExecutionTally

    /// Makes a record of what was counted about a fingerprint of a step.
    public init(step: String, fingerprint: Fingerprint, tally: ExecutionTally) {
        self.init(id: ID(step: step, fingerprint: fingerprint), tally: tally)
    }

    /// Makes a record of what was counted under an id.
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

// MARK: - Changes

extension ExecutionRecord {
    /// Adds a change in place.
    package mutating func add(_ change: ExecutionTally) {
        tally.merge(change)
    }
}

extension ExecutionRecord {
    /// Makes a record of separate counts; those that are left out are zero or unknown.
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

    /// The change that one finished run makes: one execution, its start and its duration.
    public static func execution(
        step: String, fingerprint: Fingerprint, startedAt start: WallTime, duration: Duration, failed: Bool = false,
        joins: Int = 0
    ) -> ExecutionRecord {
        ExecutionRecord(
            step: step, fingerprint: fingerprint, executions: 1, joins: joins, failures: failed ? 1 : 0,
            firstExecution: start, lastExecution: start,
            totalDuration: duration, minimumDuration: duration, maximumDuration: duration)
    }
}

// MARK: - Codable

extension ExecutionRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case step, fingerprint
    }

    /// Reads what ``encode(to:)`` wrote.
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
