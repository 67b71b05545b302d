package import DedupVerification
package import Gates

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
}

/// What one subject, in one combination of the matrix, did.
package struct SubjectReport: Sendable {
    /// The name of the subject.
    package var subject: String
    /// The combination of the matrix; empty when there is none.
    package var strategy: [StrategySetting]
    /// What fixed everything random; nil: the seed of the run.
    package var seed: UInt64?
    /// The phases in order, warm-ups included.
    package var phases: [PhaseReport] = []
    /// All phases that were measured, together.
    package var total: PhaseReport
    /// What the history proves.
    package var verification: VerificationResult?
    /// The metrics of the measured phases together.
    package var metrics = MetricSet()
    /// What became of each gate, in each phase that it was held against.
    package var gates: [GateResult] = []
    /// Whether the history was checked. The harness's own floor executes nothing, so there is nothing to check.
    package var isJudged = true
    /// How it ended.
    package var ending = SubjectEnding.finished
    /// Why the measurement cannot be trusted; empty when it can.
    package var invalidity: [String] = []

    /// A report of nothing.
    package init(subject: String, strategy: [StrategySetting] = [], seed: UInt64? = nil) {
        self.subject = subject
        self.strategy = strategy
        self.seed = seed
        total = PhaseReport(name: "all", isWarmup: false)
    }

    /// The combination as one text: `cache.policy=lru cache.ttl=fixed:1s`.
    package var strategyText: String { strategy.map { "\($0.parameter)=\($0.value)" }.joined(separator: " ") }

    /// How memory developed in the worst of the phases that look at it; nil when none does.
    package var memory: MemoryReport? { MemoryReport.worst(phases.compactMap(\.memory)) }

    /// The phases that count: all but warm-ups.
    package var measured: [PhaseReport] { phases.filter { !$0.isWarmup } }

    /// A subject with its combination.
    package var title: String { strategy.isEmpty ? subject : "\(subject) \(strategyText)" }

    /// The verdict. A violation stands however the run ended; gates are judged only of a run that came to its end.
    package var verdict: RunVerdict {
        var verdicts = gates.map { RunVerdict(judged($0).verdict) }
        verdicts.append(verification.map { RunVerdict($0.verdict) } ?? (isJudged ? .invalid : .inconclusive))
        if !invalidity.isEmpty { verdicts.append(.invalid) }
        if measured.contains(where: { $0.shortfall != nil }) { verdicts.append(.inconclusive) }
        switch ending {
        case .finished: break
        case .interrupted: verdicts.append(.interrupted)
        case .hung: verdicts.append(.hung)
        }
        return RunVerdict.combined(verdicts)
    }

    /// What a gate came to: of a subject that did not run to its end it says nothing, neither good nor bad.
    package func judged(_ gate: GateResult) -> (verdict: Verdict, reason: String) {
        guard let reason = ending.reason else { return (gate.verdict, gate.reason) }
        return (.inconclusive, "\(reason); until then: \(gate.reason)")
    }

    /// What one phase came to; nil for a warm-up without violations, which is not judged.
    package func verdict(of phase: PhaseReport) -> RunVerdict? {
        var verdicts: [RunVerdict] = phase.counts.violations > 0 ? [.fail] : []
        guard !phase.isWarmup else { return verdicts.first }
        verdicts += gates.filter { $0.phase == phase.name }.map { RunVerdict(judged($0).verdict) }
        if phase.generation?.invalidity.isEmpty == false { verdicts.append(.invalid) }
        switch phase.ending {
        case .completed: verdicts.append(phase.isVerified ? .pass : .inconclusive)
        case .historyFull: verdicts.append(.inconclusive)
        case .stopped: verdicts.append(.interrupted)
        case .hung: verdicts.append(.hung)
        }
        return RunVerdict.combined(verdicts)
    }

    /// Its place in a matrix: those that passed first, then those that may have, then those that did not, and last what
    /// was not judged; among equals by executions an operation, since a closed loop that time ends makes as many
    /// operations as the subject lets it.
    var rank: (group: Int, executionsPerOperation: Double) {
        let group =
            switch verdict {
            case _ where !isJudged: 3
            case .pass: 0
            case .inconclusive, .invalid: 1
            case .interrupted, .hung, .fail: 2
            }
        let counts = total.counts
        return (group, counts.operations == 0 ? .infinity : Double(counts.executions) / Double(counts.operations))
    }
}
