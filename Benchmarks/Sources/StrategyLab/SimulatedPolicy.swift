package import Caching
internal import Wording

/// What is simulated: a policy of the cache, or the bound that none can exceed.
package enum SimulatedPolicy: Hashable, Sendable {
    case cache(EvictionPolicyKind)
    /// ``BeladyOptimum``. For entries of equal weight only.
    case belady

    /// All of them.
    package static let all = EvictionPolicyKind.allCases.map { Self.cache($0) } + [.belady]

    /// The one with a name.
    ///
    /// - Throws: ``SimulationError`` that lists the names.
    package init(named name: String) throws(SimulationError) {
        guard let known = Self.all.first(where: { $0.name == name }) else {
            throw .unknownPolicy(name, known: Self.all.map(\.name))
        }
        self = known
    }

    /// Its name in options and tables.
    package var name: String {
        switch self {
        case .cache(let kind): kind.rawValue
        case .belady: "belady"
        }
    }
}

/// How large a simulated cache is.
package enum SimulatedCapacity: Hashable, Sendable {
    /// So many entries, or so much weight.
    case units(Int)
    /// A part of what all keys weigh together, in per cent: above 0 and at most 100.
    case percent(Double)

    /// Reads `5000` or `1%`.
    ///
    /// - Throws: ``SimulationError`` that says how capacities are written.
    package init(_ text: String) throws(SimulationError) {
        if let units = Int(text), units > 0 {
            self = .units(units)
        } else if text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 100 {
            self = .percent(percent)
        } else {
            throw .badCapacity(text)
        }
    }

    /// The capacity where all keys together weigh `total`: at least 1, rounded down.
    package func units(of total: Int) -> Int {
        switch self {
        case .units(let units): units
        case .percent(let percent): max(1, Int(Double(total) * percent / 100))
        }
    }
}

/// Why nothing can be simulated.
package enum SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownPolicy(String, known: [String])
    case badCapacity(String)
    /// The bound was asked for where entries have sizes.
    case boundOfSizes

    package var description: String {
        switch self {
        case .unknownPolicy(let name, let known):
            let question = NearestName.question(name, among: known).map { "\($0) " } ?? ""
            return "--policy: `\(name)` is no policy; \(question)known: \(known.joined(separator: ", "))"
        case .badCapacity(let text):
            return
                "--capacity: `\(text)` is no capacity; write a number from 1, or a part of all keys such as 1%, up to 100%"
        case .boundOfSizes:
            return "--policy: belady is a bound for entries of equal size only; leave it out, or --by-size"
        }
    }
}
