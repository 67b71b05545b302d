/// How much neighbours of a series resemble each other.
package enum Autocorrelation {
    /// The correlation of a series with itself one step later, from -1 to 1; nil for a constant or shorter than three.
    package static func lagOne(_ series: [Double]) -> Double? {
        guard series.count >= 3 else { return nil }
        let mean = series.reduce(0, +) / Double(series.count)
        let spread = series.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        guard spread > 0 else { return nil }
        let product = zip(series, series.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        return product / spread
    }
}
