internal import Glibc

/// The binomial distribution, in a form that stays exact for a million trials.
package struct Binomial: Sendable {
    /// The number of trials.
    package let trials: Int
    /// The chance of success of each.
    package let probability: Double

    /// A distribution over 0...trials.
    package init(trials: Int, probability: Double) {
        precondition(trials >= 0, "a number of trials is not negative")
        precondition((0...1).contains(probability), "a probability lies between 0 and 1")
        self.trials = trials
        self.probability = probability
    }

    /// The chance of exactly `successes`.
    package func mass(_ successes: Int) -> Double {
        guard (0...trials).contains(successes) else { return 0 }
        if probability == 0 { return successes == 0 ? 1 : 0 }
        if probability == 1 { return successes == trials ? 1 : 0 }
        let (n, k) = (Double(trials), Double(successes))
        let choices = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        return exp(choices + k * log(probability) + (n - k) * log1p(-probability))
    }

    /// The chance of at most `successes`.
    ///
    /// The tail that does not hold the mode is summed away from its largest term, so the terms shrink geometrically and
    /// nothing cancels.
    package func cumulative(_ successes: Int) -> Double {
        if successes < 0 { return 0 }
        if successes >= trials || probability == 0 { return 1 }
        if probability == 1 { return 0 }
        if Double(successes) < Double(trials + 1) * probability {
            return min(1, lowerTail(from: successes))
        }
        return max(0, 1 - upperTail(from: successes + 1))
    }

    private var odds: Double { probability / (1 - probability) }

    private func lowerTail(from successes: Int) -> Double {
        var term = 1.0
        var sum = 1.0
        var k = successes
        while k > 0, term > sum * 1e-18 {
            term *= Double(k) / Double(trials - k + 1) / odds
            sum += term
            k -= 1
        }
        return mass(successes) * sum
    }

    private func upperTail(from successes: Int) -> Double {
        var term = 1.0
        var sum = 1.0
        var k = successes
        while k < trials, term > sum * 1e-18 {
            term *= Double(trials - k) / Double(k + 1) * odds
            sum += term
            k += 1
        }
        return mass(successes) * sum
    }
}

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
