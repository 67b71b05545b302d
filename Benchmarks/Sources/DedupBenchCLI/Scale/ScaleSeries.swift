internal import Statistics

/// The rows of one pair, in the order of their sizes: what a bend is looked for in.
struct ScaleSeries {
    let curve: ScaleCurve
    let pair: ScalePair
    private(set) var rows: [ScaleRow]

    /// The series of some rows, in the order in which they begin.
    static func all(of rows: [ScaleRow]) -> [ScaleSeries] {
        var series: [ScaleSeries] = []
        for row in rows {
            if let place = series.firstIndex(where: { $0.curve == row.curve && $0.pair == row.pair }) {
                series[place].rows.append(row)
            } else {
                series.append(ScaleSeries(curve: row.curve, pair: row.pair, rows: [row]))
            }
        }
        return series
    }

    /// Those of the rows in which something was measured.
    var measured: [ScaleRow] { rows.filter { $0.value != nil } }

    /// How many times as much an operation costs as at the step before; nil at the first, and where either was not measured.
    func growth(at index: Int) -> Double? {
        guard index > 0, let value = rows[index].value, let before = rows[index - 1].value else { return nil }
        return value.value / before.value
    }

    /// The same of the control.
    func controlGrowth(at index: Int) -> Double? {
        guard index > 0, let value = rows[index].controlValue, let before = rows[index - 1].controlValue else {
            return nil
        }
        return value / before
    }

    /// The step at which the cost grows most, and by how much; nil where it grows at none.
    var steepest: (from: Int, to: Int, growth: Double)? {
        let steps = rows.indices.compactMap { index in growth(at: index).map { (index, $0) } }
        guard let (index, growth) = steps.max(by: { $0.1 < $1.1 }), growth > 1 else { return nil }
        return (rows[index - 1].size, rows[index].size, growth)
    }
}
