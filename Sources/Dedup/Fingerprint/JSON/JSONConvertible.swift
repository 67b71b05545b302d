/// A type whose values all have JSON, so that they can be used in contexts as they are: strings, numbers, booleans, and
/// optionals, arrays and dictionaries of them.
///
/// Conform a type of your own to pass its values to `JSONValue(_:)` and to write them into contexts beside literals:
///
///     struct Money: JSONConvertible, Codable {
///         var cents: Int
///         var jsonValue: JSONValue { ["cents": JSONValue(cents)] }
///     }
///
/// Any other `Encodable` value becomes JSON with `try JSONValue(value)`.
public protocol JSONConvertible: Encodable, JSONLiteralElement {
    /// The JSON of this value.
    var jsonValue: JSONValue { get }
}

extension JSONValue {
    /// The JSON of a string, a number, a boolean, or of an optional, an array or a dictionary of them. Integers of 64 bits
    /// are kept exactly, with or without a sign; a `Float` has its own shortest digits; nil is `null`.
    public init(_ value: some JSONConvertible) { self = value.jsonValue }

    /// The JSON of an encodable value, as ``CanonicalEncoder`` makes it.
    ///
    /// - Throws: ``FingerprintError``, with the codes of ``CanonicalEncoder/encode(_:)``.
    public init(_ value: some Encodable) throws(FingerprintError) {
        self = try CanonicalEncoder().encode(value)
    }
}

extension JSONValue: JSONConvertible {
    /// The value itself.
    public var jsonValue: JSONValue { self }
}

extension JSONObject: JSONConvertible {
    /// The object as a value.
    public var jsonValue: JSONValue { .object(self) }

    /// Writes the object as a ``JSONValue``.
    public func encode(to encoder: any Encoder) throws { try jsonValue.encode(to: encoder) }
}

extension JSONArray: JSONConvertible {
    /// The array as a value.
    public var jsonValue: JSONValue { .array(self) }

    /// Writes the array as a ``JSONValue``.
    public func encode(to encoder: any Encoder) throws { try jsonValue.encode(to: encoder) }
}

extension String: JSONConvertible {
    /// The string.
    public var jsonValue: JSONValue { .string(self) }
}

extension Bool: JSONConvertible {
    /// The boolean.
    public var jsonValue: JSONValue { .bool(self) }
}

extension Double: JSONConvertible {
    /// The number. A NaN or an infinity can be held and has no canonical form.
    public var jsonValue: JSONValue { .number(self) }
}

extension Float: JSONConvertible {
    /// The number with its own shortest digits; converting it exactly would give `0.1` the digits 0.10000000149011612.
    public var jsonValue: JSONValue { .number(isFinite ? Double(description) ?? Double(self) : Double(self)) }
}

extension Int: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(Int64(self)) }
}

extension Int8: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(Int64(self)) }
}

extension Int16: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(Int64(self)) }
}

extension Int32: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(Int64(self)) }
}

extension Int64: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(self) }
}

extension UInt: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { UInt64(self).jsonValue }
}

extension UInt8: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(Int64(self)) }
}

extension UInt16: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(Int64(self)) }
}

extension UInt32: JSONConvertible {
    /// The integer.
    public var jsonValue: JSONValue { .integer(Int64(self)) }
}

extension UInt64: JSONConvertible {
    /// The integer, exactly.
    public var jsonValue: JSONValue {
        if let integer = Int64(exactly: self) { .integer(integer) } else { .unsigned(self) }
    }
}

extension Optional: JSONConvertible where Wrapped: JSONConvertible {
    /// The JSON of the value; `null` for nil.
    public var jsonValue: JSONValue { self?.jsonValue ?? .null }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    /// The JSON of the elements, in their order.
    public var jsonValue: JSONValue { .array(map(\.jsonValue)) }
}

extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
    /// An object.
    public var jsonValue: JSONValue {
        guard let object = JSONObject(sortingIfUnique: map { .init(name: $0.key, value: $0.value.jsonValue) }) else {
            preconditionFailure("The keys of a dictionary are all different.")
        }
        return .object(object)
    }
}
