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
