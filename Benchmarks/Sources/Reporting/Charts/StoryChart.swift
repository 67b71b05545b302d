internal import DedupVerification
internal import Wording

/// A violation on a time axis: the executions, calls and excuses that prove it, one bar each.
struct StoryChart {
    let violation: Violation

    private static let (width, left, row) = (400.0, 136.0, 18.0)

    /// The most bars that are drawn; of more, some in the middle are left out, and that is said.
    private static let mostBars = 40

    /// One bar.
    private struct Bar {
        let name: String
        let begin: UInt64
        /// Nil for what never ended.
        let end: UInt64?
        let colour: String
    }

    private var bars: [Bar] {
        let records = violation.records
        let executions = records.executions.map {
            Bar(name: "execution \($0.id)", begin: $0.begin, end: $0.ended ? $0.end : nil, colour: "#D55E00")
        }
        let calls = records.calls.map { call in
            Bar(
                name: "call \(call.request)\(call.hasReturned ? ", \(call.outcome.name)" : "")", begin: call.start,
                end: call.hasReturned ? call.end : nil, colour: "#0072B2")
        }
        let excuses = records.excuses.map {
            Bar(name: $0.kind.name, begin: $0.since, end: $0.at, colour: "#009E73")
        }
        return (executions + calls + excuses).sorted { $0.begin < $1.begin }
    }

    /// The figure; empty for what has no time.
    var figure: String {
        let all = bars
        let left = max(0, all.count - Self.mostBars)
        let bars = left == 0 ? all : Array(all.prefix(Self.mostBars / 2) + all.suffix(Self.mostBars / 2))
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
                        ("fill", bar.colour),
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
            title: "\(violation.kind.rawValue): \(violation.explanation)"
                + (left == 0 ? "" : " (\(left) more in between are not drawn)"), width: Self.width, height: height,
            drawing: drawn.joined() + axis, table: (["", "began", "ended"], rows)
        ).text
    }
}
