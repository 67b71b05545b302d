internal import DedupVerification
package import Evidence
internal import Measurement
internal import Wording

/// A phase with what its figures come to. What was measured can be read off as if it were the evidence itself.
@dynamicMemberLookup
package struct PhaseReport: Sendable {
    /// What was measured.
    package var evidence: PhaseEvidence
    /// Its metrics.
    package let metrics: MetricSet
    /// How memory developed, if that is what the phase was for.
    package let growth: GrowthReport?
    /// What the audits of its load found, those that passed too.
    package let audits: [AuditFinding]

    /// Computes the metrics of a phase, audits its load, and judges its memory against the limits of the gates on growth.
    init(_ evidence: PhaseEvidence, leakLimits: [Double], audits limits: AuditLimits) {
        let growth = evidence.memory.map { memory in
            GrowthJudge(evidence: memory, limits: leakLimits, counts: evidence.counts).report
        }
        self.init(
            evidence, growth: GrowthReport.worst(growth), audits: AuditJudge(limits).findings(of: evidence))
    }

    init(_ evidence: PhaseEvidence, growth: GrowthReport?, audits: [AuditFinding] = []) {
        self.evidence = evidence
        self.growth = growth
        self.audits = audits
        metrics = MetricSet(of: evidence, growth: growth)
    }

    /// What was measured.
    package subscript<Value>(dynamicMember member: KeyPath<PhaseEvidence, Value>) -> Value {
        evidence[keyPath: member]
    }

    /// What changed while it was measured, or still did when a warm-up ended that was to go on until nothing does; nil for a phase
    /// that was steady, and for other warm-ups.
    package var unsteadiness: String? {
        if evidence.isWarmup {
            guard !evidence.isPartial, let warmUp = evidence.warmUps.first(where: { !$0.isSteady }) else { return nil }
            // Of one of several processes only its own stretches are known.
            let own = warmUp.stretches.reduce(0) { $0 + $1.requests }
            return warmUp.note(
                of: evidence.name, after: evidence.warmUps.count > 1 ? own : evidence.counts.returned)
        }
        return Steadiness(evidence).note(of: evidence.name)
    }

    /// Why it did not last as long as it was to; nil when it did, or was stopped.
    package var shortfall: String? {
        let calls = HumanNumber.count(evidence.counts.operations)
        let end = "phase \(evidence.name) ended after \(HumanNumber.time(evidence.duration))"
        switch evidence.ending {
        case .historyFull:
            return
                "\(end), before its time was up, because the history was full (\(calls) calls); --history-limit gives it more room"
        case .diskFull:
            return
                "\(end), before it was done, because the disk has no room for more of its history (\(calls) calls are checked); free "
                + "some space, choose another folder with --out, or ask for fewer requests"
        case .completed, .stopped, .hung: return nil
        }
    }
}

extension PhaseReport {
    /// Why the figures of the phase cannot be trusted; empty when they can.
    package var invalidity: [String] { audits.filter { !$0.passed && $0.blame != .subject }.map(\.explanation) }

    /// That the subject did not keep up with the rate; nil when it did.
    package var overload: String? { audits.first { $0.blame == .subject }?.explanation }

    /// What was wrong with the generator itself; nil when it kept up.
    package var saturation: String? { audits.first { $0.blame == .generator }?.explanation }
}

extension LoadEvidence {
    /// What keeps the machine from running us in time: other programs that use a fifth of it or more; nil when there are
    /// none.
    package var disturbance: String? { Disturbance.text(foreignProcessors, of: processors) }
}

/// What keeps a machine from running us in time.
enum Disturbance {
    /// That other programs use a fifth of the processors or more; nil when they do not, or it is not known.
    static func text(_ used: Double?, of processors: Int) -> String? {
        guard let used, used >= 0.2 * Double(processors) else { return nil }
        return "other programs used \(HumanNumber.plain(used)) of \(processors) processors"
    }
}
