/// What the history proves.
public struct VerificationResult: Hashable, Sendable {
    /// The figures of the whole history.
    public var total: VerificationCounts
    /// The figures of each phase that made calls, by its number.
    public var phases: [UInt16: VerificationCounts]
    /// Some violations of each kind, in full.
    public var violations: [Violation]
    /// How many violations there were of each kind; kinds without one are absent.
    public var violationsByKind: [ViolationKind: Int]
    /// Whether the history held everything. When not, nothing is proven.
    public var isComplete: Bool

    /// Adds what another history proves, for example that of another process. Executions of one history that duplicate those of
    /// the other are not seen.
    public mutating func add(_ other: VerificationResult) {
        total.add(other.total)
        phases.merge(other.phases) { ours, theirs in
            var sum = ours
            sum.add(theirs)
            return sum
        }
        violations += other.violations
        violationsByKind.merge(other.violationsByKind, uniquingKeysWith: +)
        isComplete = isComplete && other.isComplete
    }

    /// How many violations there were in all.
    public var violationCount: Int { total.violations }

    /// Fail when a violation was found, invalid when the history is incomplete and what it lacks could justify all that was
    /// found, inconclusive when no call met a running execution or a fresh result of its key, and pass otherwise.
    public var verdict: Verdict {
        if isComplete ? total.violations > 0 : violationsByKind.keys.contains(where: \.isProvenByAnyHistory) {
            return .fail
        }
        if !isComplete { return .invalid }
        return total.opportunities == 0 ? .inconclusive : .pass
    }
}

/// The phases as an object with their numbers as names: a dictionary with other keys would be a list in an order that differs
/// from run to run.
extension VerificationResult: Codable {
    private enum CodingKeys: String, CodingKey {
        case total, phases, violations, violationsByKind, isComplete
    }

    /// Writes everything.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(total, forKey: .total)
        let phases = Dictionary(uniqueKeysWithValues: phases.map { ("\($0.key)", $0.value) })
        try container.encode(phases, forKey: .phases)
        try container.encode(violations, forKey: .violations)
        try container.encode(violationsByKind, forKey: .violationsByKind)
        try container.encode(isComplete, forKey: .isComplete)
    }

    /// Reads what was written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var phases: [UInt16: VerificationCounts] = [:]
        for (number, counts) in try container.decode([String: VerificationCounts].self, forKey: .phases) {
            guard let number = UInt16(number) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .phases, in: container, debugDescription: "\(number) is not the number of a phase")
            }
            phases[number] = counts
        }
        self.init(
            total: try container.decode(VerificationCounts.self, forKey: .total), phases: phases,
            violations: try container.decode([Violation].self, forKey: .violations),
            violationsByKind: try container.decode([ViolationKind: Int].self, forKey: .violationsByKind),
            isComplete: try container.decode(Bool.self, forKey: .isComplete))
    }
}

/// What a gate, or a run, came to.
public enum Verdict: String, CaseIterable, Sendable {
    /// The promise was kept.
    case pass
    /// The promise was broken.
    case fail
    /// There was not enough to tell.
    case inconclusive
    /// The measurement itself cannot be trusted.
    case invalid
}
