/// What the history proves.
package struct VerificationResult: Sendable {
    /// The figures of the whole history.
    package var total: VerificationCounts
    /// The figures of each phase that made calls, by its number.
    package var phases: [UInt16: VerificationCounts]
    /// Some violations of each kind, in full.
    package var violations: [Violation]
    /// How many violations there were of each kind; kinds without one are absent.
    package var violationsByKind: [ViolationKind: Int]
    /// Whether the history held everything. When not, nothing is proven.
    package var isComplete: Bool

    /// How many violations there were in all.
    package var violationCount: Int { total.violations }

    /// Fail when a violation was found, invalid when the history is incomplete, inconclusive when no call met a running
    /// execution or a fresh result of its key, and pass otherwise.
    package var verdict: GateVerdict {
        if total.violations > 0 { return .fail }
        if !isComplete { return .invalid }
        return total.opportunities == 0 ? .inconclusive : .pass
    }
}
