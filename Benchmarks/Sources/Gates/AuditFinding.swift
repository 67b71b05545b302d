/// What an audit of the generator found.
package struct AuditFinding: Hashable, Sendable {
    /// What was audited: `arrivals`, `pace`, `lag`, `backlog`, `keys`, `concurrency`, `history`, `threads`.
    package var name: String
    /// Whether the generator did what it declared. If not, the phase is INVALID.
    package var passed: Bool
    /// What was found, in a sentence with the figures.
    package var explanation: String
    /// Whether a finding that did not pass says that the generator was too slow. Times and rates of the phase are then
    /// its own, and accuse nobody.
    package var blamesGenerator: Bool

    /// A finding.
    package init(name: String, passed: Bool, explanation: String, blamesGenerator: Bool = false) {
        self.name = name
        self.passed = passed
        self.explanation = explanation
        self.blamesGenerator = blamesGenerator
    }
}
