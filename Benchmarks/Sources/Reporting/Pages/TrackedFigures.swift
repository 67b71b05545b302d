internal import DedupVerification
internal import Evidence
internal import Foundation
package import Judging

/// The figures of a run as services take them that follow benchmarks over commits.
///
/// One figure a subject, phase and metric; what was not measured is left out. Warm-ups are not in it.
package struct TrackedFigures {
    private struct Figure {
        var subject: String
        var phase: String
        var metric: Metric
        var value: MetricValue
    }

    /// What is worth following: the fewer, the better each is looked at.
    private static let smaller: [Metric] = [
        .time(.waited(.hit), .p50), .time(.waited(.hit), .p99), .time(.waitedForAny, .p99), .time(.wakeup, .p99),
        .proof(.duplicates), .memory(.leak),
    ]
    private static let larger: [Metric] = [.load(.throughput), .hitRate(.repeated), .proof(.prevented)]

    private let report: RunReport

    /// The figures of a run.
    package init(_ report: RunReport) { self.report = report }

    private func figures(_ metrics: [Metric]) -> [Figure] {
        report.subjects.flatMap { subject in
            subject.measured.flatMap { phase in
                metrics.compactMap { metric in
                    guard let value = phase.metrics[metric], value.value.isFinite, value.count != 0 else { return nil }
                    return Figure(subject: subject.title, phase: phase.name, metric: metric, value: value)
                }
            }
        }
    }

    /// `benchmark.json`: what github-action-benchmark reads as `customSmallerIsBetter`, so only figures of which less is better.
    package var smallerIsBetter: String {
        struct Entry: Encodable {
            let name: String
            let unit: String
            let value: Double
            let range: String?
            let extra: String
        }
        let entries = figures(Self.smaller).map { figure in
            Entry(
                name: "\(figure.subject), \(figure.phase): \(figure.metric.name)", unit: figure.metric.unit,
                value: figure.value.value, range: Self.range(figure.value),
                extra: "scenario \(report.identity.scenario), seed \(report.identity.seed)")
        }
        return JSONFile.text(entries)
    }

    /// `bencher.json`: the Bencher Metric Format, a benchmark a subject and phase, a measure a metric.
    package var bencher: String {
        struct Value: Encodable {
            let value: Double
            let lower: Double?
            let upper: Double?

            enum CodingKeys: String, CodingKey {
                case value
                case lower = "lower_value"
                case upper = "upper_value"
            }
        }
        var benchmarks: [String: [String: Value]] = [:]
        for figure in figures(Self.smaller + Self.larger) {
            let name = "\(report.identity.scenario)/\(figure.subject)/\(figure.phase)"
            benchmarks[name, default: [:]][figure.metric.name] = Value(
                value: figure.value.value, lower: figure.value.low.flatMap { $0.isFinite ? $0 : nil },
                upper: figure.value.high.flatMap { $0.isFinite ? $0 : nil })
        }
        return JSONFile.text(benchmarks)
    }

    private static func range(_ value: MetricValue) -> String? {
        guard let low = value.low, let high = value.high, low.isFinite, high.isFinite else { return nil }
        return "\(low) to \(high)"
    }
}

extension Metric {
    /// The base unit of its values.
    fileprivate var unit: String {
        switch definition.dimension {
        case .time: "ns"
        case .ratio: "fraction"
        case .bytes: "B"
        case .rate: "1/s"
        case .count: "count"
        }
    }
}
