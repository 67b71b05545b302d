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
