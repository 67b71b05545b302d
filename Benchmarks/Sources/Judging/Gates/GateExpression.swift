internal import Wording

/// A gate as it is written: `hit.latency.p99 < 50ms`.
///
/// metric, operator (`<` `<=` `>` `>=` `==` `!=`), number, unit. The unit is mandatory (`count` for plain numbers), so
/// that 50 cannot be read as seconds; it may stand apart from the number. `in` and the name of a phase confine the gate
/// to that phase: `hit.latency.p99 < 50ms in storm`. With `if any` at the end it is not asked where nothing is observed of what it
/// is about, which makes other gates inconclusive: `joined.wakeup.max < 2s if any` where no call has joined another.
package struct GateExpression: Hashable, Sendable, CustomStringConvertible {
    /// The metric.
    package let metric: Metric
    /// The comparison.
    package let comparison: GateOperator
    /// The limit as it was written, in `unit`.
    package let number: Double
    /// The unit as it was written.
    package let unit: String
    /// The limit in base units.
    package let limit: Double
    /// The phase that is meant; nil for every one.
    package let phase: String?
    /// Whether nothing is asked for where there is nothing to measure it from.
    package let isIfAny: Bool

    /// Reads an expression.
    ///
    /// - Throws: ``GateSyntaxError`` with the column and the remedy.
    package init(parsing text: String) throws(GateSyntaxError) {
        var scanner = GateScanner(text)
        let (name, column) = try scanner.metric()
        guard let metric = Metric(name: name) else { throw scanner.unknownMetric(name, at: column) }
        comparison = try scanner.comparison()
        number = try scanner.number()
        let unit = try scanner.unit(of: metric)
        phase = try scanner.phase()
        isIfAny = try scanner.ifAny()
        try scanner.end()
        self.metric = metric
        self.unit = unit.name
        limit = metric.definition.dimension == .ratio ? Self.fraction(percent: number) : number * unit.scale
    }

    /// A percentage as a fraction, shifted in decimal: 99.9 % must be the double nearest to 0.999, which 99.9 / 100 is not.
    private static func fraction(percent: Double) -> Double {
        Double("\(percent)e-2") ?? percent / 100
    }

    /// Why nothing can keep it; nil where something can: a share is from 0 to 100 %.
    package var impossibility: String? {
        guard dimension == .ratio else { return nil }
        let isPossible =
            switch comparison {
            case .greater: limit < 1
            case .greaterOrEqual: limit <= 1
            case .less: limit > 0
            case .lessOrEqual: limit >= 0
            case .equal: (0...1).contains(limit)
            case .notEqual: true
            }
        return isPossible ? nil : "`\(self)` can never be kept: \(metric.name) is a share, from 0 to 100 %"
    }

    /// What kind of quantity is compared.
    package var dimension: MetricDimension { metric.definition.dimension }

    /// The expression in its normal form, which parses to the same gate.
    package var description: String {
        let written = number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        let separator = unit == "count" ? " " : ""
        let place = phase.map { " in \($0)" } ?? ""
        let condition = isIfAny ? " if any" : ""
        return "\(metric.name) \(comparison.rawValue) \(written)\(separator)\(unit)\(place)\(condition)"
    }

    /// A value in base units, written in the unit of this gate.
    package func written(_ value: Double) -> String {
        let scale = dimension.units.first { $0.name == unit }?.scale ?? 1
        let converted = scale < 1 ? value * (1 / scale) : value / scale
        let rounded = (converted * 10_000).rounded() / 10_000
        // Such as 23 ns in minutes.
        if rounded == 0, converted != 0, dimension == .time { return HumanNumber.time(UInt64(value.rounded())) }
        let exact = rounded == 0 || !rounded.isFinite ? converted : rounded
        let digits = exact == exact.rounded() && abs(exact) < 1e15 ? String(Int(exact)) : String(exact)
        return digits + (unit == "count" ? "" : unit)
    }
}

/// Why a gate cannot be read.
package struct GateSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The whole expression.
    package let expression: String
    /// Where the trouble starts, counted from 1.
    package let column: Int
    /// What is wrong.
    package let problem: String
    /// What to write instead.
    package let remedy: String

    /// The message, the expression, and a caret under the place.
    package var description: String {
        """
        gate, column \(column): \(problem); \(remedy)
            \(expression)
            \(String(repeating: " ", count: column - 1))^
        """
    }
}

/// How a gate compares what was observed with its limit.
package enum GateOperator: String, CaseIterable, Sendable {
    /// Less than the limit.
    case less = "<"
    /// At most the limit.
    case lessOrEqual = "<="
    /// More than the limit.
    case greater = ">"
    /// At least the limit.
    case greaterOrEqual = ">="
    /// Exactly the limit.
    case equal = "=="
    /// Anything but the limit.
    case notEqual = "!="

    /// Whether `observed` passes.
    func holds(_ observed: Double, _ limit: Double) -> Bool {
        switch self {
        case .less: observed < limit
        case .lessOrEqual: observed <= limit
        case .greater: observed > limit
        case .greaterOrEqual: observed >= limit
        case .equal: observed == limit
        case .notEqual: observed != limit
        }
    }

    /// Whether every value from `low` to `high` passes (true), none does (false), or some do (nil).
    func holds(low: Double, high: Double, limit: Double) -> Bool? {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            let (first, last) = (holds(low, limit), holds(high, limit))
            return first == last ? first : nil
        case .equal:
            if low == limit, high == limit { return true }
            return (low...high).contains(limit) ? nil : false
        case .notEqual:
            return GateOperator.equal.holds(low: low, high: high, limit: limit).map { !$0 }
        }
    }
}
