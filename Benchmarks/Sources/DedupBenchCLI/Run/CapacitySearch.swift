/// Finds the highest rate at which something holds: bracketed by doubling, bisected on a logarithmic scale, and confirmed.
///
/// A pure state machine: ``next`` says which rate is to be tried, and ``note(_:)`` takes what came of it.
package struct CapacitySearch: Sendable {
    /// What came of a try.
    package enum Trial: Hashable, Sendable {
        /// The gates held.
        case held
        /// A gate broke.
        case broke
        /// The machine, and not the subject, spoiled it.
        case spoiled
    }

    /// What was found in the end.
    package enum Result: Hashable, Sendable {
        /// The rate, the lowest one above it at which the gates broke (or nil: none was tried), and whether what ended
        /// the search was the machine that makes the load.
        case found(rate: Double, brokeAt: Double?, isGeneratorsLimit: Bool)
        /// Not even the lowest rate held.
        case none(lowest: Double)
    }

    private enum State: Sendable {
        case bracketing, confirming(held: Int), done(Result)
    }

    private let precision: Double
    private let confirmations: Int
    private let bounds: ClosedRange<Double>
    private var state = State.bracketing
    private var rate: Double
    private var good: Double?
    private var bad: Double?
    private var isSpoiled = false

    /// A search.
    ///
    /// - Parameters:
    ///   - start: The rate that is tried first, in requests a second.
    ///   - precision: How much higher the rate that broke may be in the end, as a fraction: 0.1 is 10 %.
    ///   - confirmations: How often the rate that was found must hold, the first time included, at least 1.
    ///   - bounds: The lowest and the highest rate that are tried.
    package init(
        from start: Double, precision: Double = 0.1, confirmations: Int = 3,
        within bounds: ClosedRange<Double> = 1...10_000_000
    ) {
        precondition(precision > 0 && confirmations >= 1, "A search needs a precision and one confirmation at least.")
        self.precision = precision
        self.confirmations = confirmations
        self.bounds = bounds
        rate = min(max(start, bounds.lowerBound), bounds.upperBound)
    }

    /// The rate to be tried next; nil when the search is over.
    package var next: Double? { result == nil ? Self.rounded(rate) : nil }

    /// What was found; nil until the search is over.
    package var result: Result? { if case .done(let result) = state { result } else { nil } }

    /// Takes what came of trying ``next``.
    package mutating func note(_ trial: Trial) {
        switch state {
        case .done: break
        case .bracketing: bracket(trial)
        case .confirming(let held): confirm(trial, held: held)
        }
    }

    private mutating func bracket(_ trial: Trial) {
        if trial == .held {
            good = rate
        } else {
            bad = rate
            isSpoiled = trial == .spoiled
        }
        switch (good, bad) {
        case (let good?, nil):
            if good >= bounds.upperBound { return startConfirming(good) }
            rate = min(good * 2, bounds.upperBound)
        case (nil, let bad?):
            if bad <= bounds.lowerBound { return state = .done(.none(lowest: bad)) }
            rate = max(bad / 2, bounds.lowerBound)
        case (let good?, let bad?):
            if bad / good <= 1 + precision { return startConfirming(good) }
            rate = (good * bad).squareRoot()
        case (nil, nil): break
        }
    }

    private mutating func startConfirming(_ rate: Double) {
        self.rate = rate
        // It held once to get here.
        state = .confirming(held: 1)
        if confirmations == 1 { finish() }
    }

    /// A rate that holds every time is the result; where one breaks, the next lower one has to hold as often.
    private mutating func confirm(_ trial: Trial, held: Int) {
        if trial == .held {
            state = .confirming(held: held + 1)
            if held + 1 >= confirmations { finish() }
            return
        }
        bad = rate
        isSpoiled = trial == .spoiled
        if rate <= bounds.lowerBound { return state = .done(.none(lowest: rate)) }
        rate = max(rate / (1 + precision), bounds.lowerBound)
        state = .confirming(held: 0)
    }

    private mutating func finish() {
        state = .done(.found(rate: Self.rounded(rate), brokeAt: bad.map(Self.rounded), isGeneratorsLimit: isSpoiled))
    }

    /// Three digits are all that a rate of arrivals is worth.
    private static func rounded(_ rate: Double) -> Double {
        var unit = 1.0
        while rate / unit >= 1_000 { unit *= 10 }
        return (rate / unit).rounded() * unit
    }
}
