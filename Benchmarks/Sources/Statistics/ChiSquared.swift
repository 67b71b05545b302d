internal import Foundation

/// The upper tail of the chi-squared distribution, from the regularised incomplete gamma function (series and continued
/// fraction as in Press et al., "Numerical Recipes", section 6.2).
enum ChiSquared {
    /// The probability of a value of at least `statistic` with so many degrees of freedom.
    static func tail(_ statistic: Double, degrees: Int) -> Double {
        guard statistic > 0, degrees > 0 else { return 1 }
        let a = Double(degrees) / 2
        let x = statistic / 2
        return x < a + 1 ? 1 - series(a, x) : fraction(a, x)
    }

    private static func scale(_ a: Double, _ x: Double) -> Double { exp(-x + a * log(x) - lgamma(a)) }

    /// The lower tail; converges fast for x below a + 1.
    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        var n = a
        while term > sum * 1e-16 {
            n += 1
            term *= x / n
            sum += term
        }
        return min(sum * scale(a, x), 1)
    }

    /// The upper tail by Lentz's continued fraction; converges fast for x above a + 1.
    private static func fraction(_ a: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var value = d
        for i in 1...100_000 {
            let an = -Double(i) * (Double(i) - a)
            b += 2
            d = 1 / nonZero(an * d + b, tiny)
            c = nonZero(b + an / c, tiny)
            value *= d * c
            if abs(d * c - 1) < 1e-15 { break }
        }
        return min(max(value * scale(a, x), 0), 1)
    }

    private static func nonZero(_ value: Double, _ tiny: Double) -> Double { abs(value) < tiny ? tiny : value }
}
