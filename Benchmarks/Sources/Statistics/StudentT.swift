internal import Glibc

/// Student's distribution of a mean over its estimated error.
package struct StudentT: Sendable {
    /// The degrees of freedom, more than 0.
    package let degreesOfFreedom: Double

    /// A distribution.
    package init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "Student's distribution needs a positive number of degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The chance of a value of at most `t`.
    package func cumulative(_ t: Double) -> Double {
        let x = degreesOfFreedom / (degreesOfFreedom + t * t)
        let tail = IncompleteBeta.regularized(x, degreesOfFreedom / 2, 0.5) / 2
        return t > 0 ? 1 - tail : tail
    }

    /// The value that is not exceeded with `probability`, which lies strictly between 0 and 1.
    package func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "a quantile needs a probability strictly between 0 and 1")
        if probability < 0.5 { return -quantile(1 - probability) }
        var (low, high) = (0.0, 1.0)
        while cumulative(high) < probability { (low, high) = (high, high * 2) }
        for _ in 0..<200 where high - low > high * 1e-14 {
            let middle = (low + high) / 2
            if cumulative(middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// The regularized incomplete beta function, which most distribution functions come down to.
package enum IncompleteBeta {
    /// I_x(a, b) for a, b > 0 and x in 0...1, by its continued fraction (DLMF 8.17.22) in Lentz's form.
    package static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
        precondition(
            a > 0 && b > 0 && (0...1).contains(x), "the incomplete beta function needs a, b > 0 and 0 <= x <= 1")
        if x == 0 || x == 1 { return x }
        // The fraction converges fast on one side of the mean; the other side is the mirror image.
        if x > (a + 1) / (a + b + 2) { return 1 - regularized(1 - x, b, a) }
        let logFactor = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
        return exp(logFactor) / a / fraction(x, a, b)
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        var value = 1.0
        var c = 1.0
        var d = 0.0
        for step in 1...10_000 {
            let term = coefficient(step, x, a, b)
            d = 1 + term * d
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = 1 + term / c
            c = abs(c) < tiny ? tiny : c
            value *= c * d
            if abs(c * d - 1) < 1e-16 { break }
        }
        return value
    }

    private static func coefficient(_ step: Int, _ x: Double, _ a: Double, _ b: Double) -> Double {
        let m = Double(step / 2)
        if step.isMultiple(of: 2) { return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) }
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    }
}
