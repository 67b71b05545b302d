internal import DedupVerification
package import Evidence

extension Metric {
    /// What the logarithm of a figure near some values is known to at best: one of a count, or the three digits that times are
    /// kept to; of a share of so many calls, one call of what it lacks. So much a run may differ from those before it even if they were
    /// all the same.
    func resolution(near values: [Double], calls: Int) -> Double {
        if isShareOfGood {
            let lack = values.map { Metric.lack(of: $0, calls: calls) }.max() ?? 1
            return max(0.001, min(1, 1 / (lack * Double(max(1, calls)))))
        }
        return definition.dimension == .count ? 1 / max(1, values.map(abs).max() ?? 1) : 0.001
    }

    /// What a run is held against a baseline by, phase by phase: executions where both made the same calls, hits, times,
    /// and what memory grew by.
    static let compared: [Metric] =
        [.proof(.executions), .hitRate(.repeated)] + defaultComparison + [.memory(.leak)]

    /// What arms are compared by unless other metrics are asked for.
    package static let defaultComparison: [Metric] = [
        .time(.waited(.hit), .p50), .time(.waited(.hit), .p99), .load(.throughput),
    ]

    /// What must not happen at all, in a subject as a whole.
    static let breaches: [Metric] = [.proof(.violations), .proof(.duplicates), .proof(.lost)]

    /// What the record of a run keeps of each phase.
    package static let recorded: [Metric] =
        breaches + [.proof(.prevented)] + compared + [
            .hitRate(.failures), .time(.waitedForAny, .p50), .time(.waitedForAny, .p99), .time(.wakeup, .p99),
        ]
}

extension RunRecord {
    /// What is kept of a run.
    package init(_ report: RunReport) {
        self.init(of: report.evidence, verdict: report.verdict.rawValue)
        subjects = report.subjects.map { subject in
            let phases = subject.measured.map { phase in
                Phase(
                    name: phase.name, operations: phase.counts.operations,
                    figures: Self.figures(Metric.recorded, of: phase.metrics))
            }
            let sums = Metric.recorded.filter(\.definition.isSum)
            let whole = Phase(
                name: Self.whole, operations: subject.total.counts.operations,
                figures: Self.figures(sums, of: subject.metrics))
            return Subject(name: subject.title, verdict: subject.verdict.rawValue, phases: phases + [whole])
        }
    }

    /// What was not measured, and what nothing was observed of, is left out.
    private static func figures(_ metrics: [Metric], of values: MetricSet) -> [String: Figure] {
        metrics.reduce(into: [:]) { figures, metric in
            guard let value = values[metric], !value.isEmpty, value.value.isFinite else { return }
            figures[metric.name] = Figure(value.value, low: value.low?.finite, high: value.high?.finite)
        }
    }

    /// The figures of a phase of a subject; nil where it has none.
    package func phase(_ name: String, of subject: String) -> Phase? {
        subjects.first { $0.name == subject }?.phases.first { $0.name == name }
    }
}
