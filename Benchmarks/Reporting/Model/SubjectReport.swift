package import Verification

/// A parameter of a matrix and its value: `cache.policy`, `lru`.
package struct StrategySetting: Hashable, Sendable {
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
package enum SubjectEnding: Hashable, Sendable {
    /// All phases ran.
    case finished
    /// Somebody stopped it.
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
}

/// What one subject, in one combination of the matrix, did.
package struct SubjectReport: Sendable {
    /// The name of the subject.
    package var subject: String
    /// The combination of the matrix; empty when there is none.
    package var strategy: [StrategySetting]
    /// The phases in order, warm-ups included.
    package var phases: [PhaseReport] = []
    /// All phases that were measured, together.
    package var total: PhaseReport
    /// What the history proves.
    package var verification: VerificationResult?
    /// What gates were held against; of the measured phases together.
    package var metrics = MetricSet()
    /// What became of each gate.
    package var gates: [GateResult] = []
    /// Whether the history was checked. The harness's own floor executes nothing, so there is nothing to check.
    package var isJudged = true
    /// How memory developed, if the scenario has a phase for it.
    package var memory: MemoryReport?
    /// How it ended.
    package var ending = SubjectEnding.finished
    /// Why the measurement cannot be trusted; empty when it can.
    package var invalidity: [String] = []

    /// A report of nothing.
    package init(subject: String, strategy: [StrategySetting] = []) {
        self.subject = subject
        self.strategy = strategy
        total = PhaseReport(name: "all", isWarmup: false)
    }

    /// The combination as one text: `cache.policy=lru cache.ttl=fixed:1s`.
    package var strategyText: String { strategy.map { "\($0.parameter)=\($0.value)" }.joined(separator: " ") }

    /// A subject with its combination.
    package var title: String { strategy.isEmpty ? subject : "\(subject) \(strategyText)" }

    /// The verdict. A violation stands however the run ended; gates are judged only of a run that came to its end.
    package var verdict: RunVerdict {
        var verdicts = gates.map { RunVerdict(judged($0).verdict) }
        verdicts.append(verification.map { RunVerdict($0.verdict) } ?? (isJudged ? .invalid : .inconclusive))
        if !invalidity.isEmpty { verdicts.append(.invalid) }
        switch ending {
        case .finished: break
        case .interrupted: verdicts.append(.interrupted)
        case .hung: verdicts.append(.hung)
        }
        return RunVerdict.combined(verdicts)
    }

    /// What a gate came to: of a subject that did not run to its end it says nothing, neither good nor bad.
    package func judged(_ gate: GateResult) -> (verdict: GateVerdict, reason: String) {
        guard let reason = ending.reason else { return (gate.verdict, gate.reason) }
        return (.inconclusive, "\(reason); until then: \(gate.reason)")
    }

    /// Its place in a matrix: combinations that broke a promise last, the others by executions.
    var rank: (refuted: Int, executions: Int) {
        let refuted = (verification?.violationCount ?? 0) > 0 || ending != .finished
        return (refuted ? 1 : 0, total.counts.executions)
    }
}
