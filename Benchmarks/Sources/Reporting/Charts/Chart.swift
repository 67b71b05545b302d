internal import Foundation
internal import Wording

/// A picture of some series over one axis, as SVG that needs neither scripts nor styles, and the same as a table.
struct Chart {
    /// A line, or points.
    struct Series {
        let name: String
        var points: [(x: Double, y: Double)]
        var isLine = true
    }

    /// A rectangle that is the darker the more it stands for.
    struct Cell {
        let x: ClosedRange<Double>
        let y: ClosedRange<Double>
        let count: Int
    }

    let title: String
    let x: ChartAxis
    let y: ChartAxis
    var series: [Series]
    /// What lies below the series.
    var cells: [Cell] = []
    /// Where the machine did not run us, on the horizontal axis: marked from top to bottom.
    var stalls: [ClosedRange<Double>] = []

    private static let (width, height) = (360.0, 230.0)
    private static let (left, right, top, bottom) = (58.0, 10.0, 10.0, 40.0)

    /// Colours that the colour-blind tell apart, on white and on black, and dashes that need no colour (M. Okabe and K. Ito,
    /// "Color Universal Design", 2008). One more dash than colours: what comes round to a colour has another dash.
    private static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9"]
    private static let dashes = ["", "6 3", "2 2", "8 2 2 2", "4 4", "1 3", "12 3"]

    /// The figure: the picture, its legend, and its figures, series by series.
    var figure: String {
        Figure(
            title: title, width: Self.width, height: Self.height,
            drawing: bands + shades + marks + series.indices.map(drawing).joined(), legend: legend, table: table
        ).text
    }

    private var table: (titles: [String], rows: [[String]]) {
        let points = series.flatMap { series in series.points.map { [series.name, x.write($0.x), y.write($0.y)] } }
        let stalled = stalls.map { "\(x.write($0.lowerBound)) to \(x.write($0.upperBound))" }
        guard !cells.isEmpty else {
            return (["series", x.title, y.title], points + stalled.map { [Self.stalled, $0, ""] })
        }
        let rows = cells.map { cell in
            [
                "\(x.write(cell.x.lowerBound)) to \(x.write(cell.x.upperBound))",
                "\(y.write(cell.y.lowerBound)) to \(y.write(cell.y.upperBound))", HumanNumber.count(cell.count),
            ]
        }
        return ([x.title, y.title, "calls"], rows + stalled.map { [$0, Self.stalled, ""] })
    }

    // MARK: - The frame

    private func horizontal(_ value: Double) -> Double {
        Self.left + x.place(value) * (Self.width - Self.left - Self.right)
    }
    private func vertical(_ value: Double) -> Double {
        Self.height - Self.bottom - y.place(value) * (Self.height - Self.top - Self.bottom)
    }

    private var marks: String {
        let (base, end) = (Self.height - Self.bottom, Self.width - Self.right)
        var marks = ""
        for tick in y.ticks {
            let place = vertical(tick)
            marks += Self.line(Self.left, place, end, place, opacity: "0.2")
            marks += Self.label(y.write(tick), Self.left - 5, place + 4, anchor: "end")
        }
        var free = 0.0
        for tick in x.ticks {
            let place = horizontal(tick)
            marks += Self.line(place, base, place, base + 4, opacity: "1")
            // A label that would run into the one before it, or out of the picture, is left out.
            let text = x.write(tick)
            let half = Double(text.count) * 3.2
            guard place - half >= free, place + half <= Self.width else { continue }
            marks += Self.label(text, place, base + 15, anchor: "middle")
            free = place + half + 4
        }
        marks += Self.line(Self.left, base, end, base, opacity: "1")
        marks += Self.label(x.title, (Self.left + end) / 2, Self.height - 6, anchor: "middle")
        return marks
    }

