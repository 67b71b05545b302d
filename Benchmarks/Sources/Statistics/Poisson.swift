/// Tests whether a number of events fits a Poisson process.
package enum Poisson {
    /// How likely a number at least as far out as `count` is, on the likelier side twice: the two-sided exact p-value.
    ///
    /// The tails are those of the chi-squared distribution (Garwood, 1936): at most k events with mean m are as likely as a
    /// value above 2 m with 2 (k + 1) degrees of freedom.
    ///
    /// - Parameters:
    ///   - count: The events that were counted, 0 or more.
    ///   - mean: The events that were to be expected, more than 0.
    package static func pValue(count: Int, mean: Double) -> Double {
        precondition(count >= 0 && mean > 0, "A count is not negative and a mean is positive.")
        let atMost = ChiSquared.tail(2 * mean, degrees: 2 * (count + 1))
        let atLeast = count == 0 ? 1 : 1 - ChiSquared.tail(2 * mean, degrees: 2 * count)
        return min(1, 2 * min(atMost, atLeast))
    }
}
