extension ExecutionTally: Codable {
    private enum CodingKeys: String, CodingKey {
        case executions, hits, joins, failures, firstExecution, lastExecution
        case totalNanoseconds, minimumNanoseconds, maximumNanoseconds
    }

    /// Reads what ``encode(to:)`` wrote. A missing count is zero.
    ///
    /// - Throws: `DecodingError` for a number below zero, naming its key, besides what the decoder throws.
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

    /// Writes the counts and, where known, the times as whole nanoseconds; what is unknown is left out.
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
