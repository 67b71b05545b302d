package import DedupVerification
package import Evidence

/// A subject with what it came to. What was measured can be read off as if it were the evidence itself.
@dynamicMemberLookup
package struct SubjectReport: Sendable {
    /// What was measured.
    package let evidence: SubjectEvidence
    /// The phases in order, warm-ups included.
    package let phases: [PhaseReport]
    /// All phases that count, together.
    package let total: PhaseReport
    /// The metrics of the phases that count together; violations are those of the whole history.
    package let metrics: MetricSet
    /// What became of each gate, in each phase that it was held against.
    package let gates: [GateResult]
    /// The gates that were not asked, as they say `if any` and there was nothing to measure them from.
    package let unaskedGates: [GateResult]
    /// Why the measurement cannot be trusted; empty when it can.
    package let invalidity: [String]
    /// Where the subject did not keep up with the rate that was asked for, which is a failure of its own; empty when it did.
    package let overload: [String]
    /// The verdict. A violation stands however the run ended; gates are judged only of a run that came to its end.
    package let verdict: RunVerdict

    /// Holds gates against evidence, and audits its load within limits.
    package init(_ evidence: SubjectEvidence, gates: [Gate], audits: AuditLimits = AuditLimits()) {
        self.evidence = evidence
        let limits = gates.compactMap(\.leakLimit)
        phases = evidence.phases.map { PhaseReport($0, leakLimits: limits, audits: audits) }
        let measured = phases.filter { !$0.isWarmup }
        // A phase whose memory is judged is not judged again for all of them: the worst one stands for them.
        total = PhaseReport(
            PhaseEvidence.sum(evidence.measured), growth: GrowthReport.worst(measured.compactMap(\.growth)))
        var metrics = total.metrics
        if let verification = evidence.verification {
            // A violation counts wherever it happened, also while warming up.
            metrics[.proof(.violations)] = MetricValue(
                Double(verification.violationCount), count: verification.total.opportunities)
        }
        self.metrics = metrics
        let judge = GateJudge(phases: measured, whole: metrics)
        let results = gates.flatMap(judge.results)
        self.gates = results.filter(\.isAsked)
        unaskedGates = results.filter { !$0.isAsked }
        invalidity = Self.invalidity(of: measured, total)
        overload = measured.compactMap { phase in phase.overload.map { "phase \(phase.name): \($0)" } }
        let own: [RunVerdict] = (invalidity.isEmpty ? [] : [.invalid]) + (overload.isEmpty ? [] : [.fail])
        verdict = Self.verdict(of: evidence, measured, self.gates, own)
    }

    /// What was measured.
    package subscript<Value>(dynamicMember member: KeyPath<SubjectEvidence, Value>) -> Value {
        evidence[keyPath: member]
    }

    /// Whether it broke a promise, or stopped answering.
    var breaksPromises: Bool {
        if case .hung = evidence.ending { return true }
        return evidence.verification?.violationCount ?? 0 > 0
    }

    /// Why phases did not last as long as they were to; empty when all did.
    package var shortfalls: [String] { measured.compactMap(\.shortfall) }

    /// The phases that count: all but warm-ups.
    package var measured: [PhaseReport] { phases.filter { !$0.isWarmup } }

    /// How memory developed in the worst of the phases that look at it, warm-ups included; nil when none does.
    package var growth: GrowthReport? { GrowthReport.worst(phases.compactMap(\.growth)) }

    private static func invalidity(of measured: [PhaseReport], _ total: PhaseReport) -> [String] {
        var reasons: [String] = []
        for phase in measured where !phase.isPartial {
            reasons += phase.invalidity.map { "phase \(phase.name): \($0)" }
        }
        let counts = total.counts
        if counts.returned > 0, counts.count(of: .failed) == counts.returned {
            reasons.append("all \(counts.returned) calls failed, so no result was there to be shared")
        }
        return reasons
    }

    private static func verdict(
        of evidence: SubjectEvidence, _ measured: [PhaseReport], _ gates: [GateResult], _ own: [RunVerdict]
    ) -> RunVerdict {
        var verdicts = own + gates.map { RunVerdict(judged($0, evidence.ending).verdict) }
        let proven = evidence.verification.map { RunVerdict($0.verdict) }
        verdicts.append(proven ?? (evidence.isJudged ? .invalid : .inconclusive))
        if measured.contains(where: { $0.shortfall != nil }) { verdicts.append(.inconclusive) }
        switch evidence.ending {
        case .finished: break
        case .interrupted: verdicts.append(.interrupted)
        case .hung: verdicts.append(.hung)
        }
        return RunVerdict.combined(verdicts)
    }

    /// What a gate came to: of a subject that did not run to its end it says nothing, neither good nor bad.
    package func judged(_ gate: GateResult) -> (verdict: Verdict, reason: String) {
        Self.judged(gate, evidence.ending)
    }

    private static func judged(
        _ gate: GateResult, _ ending: SubjectEnding
    ) -> (verdict: Verdict, reason: String) {
        guard let reason = ending.reason else { return (gate.verdict, gate.reason) }
        return (.inconclusive, "\(reason); until then: \(gate.reason)")
    }

    /// What one phase came to; nil for a warm-up without violations, which is not judged.
    package func verdict(of phase: PhaseReport) -> RunVerdict? {
        var verdicts: [RunVerdict] = phase.counts.violations > 0 ? [.fail] : []
        guard !phase.isWarmup else { return verdicts.first }
        verdicts += gates.filter { $0.phase == phase.name }.map { RunVerdict(judged($0).verdict) }
        if !phase.invalidity.isEmpty { verdicts.append(.invalid) }
        if phase.overload != nil { verdicts.append(.fail) }
        switch phase.ending {
        case .completed: verdicts.append(phase.isVerified ? .pass : .inconclusive)
        case .historyFull, .diskFull: verdicts.append(.inconclusive)
        case .stopped: verdicts.append(.interrupted)
        case .hung: verdicts.append(.hung)
        }
        return RunVerdict.combined(verdicts)
    }

    /// Of each gate what decides: every phase in which it did not pass, or else the one that came nearest to the limit.
    package var decisiveGates: [GateResult] {
        var order: [Gate] = []
        for result in gates where !order.contains(result.gate) { order.append(result.gate) }
        return order.flatMap { gate -> [GateResult] in
            let results = gates.filter { $0.gate == gate }
            let broken = results.filter { judged($0).verdict != .pass }
            if !broken.isEmpty { return broken }
            let nearest = results.max { gate.isNearer($1.observed?.value, than: $0.observed?.value) }
            return nearest.map { [$0] } ?? []
        }
    }

    /// Its place in a matrix: those that passed first, then those that may have, then those that did not, and last what
    /// was not judged; among equals by executions an operation, since a closed loop that time ends makes as many
    /// operations as the subject lets it.
    var rank: (group: Int, executionsPerOperation: Double) {
        let group =
            switch verdict {
            case _ where !evidence.isJudged: 3
            case .pass: 0
            case .inconclusive, .invalid: 1
            case .interrupted, .hung, .fail: 2
            }
        let counts = total.counts
        return (group, counts.operations == 0 ? .infinity : Double(counts.executions) / Double(counts.operations))
    }
}
