/// Where the warm-up of a series ends.
enum WarmUp {
    /// How many points at the start do not belong to the line of the rest: at most half of them.
    ///
    /// The marginal standard error rule (White, "An effective truncation heuristic for bias reduction in simulation
    /// output", 1997), with residuals from a line instead of a mean, so that steady growth is not mistaken for warm-up.
    static func length(x: [Double], y: [Double]) -> Int {
        guard x.count >= 10 else { return 0 }
        let candidates = (0...x.count / 2).map { start -> (start: Int, error: Double) in
            let kept = Double(x.count - start)
            let fit = LinearFit(x: Array(x[start...]), y: Array(y[start...]))
            return (start, (fit?.squaredResiduals ?? .infinity) / (kept * kept))
        }
        return candidates.min { $0.error < $1.error }?.start ?? 0
    }
}
