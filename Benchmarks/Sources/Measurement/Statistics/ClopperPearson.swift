/// Exact bounds of a proportion (Clopper and Pearson, 1934).
package enum ClopperPearson {
    /// The largest chance under which `successes` or fewer still happen with probability 1 - `confidence`; NaN for no trials.
    ///
    /// With nothing seen in n trials it is close to 3/n at 95 %.
    package static func upper(successes: Int, trials: Int, confidence: Double = 0.95) -> Double {
        guard trials > 0 else { return .nan }
        precondition((0...trials).contains(successes), "there cannot be more successes than trials")
        guard successes < trials else { return 1 }
        return root { Binomial(trials: trials, probability: $0).cumulative(successes) > 1 - confidence }
    }

    /// The smallest chance under which `successes` or more still happen with probability 1 - `confidence`; NaN for no trials.
    package static func lower(successes: Int, trials: Int, confidence: Double = 0.95) -> Double {
        guard trials > 0 else { return .nan }
        precondition((0...trials).contains(successes), "there cannot be more successes than trials")
        guard successes > 0 else { return 0 }
        return root { Binomial(trials: trials, probability: $0).cumulative(successes - 1) > confidence }
    }

    /// Where the condition, true for small chances and false for large ones, changes.
    private static func root(where condition: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<200 where high - low > high * 1e-14 {
            let middle = (low + high) / 2
            if condition(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
