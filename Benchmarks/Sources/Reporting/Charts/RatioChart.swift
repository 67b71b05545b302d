internal import Glibc
internal import Judging
internal import Statistics

/// By how many times each metric is worse, one line each, with its interval and with what matters: on a logarithmic axis, on
/// which twice and half are equally far from no difference.
struct RatioChart {
    let title: String
    /// What is drawn; only what has an estimate.
    private let rows: [ComparisonResult]
    /// The ends of the axis, as logarithms.
    private let span: ClosedRange<Double>

    private static let (width, left, right, row, bottom) = (360.0, 8.0, 8.0, 34.0, 24.0)
    /// How far the label of an end must be from the middle of the one of no difference.
    private static let roomOfLabel = 80.0

    /// A chart; nil where nothing can be drawn.
    init?(title: String, _ results: [ComparisonResult]) {
        rows = results.filter { $0.worsening.value.isFinite && $0.worsening.value > 0 }
        let ends = rows.flatMap { [$0.worsening.value, $0.worsening.low, $0.worsening.high, $0.threshold] }
        let logarithms = ends.filter { $0.isFinite && $0 > 0 }.map { log($0) }
        guard let least = logarithms.min(), let most = logarithms.max() else { return nil }
        let (low, high) = (min(0, least), max(0, most))
        let margin = max(0.005, (high - low) * 0.05)
        span = low - margin...high + margin
        self.title = title
    }

    /// The figure.
    var figure: String {
        let height = Double(rows.count) * Self.row + Self.bottom + 8
        let base = height - Self.bottom
        let marks =
            line(from: (place(1), 4), to: (place(1), base), opacity: "0.6")
            + label("same", place(1), base + 14, anchor: "middle")
            + endLabels(base + 14)
        let drawn = rows.enumerated().map { drawing($1, at: Double($0) * Self.row + 26) }
        return Figure(
            title: title, width: Self.width, height: height, drawing: marks + drawn.joined(),
            legend: Markup.element(
                "p", [],
                "The dot is the estimate, the line its 95 % interval, the upright what matters. Further right is worse."
            ),
            table: (
                ["arm", "phase", "metric", "worse by", "95 %", "matters from"],
                rows.map { result in
                    let (metric, row) = (result.metric, ComparisonRow(result: result))
                    return [metric.arm, metric.phase, metric.metric.name, row.worsening, row.interval, row.threshold]
                }
            )
        ).text
    }

    /// What the ends of the axis are; not of one that is so near to no difference that the words would run into each other.
    private func endLabels(_ y: Double) -> String {
        let (low, high) = (RatioText.percent(exp(span.lowerBound)), RatioText.percent(exp(span.upperBound)))
        return (place(1) - Self.left < Self.roomOfLabel ? "" : label(low, Self.left, y, anchor: "start"))
            + (Self.width - place(1) < Self.roomOfLabel ? "" : label(high, Self.width, y, anchor: "end"))
    }

    private func drawing(_ result: ComparisonResult, at y: Double) -> String {
        let metric = result.metric
        let (low, high) = (place(result.worsening.low), place(result.worsening.high))
        let upright = place(result.threshold)
        let dot = Markup.empty(
            "circle",
            [
                ("cx", "\(place(result.worsening.value))"), ("cy", "\(y)"), ("r", "4"),
                ("fill", result.verdict.colour),
            ])
        // The arm stands in the title.
        let name = "\(metric.metric.name), \(metric.phase): \(result.verdict.rawValue)"
        return label(name, 0, y - 12, anchor: "start")
            + line(from: (low, y), to: (high, y), colour: result.verdict.colour, width: "2")
            + line(from: (upright, y - 7), to: (upright, y + 7), opacity: "0.8") + dot
    }

    /// Where a ratio is; one that is no number, or beyond the axis, at its end.
    private func place(_ ratio: Double) -> Double {
        let logarithm = ratio > 0 ? min(max(log(ratio), span.lowerBound), span.upperBound) : span.lowerBound
        let share = (logarithm - span.lowerBound) / (span.upperBound - span.lowerBound)
        return ((Self.left + share * (Self.width - Self.left - Self.right)) * 10).rounded() / 10
    }

    private func line(
        from start: (Double, Double), to end: (Double, Double), colour: String = "currentColor", width: String = "1",
        opacity: String = "1"
    ) -> String {
        Markup.empty(
            "line",
            [
                ("x1", "\(start.0)"), ("y1", "\(start.1)"), ("x2", "\(end.0)"), ("y2", "\(end.1)"), ("stroke", colour),
                ("stroke-width", width), ("stroke-opacity", opacity),
            ])
    }

    private func label(_ text: String, _ x: Double, _ y: Double, anchor: String) -> String {
        Markup.element(
            "text", [("x", "\(x)"), ("y", "\(y)"), ("text-anchor", anchor)], Markup.text(text))
    }
}

extension ComparisonVerdict {
    /// Told apart by the colour-blind, on white and on black; the verdict stands beside it in words.
    fileprivate var colour: String {
        switch self {
        case .regression: "#D55E00"
        case .noRegression: "#009E73"
        case .inconclusive: "#B8860B"
        }
    }
}
