internal import DedupVerification
internal import Evidence
internal import Foundation
package import Judging
internal import Measurement

/// `latency.hlog`: the latencies of a run in the log format of HdrHistogram, version 1.3, for its tools.
///
/// One line a phase and distribution, warm-ups included. Its tag is `SUBJECT/PHASE/KIND/OUTCOME`, with the kinds and outcomes of
/// `latency_histogram.csv`; a comma, a blank, `/` and `%` in a name are percent-encoded, because a tag cannot hold them. Times
/// are seconds from the first phase on, latencies are nanoseconds, and the column of the longest one is in milliseconds.
package struct HistogramLog {
    private let report: RunReport

    /// The log of a run.
    package init(_ report: RunReport) { self.report = report }

    private struct Line {
        var start: UInt64
        var text: String
    }

    /// The file, the earliest phase first, since readers stop at a time that is past what they were asked for.
    package var text: String {
        let phases = report.subjects.flatMap { subject in subject.phases.map { (subject, $0) } }
        let origin = phases.map(\.1.start).min() ?? 0
        let lines = phases.flatMap { subject, phase in
            phase.latencies.parts.map { part in
                Line(
                    start: phase.start,
                    text: [
                        Self.tag([subject.title, phase.name, part.kind.rawValue, part.outcome?.name ?? "all"]),
                        Self.number(phase.start - origin, per: 1e9), Self.number(phase.duration, per: 1e9),
                        Self.number(part.histogram.maximum ?? 0, per: 1e6), EncodedHistogram(part.histogram).text,
                    ].joined(separator: ","))
            }
        }
        let sorted = lines.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
        return (head + sorted.map(\.element.text)).map { $0 + "\n" }.joined()
    }

    private var head: [String] {
        let startedAt = report.identity.startedAt
        var head = ["#[dedupbench run \(report.identity.id)]", "#[Histogram log format version 1.3]"]
        if let date = try? Date(startedAt, strategy: RunIdentity.timeFormat) {
            let seconds = String(format: "%.3f (seconds since epoch)", date.timeIntervalSince1970)
            head += ["#[StartTime: \(seconds), \(startedAt)]", "#[BaseTime: \(seconds)]"]
        }
        return head + [#""StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram""#]
    }

    private static func number(_ nanoseconds: UInt64, per unit: Double) -> String {
        String(format: "%.3f", Double(nanoseconds) / unit)
    }

    /// What a name may hold in a tag: what can be seen, but for what ends the tag, a part of it, or an encoded character.
    private static let plain = CharacterSet(charactersIn: "!"..."~").subtracting(CharacterSet(charactersIn: ",/%"))

    private static func tag(_ names: [String]) -> String {
        "Tag="
            + names.map { $0.addingPercentEncoding(withAllowedCharacters: plain) ?? $0 }.joined(separator: "/")
    }
}
