internal import DedupVerification
internal import Wording

/// A violation on a time axis: the executions and calls that contradict each other, one bar each.
struct StoryChart {
    let violation: Violation

    private static let (width, left, row) = (360.0, 96.0, 18.0)

    /// One bar.
    private struct Bar {
        let name: String
        let begin: UInt64
        /// Nil for what never ended.
        let end: UInt64?
        let isExecution: Bool
    }

    private var bars: [Bar] {
        let executions = violation.executions.map {
            Bar(name: "execution \($0.id)", begin: $0.begin, end: $0.ended ? $0.end : nil, isExecution: true)
        }
        let calls = violation.calls.map {
            Bar(name: "call \($0.request)", begin: $0.start, end: $0.hasReturned ? $0.end : nil, isExecution: false)
        }
        return (executions + calls).sorted { $0.begin < $1.begin }
    }

    /// The figure; empty for what has no time.
    var figure: String {
        let bars = bars
        guard let first = bars.map(\.begin).min(), let last = bars.map({ $0.end ?? $0.begin }).max() else { return "" }
        let span = Double(max(1, last - first))
        let height = Double(bars.count) * Self.row + 24
        let place = { (time: UInt64) in Self.left + Double(time - first) / span * (Self.width - Self.left - 8) }
        let drawn = bars.enumerated().map { number, bar in
            let top = Double(number) * Self.row + 4
            let (start, end) = (place(bar.begin), bar.end.map(place) ?? Self.width)
            return Markup.element(
                "text", [("x", "0"), ("y", "\(top + 10)")], Markup.text(bar.name))
                + Markup.empty(
                    "rect",
                    [
                        ("x", "\(start)"), ("y", "\(top)"), ("width", "\(max(2, end - start))"), ("height", "12"),
                        ("fill", bar.isExecution ? "#D55E00" : "#0072B2"),
                        ("fill-opacity", bar.end == nil ? "0.4" : "1"),
                    ])
        }
        let axis =
            Markup.element("text", [("x", "\(Self.left)"), ("y", "\(height - 4)")], "0")
            + Markup.element(
                "text", [("x", "\(Self.width)"), ("y", "\(height - 4)"), ("text-anchor", "end")],
                Markup.text(HumanNumber.time(span)))
        let rows = bars.map { bar in
            [
                bar.name, HumanNumber.time(Double(bar.begin - first)),
                bar.end.map { HumanNumber.time(Double($0 - first)) } ?? "never",
            ]
        }
        return Figure(
            title: "\(violation.kind.rawValue): \(violation.explanation)", width: Self.width, height: height,
            drawing: drawn.joined() + axis, table: (["", "began", "ended"], rows)
        ).text
    }
}
