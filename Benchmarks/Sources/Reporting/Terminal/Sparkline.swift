/// A curve in a line of text.
package enum Sparkline {
    private static let heights = Array("▁▂▃▄▅▆▇█")

    /// Values in at most twenty steps of eight heights, from `base` up to the most of them; empty where they give no curve.
    package static func text(_ values: [Double], from base: Double) -> String {
        guard values.count > 1, let most = values.max(), most > base, most.isFinite else { return "" }
        let steps = min(20, values.count)
        return String(
            (0..<steps).map { step -> Character in
                let part = values[(step * values.count / steps)..<((step + 1) * values.count / steps)]
                let mean = part.reduce(0, +) / Double(part.count)
                return heights[min(7, max(0, Int((mean - base) / (most - base) * 8)))]
            })
    }
}