    private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, opacity: String) -> String {
        Markup.empty(
            "line",
            [
                ("x1", short(x1)), ("y1", short(y1)), ("x2", short(x2)), ("y2", short(y2)), ("stroke", "currentColor"),
                ("stroke-opacity", opacity),
            ])
    }

    private static func label(_ text: String, _ x: Double, _ y: Double, anchor: String) -> String {
        Markup.element(
            "text", [("x", short(x)), ("y", short(y)), ("text-anchor", anchor)], Markup.text(text))
    }

    // MARK: - The stalls

    /// The script of the page knows their rows by it, see ``PageScript``.
    static let stalled = "the machine did not run us"

    /// No narrower than can be seen, and those that would lie on each other once.
    private var bands: String {
        var ends = -Double.infinity
        return stalls.map { stall in
            let left = max(horizontal(stall.lowerBound), ends)
            let right = max(horizontal(stall.upperBound), left + 1)
            guard left < Self.width - Self.right else { return "" }
            ends = right
            return Self.band(left, min(right, Self.width - Self.right), Self.top, Self.height - Self.bottom)
        }.joined()
    }

    private static func band(_ left: Double, _ right: Double, _ top: Double, _ bottom: Double) -> String {
        Markup.empty(
            "rect",
            [
                ("class", "stall"), ("x", short(left)), ("y", short(top)), ("width", short(right - left)),
                ("height", short(bottom - top)), ("fill", "currentColor"), ("fill-opacity", "0.25"),
            ])
    }

    // MARK: - The cells

    /// On a logarithmic scale, because what is rare is what one looks for.
    private var shades: String {
        let most = log(Double(cells.map(\.count).max() ?? 1) + 1)
        return cells.map { cell in
            let (left, right) = (horizontal(cell.x.lowerBound), horizontal(cell.x.upperBound))
            let (top, bottom) = (vertical(cell.y.upperBound), vertical(cell.y.lowerBound))
            let strength = log(Double(cell.count) + 1) / most
            return Markup.empty(
                "rect",
                [
                    ("x", Self.short(left)), ("y", Self.short(top)), ("width", Self.short(right - left)),
                    ("height", Self.short(bottom - top)), ("fill", Self.colours[0]),
                    ("fill-opacity", "\(((0.12 + 0.88 * strength) * 100).rounded() / 100)"),
                ])
        }.joined()
    }

    // MARK: - The series

    private func drawing(_ index: Int) -> String {
        let series = series[index]
        let colour = Self.colours[index % Self.colours.count]
        guard series.isLine, series.points.count > 1 else {
            return series.points.map { point in
                Self.point(index, horizontal(point.x), vertical(point.y), radius: 2, colour)
            }.joined()
        }
        let points = series.points.map { "\(Self.short(horizontal($0.x))),\(Self.short(vertical($0.y)))" }
        return Markup.empty(
            "polyline",
            [
                ("points", points.joined(separator: " ")), ("fill", "none"), ("stroke", colour),
                ("stroke-width", "1.5"),
                ("stroke-dasharray", Self.dashes[index % Self.dashes.count]),
            ].filter { !$0.1.isEmpty })
    }

    /// A point of a series, in a form that tells it from those of others without colour: a disc, a ring, a square or a diamond.
    private static func point(_ index: Int, _ x: Double, _ y: Double, radius: Double, _ colour: String) -> String {
        let disc = [("cx", short(x)), ("cy", short(y)), ("r", short(radius))]
        let reach = radius + 1
        let corners: [(Double, Double)]
        switch index % 4 {
        case 0: return Markup.empty("circle", disc + [("fill", colour)])
        case 1: return Markup.empty("circle", disc + [("fill", "none"), ("stroke", colour)])
        case 2: corners = [(-radius, -radius), (radius, -radius), (radius, radius), (-radius, radius)]
        default: corners = [(0, -reach), (reach, 0), (0, reach), (-reach, 0)]
        }
        let path = corners.map { "\(short(x + $0.0)) \(short(y + $0.1))" }.joined(separator: "L")
        return Markup.empty("path", [("d", "M\(path)Z"), ("fill", colour)])
    }

    private var legend: String {
        guard !series.isEmpty || !stalls.isEmpty else { return "" }
        var entries = series.indices.map { index -> String in
            let sample = Markup.element(
                "svg", [("width", "28"), ("height", "10"), ("aria-hidden", "true")], sample(index))
            return Markup.element("li", [], sample + " " + Markup.text(series[index].name))
        }
        if !stalls.isEmpty {
            let sample = Markup.element(
                "svg", [("width", "28"), ("height", "10"), ("aria-hidden", "true")], Self.band(12, 16, 0, 10))
            entries.append(Markup.element("li", [], sample + " " + Markup.text("\(Self.stalled): \(stalls.count)")))
        }
        return Markup.element("ul", [("class", "legend")], entries.joined())
    }

    private func sample(_ index: Int) -> String {
        let colour = Self.colours[index % Self.colours.count]
        guard series[index].isLine else {
            return Self.point(index, 14, 5, radius: 3, colour)
        }
        return Markup.empty(
            "line",
            [
                ("x1", "0"), ("y1", "5"), ("x2", "28"), ("y2", "5"), ("stroke", colour), ("stroke-width", "2"),
                ("stroke-dasharray", Self.dashes[index % Self.dashes.count]),
            ].filter { !$0.1.isEmpty })
    }

    private static func short(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
