internal import DedupVerification
internal import Evidence
internal import Judging
internal import Measurement
internal import Wording

/// A gate as a person reads it: what was seen, how sure that is, and how far it is from the limit.
struct GateRow {
    let subject: SubjectReport
    let gate: GateResult

    var verdict: Verdict { subject.judged(gate).verdict }
    /// The verdict as files have it.
    var verdictName: String { gate.isAsked ? verdict.rawValue : "not asked" }
    var reason: String { subject.judged(gate).reason }
    var name: String { gate.gate.expression.description }
    var phase: String { gate.phase ?? "all" }

    var observed: String { dimension.written(gate.observed?.value) }
    private var dimension: MetricDimension { gate.gate.expression.dimension }

    /// The interval; empty for what is counted and not estimated.
    var interval: String {
        guard let low = gate.observed?.low, let high = gate.observed?.high, low < high else { return "" }
        return "\(dimension.written(low)) to \(dimension.written(high))"
    }

    var limit: String {
        "\(gate.gate.expression.comparison.rawValue) \(dimension.written(gate.gate.expression.limit))"
    }

    /// How far what was seen is from the limit.
    var margin: String {
        let expression = gate.gate.expression
        guard let value = gate.observed?.value, value.isFinite else { return "" }
        switch (expression.dimension, expression.comparison) {
        case (_, .equal), (_, .notEqual): return ""
        case (.ratio, _):
            return HumanNumber.plain(abs(value - expression.limit) * 100) + " points"
        default:
            guard expression.limit > 0, value >= 0 else { return "" }
            let part = value / expression.limit
            return part < 1.1 ? "\(HumanNumber.ratio(part)) of the limit" : "\(HumanNumber.plain(part)) times the limit"
        }
    }

}

extension MetricDimension {
    /// A value in the unit that suits it.
    func written(_ value: Double?) -> String {
        guard let value, value.isFinite else { return HumanNumber.missing }
        return switch self {
        case .time: HumanNumber.time(value)
        case .ratio: HumanNumber.ratio(value)
        case .bytes: HumanNumber.bytes(value)
        case .rate: HumanNumber.count(value) + "/s"
        case .count: HumanNumber.count(value)
        }
    }
}

extension SubjectReport {
    /// Its gates, in every phase.
    var gateRows: [GateRow] { gates.map { GateRow(subject: self, gate: $0) } }

    /// Its gates, in every phase, and those that were not asked.
    var allGateRows: [GateRow] { gateRows + unaskedGates.map { GateRow(subject: self, gate: $0) } }

    /// Its gates, of each what decides.
    var decisiveGateRows: [GateRow] { decisiveGates.map { GateRow(subject: self, gate: $0) } }

    /// What is to be known besides gates: why it ended, why it cannot be trusted, what memory did, what was not steady.
    fileprivate var notes: [String] {
        let memory = growth.map { "memory \($0.verdict.rawValue): \($0.explanation)" }
        return [self.ending.reason, memory].compactMap(\.self) + overload + invalidity + phases.compactMap(\.shortfall)
            + phases.compactMap(\.unsteadiness)
            + measured.compactMap(\.stallEffect)
            + unaskedGates.map { "\($0.gate.expression.description): \($0.reason)" }
            + evidence.notes
    }
}

extension PhaseReport {
    /// What stalls of the machine have done to the latencies of hits; nil where that is less than a tenth.
    fileprivate var stallEffect: String? {
        guard let all = self.latencies.waits(.hit)?.percentile(99), let stalls = self.load.stalls?.count,
            let undisturbed = self.undisturbed?.waits(.hit)?.percentile(99),
            Double(all) > 1.1 * Double(undisturbed)
        else { return nil }
        return
            "phase \(self.name): the machine stalled \(stalls == 1 ? "once" : "\(HumanNumber.count(stalls)) times"), for 10 ms or more; "
            + "hits whose calls met no stall took \(HumanNumber.time(undisturbed)) at p99, and all of them "
            + "\(HumanNumber.time(all))"
    }
}

extension RunReport {
    /// What is to be known of each subject besides gates.
    var subjectNotes: [String] { ranked.flatMap { subject in subject.notes.map { "\(subject.title): \($0)" } } }

    /// Why the run is not whole, and what was not run; nil when it is whole.
    var partialReason: String? {
        guard let reason = evidence.interruption?.reason else { return nil }
        return evidence.skipped.isEmpty ? reason : "\(reason); not run: \(evidence.skipped.joined(separator: ", "))"
    }
}
