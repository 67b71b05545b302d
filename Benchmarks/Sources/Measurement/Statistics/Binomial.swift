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
