internal import Glibc

/// An exact upper bound for a proportion (Clopper and Pearson, 1934).
enum ProportionBound {
    /// The largest chance under which `successes` or fewer of `trials` still happen with probability 1 - `confidence`.
    ///
    /// Close to 3/n when nothing happened; NaN without trials.
    static func upper(successes: Int, trials: Int, confidence: Double) -> Double {
        guard trials > 0 else { return .nan }
        guard successes < trials else { return 1 }
        let error = 1 - confidence
        if successes == 0 { return -expm1(log(error) / Double(trials)) }
        var (low, high) = (Double(successes) / Double(trials), 1.0)
        for _ in 0..<100 where high - low > low * 1e-12 {
            let middle = (low + high) / 2
            if atMost(successes, of: trials, chance: middle) > error { low = middle } else { high = middle }
        }
        return high
    }

    /// The binomial chance of `successes` or fewer, for a `chance` above their share: the terms shrink from the last.
    private static func atMost(_ successes: Int, of trials: Int, chance: Double) -> Double {
        guard chance < 1 else { return 0 }
        let (n, k) = (Double(trials), Double(successes))
        var term = 1.0
        var sum = 1.0
        var remaining = successes
        while remaining > 0, term > sum * 1e-18 {
            term *= Double(remaining) / Double(trials - remaining + 1) * (1 - chance) / chance
            sum += term
            remaining -= 1
        }
        let choices = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        return exp(choices + k * log(chance) + (n - k) * log1p(-chance)) * sum
    }
}
