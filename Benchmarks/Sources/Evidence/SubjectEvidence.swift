package import DedupVerification
package import Measurement

/// A parameter of a matrix and its value: `cache.policy`, `lru`.
package struct StrategySetting: Hashable, Codable, Sendable {
    /// The field of the scenario.
    package var parameter: String
    /// Its value as it was written.
    package var value: String

    /// A setting.
    package init(parameter: String, value: String) {
        self.parameter = parameter
        self.value = value
    }
}

/// How the run of a subject ended.
package enum SubjectEnding: Hashable, Codable, Sendable {
    /// All phases ran.
    case finished
    /// It was stopped.
    case interrupted(String)
    /// It stopped answering.
    case hung(String)

    /// Why it ended before its time.
    package var reason: String? {
        switch self {
        case .finished: nil
        case .interrupted(let reason), .hung(let reason): reason
        }
    }

    /// The name used in reports.
    package var name: String {
        switch self {
        case .finished: "finished"
        case .interrupted: "interrupted"
        case .hung: "hung"
        }
    }
}

/// What the harness itself came to under a little of the load of a phase: about what there is of it in the figures of a subject.
package struct PhaseFloor: Hashable, Codable, Sendable {
    /// The name of the phase.
    package var phase: String
    /// How long callers waited for a hit of a subject that answers at once.
    package var hits: LatencyHistogram

    /// A floor.
    package init(phase: String, hits: LatencyHistogram) {
        self.phase = phase
        self.hits = hits
    }
}

/// What one subject, in one combination of the matrix, did.
package struct SubjectEvidence: Hashable, Codable, Sendable {
    /// The name of the subject.
    package var subject: String
    /// The combination of the matrix; empty when there is none.
    package var strategy: [StrategySetting]
    /// What fixed everything random; nil: the seed of the run.
    package var seed: UInt64?
    /// The phases in order, warm-ups included.
    package var phases: [PhaseEvidence] = []
    /// What the history proves; nil where it was not checked.
    package var verification: VerificationResult?
    /// Whether the history is to be checked. The harness's own floor executes nothing, so there is nothing to check.
    package var isJudged = true
    /// What the subject had to say about the run: what its proof covers and what it does not, for example.
    package var notes: [String] = []
    /// What the harness itself came to under the same load; nil where that was not measured.
    package var floors: [PhaseFloor]?
    /// How it ended.
    package var ending = SubjectEnding.finished

    /// Evidence of nothing yet.
    package init(subject: String, strategy: [StrategySetting] = [], seed: UInt64? = nil) {
        self.subject = subject
        self.strategy = strategy
        self.seed = seed
    }

    /// The combination as one text: `cache.policy=lru cache.ttl=fixed:1s`.
    package var strategyText: String { strategy.map { "\($0.parameter)=\($0.value)" }.joined(separator: " ") }

    /// A subject with its combination.
    package var title: String { strategy.isEmpty ? subject : "\(subject) \(strategyText)" }

    /// The phases that count: all but warm-ups.
    package var measured: [PhaseEvidence] { phases.filter { !$0.isWarmup } }
}
