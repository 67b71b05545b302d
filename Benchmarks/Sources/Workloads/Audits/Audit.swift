/// Whether the load that was generated is the load that was declared. A rejected audit makes a run INVALID, not slow.
package enum AuditVerdict: String, Hashable, Sendable {
    case accepted
    case rejected
    /// There is too little to judge, or nothing was declared.
    case inconclusive
}

/// What an audit found.
package struct Audit: Hashable, Sendable {
    /// A sample of the declared distribution is rejected by mistake once in a million audits.
    package static let significance = 1e-6

    package let verdict: AuditVerdict
    /// The smallest p-value of the tests that were made; nil if none was.
    package let pValue: Double?
    /// What was compared and what came out, in one line.
    package let summary: String
}
