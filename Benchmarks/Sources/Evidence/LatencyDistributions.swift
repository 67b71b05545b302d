package import DedupVerification
package import Measurement

/// The latencies of a stretch of load, by what was measured and how the call was answered.
package struct LatencyDistributions: Hashable, Sendable {
    /// What was measured of a call.
    package enum Kind: String, CaseIterable, Codable, Sendable {
        /// From the call to the answer.
        case service
        /// From the intended start to the answer.
        case response
        /// From the intended start to the release of the request.
        case lag
        /// From the release of the request to its call: for a free client, in an open loop.
        case wait
        /// From the end of the execution to the answer of a call that joined it.
        case wakeup
        /// From the begin to the end of an execution.
        case execution
        /// From the end of the execution to the call that was served its result from the cache.
        case age
    }

    private struct Key: Hashable {
        var kind: Kind
        var outcome: OutcomeClass?
    }

    private var histograms: [Key: LatencyHistogram] = [:]
    /// Of several stretches together: what callers waited in each, put together.
    private var mergedWaits: [OutcomeClass: LatencyHistogram]?
    /// Whether requests had intended starts, so that what a caller waited is the response time.
    package var isOpen = false

    /// Nothing recorded.
    package init() {}

    /// The latencies of one kind of the calls of one outcome, or (nil) of calls whose outcome is not told apart; nil
    /// when there are none.
    package subscript(kind: Kind, outcome: OutcomeClass?) -> LatencyHistogram? {
        get { histograms[Key(kind: kind, outcome: outcome)] }
        set { histograms[Key(kind: kind, outcome: outcome)] = newValue?.isEmpty == true ? nil : newValue }
    }

    /// Records one latency of a kind, of a call of that outcome.
    package mutating func record(_ nanoseconds: UInt64, _ kind: Kind, _ outcome: OutcomeClass? = nil) {
        histograms[Key(kind: kind, outcome: outcome), default: LatencyHistogram()].record(nanoseconds)
    }

    /// Adds all latencies of another set.
    package mutating func merge(_ other: LatencyDistributions) {
        if other.histograms.isEmpty { return }
        if histograms.isEmpty {
            self = other
            return
        }
        // What was waited in loops of one kind can be told from the sums.
        if isOpen != other.isOpen || mergedWaits != nil || other.mergedWaits != nil {
            var merged = waits
            for (outcome, histogram) in other.waits { merged[outcome, default: LatencyHistogram()].merge(histogram) }
            mergedWaits = merged
        }
        isOpen = isOpen || other.isOpen
        for (key, histogram) in other.histograms {
            histograms[key, default: LatencyHistogram()].merge(histogram)
        }
    }

    /// What callers waited for answers of an outcome: from the intended start in an open loop, where a request also waits
    /// for those before it, and from the call in a closed one. Nil when there were none.
    package func waits(_ outcome: OutcomeClass) -> LatencyHistogram? { waits[outcome] }

    /// What callers waited, all outcomes.
    package var allWaits: LatencyHistogram {
        var merged = LatencyHistogram()
        for histogram in waits.values { merged.merge(histogram) }
        return merged
    }

    private var waits: [OutcomeClass: LatencyHistogram] {
        if let mergedWaits { return mergedWaits }
        let kind = isOpen ? Kind.response : .service
        let recorded = OutcomeClass.allCases.compactMap { outcome in self[kind, outcome].map { (outcome, $0) } }
        return Dictionary(uniqueKeysWithValues: recorded)
    }

    /// The latencies of one kind of all calls.
    package func all(_ kind: Kind) -> LatencyHistogram {
        var merged = LatencyHistogram()
        for part in parts where part.kind == kind { merged.merge(part.histogram) }
        return merged
    }

    /// Everything that was recorded, in a fixed order.
    package var parts: [(kind: Kind, outcome: OutcomeClass?, histogram: LatencyHistogram)] {
        Kind.allCases.flatMap { kind in
            (OutcomeClass.allCases.map(Optional.some) + [nil]).compactMap { outcome in
                self[kind, outcome].map { (kind, outcome, $0) }
            }
        }
    }
}

extension LatencyDistributions: Codable {
    /// One distribution, as it is written down.
    private struct Part: Codable {
        var kind: Kind
        /// The name of the outcome; nil where outcomes are not told apart.
        var outcome: String?
        var histogram: LatencyHistogram
    }

    private enum CodingKeys: String, CodingKey {
        case isOpen, parts, waits
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isOpen, forKey: .isOpen)
        let parts = parts.map { Part(kind: $0.kind, outcome: $0.outcome?.name, histogram: $0.histogram) }
        try container.encode(parts, forKey: .parts)
        if let mergedWaits {
            let waits = OutcomeClass.allCases.compactMap { outcome in
                mergedWaits[outcome].map { Part(kind: .response, outcome: outcome.name, histogram: $0) }
            }
            try container.encode(waits, forKey: .waits)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        isOpen = try container.decode(Bool.self, forKey: .isOpen)
        for part in try container.decode([Part].self, forKey: .parts) {
            self[part.kind, try Self.outcome(part.outcome, in: container)] = part.histogram
        }
        guard let waits = try container.decodeIfPresent([Part].self, forKey: .waits) else { return }
        var merged: [OutcomeClass: LatencyHistogram] = [:]
        for part in waits {
            if let outcome = try Self.outcome(part.outcome, in: container) { merged[outcome] = part.histogram }
        }
        mergedWaits = merged
    }

    private static func outcome(
        _ name: String?, in container: KeyedDecodingContainer<CodingKeys>
    ) throws -> OutcomeClass? {
        guard let name else { return nil }
        if let outcome = OutcomeClass.allCases.first(where: { $0.name == name }) { return outcome }
        throw DecodingError.dataCorruptedError(
            forKey: .parts, in: container, debugDescription: "there is no outcome \(name)")
    }
}
