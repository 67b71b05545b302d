/// A curve, by the things that it has more and more of.
enum ScaleCurve: String, CaseIterable {
    case entries
    case flights
    case waiters
    case threads

    /// These things in words.
    var meaning: String {
        switch self {
        case .entries: "entries in a cache"
        case .flights: "flights in progress at the same time, each of a key of its own"
        case .waiters: "waiters on one flight"
        case .threads: "threads that do the same work at once"
        }
    }

    /// The steps of the curve, ascending.
    var steps: [Int] {
        switch self {
        case .entries: (3...7).map(Self.powerOfTen)
        case .flights: (0...6).map(Self.powerOfTen)
        case .waiters: (0...5).map(Self.powerOfTen)
        case .threads: [1, 2, 4, 8]
        }
    }

    /// The option that ends the curve earlier.
    var limitOption: String { "--max-\(rawValue)" }

    /// The steps up to a limit.
    func steps(upTo limit: Int) -> [Int] { steps.filter { $0 <= limit } }

    private static func powerOfTen(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
