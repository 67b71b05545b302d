/// What an audit of the generator found.
package struct AuditFinding: Hashable, Sendable {
    /// What a finding that did not pass speaks against.
    package enum Blame: Hashable, Sendable {
        /// The generator was too slow. Times and rates of the phase are its own, and say nothing about the subject.
        case generator
        /// The subject did not keep up with what was asked of it: that is no fault of the measurement.
        case subject
    }

    /// What was audited: `memory`, `history`, `concurrency`, `keys`, `arrivals`, `pace`, `lag`, `backlog`, `threads`, `edges`.
    package var name: String
    /// Whether the load is the one that the phase declares. If not, the phase is INVALID; where the subject is to blame, it FAILs.
    package var passed: Bool
    /// What was found, in a sentence with the figures.
    package var explanation: String
    /// What a finding that did not pass speaks against; nil for one that passed, and where neither is known.
    package var blame: Blame?

    /// A finding.
    package init(_ name: String, passed: Bool, _ explanation: String, blame: Blame? = nil) {
        self.name = name
        self.passed = passed
        self.explanation = explanation
        self.blame = passed ? nil : blame
    }
}
