internal import Evidence

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
    /// Whether the load is the one that the phase declares. If not, the phase is INVALID, unless the subject is to blame.
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

/// How far the load of a phase may be from the declared one.
package struct AuditLimits: Hashable, Sendable {
    /// A sample of the declared distribution is rejected by mistake once in a million audits.
    package static let significance = 1e-6
    /// Fewer draws or arrivals than this prove nothing.
    package static let fewestDraws = 100
    /// The share of intended requests that must have been sent.
    package static let leastSent = 0.99
    /// How far the distribution of the gaps between releases may be from the declared one: a quarter. A stall of the machine
    /// bunches releases up, so unlike the prepared arrivals they are never exactly a sample of it.
    package static let releaseDistance = 0.25
    /// How much longer than intended an open loop may take to release its requests, or to start them: 5 %, and the limit of lag.
    package static let paceTolerance = 0.05

    /// In an open loop, how late 1 % of the requests may be released, and how long they may wait for a client: 50 ms, as long as a
    /// hit may take at most.
    package var lag: Duration

    /// Limits.
    package init(lag: Duration = .milliseconds(50)) { self.lag = lag }

    /// Those that a run is judged by.
    init(of run: RunEvidence) { self.init(lag: .nanoseconds(run.lagLimit)) }
}
