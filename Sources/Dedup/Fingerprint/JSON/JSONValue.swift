/// A JSON value as a request carries it: immutable, comparable, with exact 64-bit integers.
///
/// Two values are equal when their canonical forms are the same bytes: strings and names are compared by their Unicode
/// scalars (a composed and a decomposed "é" differ, although Swift's `==` on `String` calls them equal), `1`, `1.0` and
/// an unsigned `1` are equal, `-0.0` is `0`, and the order of an object's members does not count. A NaN or an infinity
/// can be held, has no canonical form, and equals itself.
///
/// Literals of Swift stand for their JSON counterparts:
///
///     let context: JSONValue = ["path": "/srv/app", "depth": 2, "all": true, "since": nil]
public enum JSONValue: Sendable {
    /// The JSON `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// An integer of 64 bits with a sign, kept exactly.
    case integer(Int64)
    /// An integer of 64 bits without a sign, kept exactly; for integers above `Int64.max`.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent.
    case number(Double)
    /// A string.
    case string(String)
    /// Values in an order that counts.
    case array([JSONValue])
    /// Names and values in an order that does not count.
    case object(JSONObject)
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    /// `nil` stands for `null`.
    public init(nilLiteral: ()) { self = .null }

    /// `true` and `false` stand for themselves.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// An integer literal from `Int64.min` to `UInt64.max`. One outside that range is a precondition failure.
    public init(integerLiteral value: StaticBigInt) {
        if value.bitWidth <= 64 {
            self = .integer(Int64(truncatingIfNeeded: value[0]))
        } else if value.bitWidth == 65, value.signum() > 0 {
            self = .unsigned(UInt64(value[0]))
        } else {
            preconditionFailure("An integer literal of a JSONValue must fit in 64 bits; write it as a string.")
        }
    }
}

extension JSONValue: ExpressibleByFloatLiteral, ExpressibleByStringInterpolation {
    /// A literal with a fraction or an exponent.
    public init(floatLiteral value: Double) { self = .number(value) }

    /// A string literal.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// An array literal.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// A dictionary literal stands for an object. A name given twice is a precondition failure.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(literal: elements))
    }
}

extension JSONValue {
    /// The member of that name, by its scalars; nil when there is none or the value is not an object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    /// The element at that position; nil when there is none or the value is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
