/// What the history proves.
public struct VerificationResult: Sendable {
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

    /// How many violations there were in all.
    public var violationCount: Int { total.violations }

    /// Fail when a violation was found, invalid when the history is incomplete, inconclusive when no call met a running
    /// execution or a fresh result of its key, and pass otherwise.
    public var verdict: Verdict {
        if total.violations > 0 { return .fail }
        if !isComplete { return .invalid }
        return total.opportunities == 0 ? .inconclusive : .pass
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
