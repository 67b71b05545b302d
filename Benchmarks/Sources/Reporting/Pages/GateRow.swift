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
    var reason: String { subject.judged(gate).reason }
    var name: String { gate.gate.expression.description }
    var phase: String { gate.phase ?? "all" }

    var observed: String { Self.written(gate.observed?.value, gate.gate.expression.dimension) }

    /// The interval; empty for what is counted and not estimated.
    var interval: String {
        guard let low = gate.observed?.low, let high = gate.observed?.high, low < high else { return "" }
        let dimension = gate.gate.expression.dimension
        return "\(Self.written(low, dimension)) to \(Self.written(high, dimension))"
    }

    var limit: String {
        "\(gate.gate.expression.comparison.rawValue) \(Self.written(gate.gate.expression.limit, gate.gate.expression.dimension))"
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

    /// A value in the unit that suits it.
    static func written(_ value: Double?, _ dimension: MetricDimension) -> String {
        guard let value, value.isFinite else { return HumanNumber.missing }
        return switch dimension {
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

    /// Its gates, of each what decides.
    var decisiveGateRows: [GateRow] { decisiveGates.map { GateRow(subject: self, gate: $0) } }

    /// What is to be known besides gates: why it ended, why it cannot be trusted, what memory did.
    var notes: [String] {
        let memory = growth.flatMap { $0.verdict == .clean ? nil : "memory \($0.verdict.rawValue): \($0.explanation)" }
        return [self.ending.reason, memory].compactMap(\.self) + invalidity + phases.compactMap(\.shortfall)
    }
}
