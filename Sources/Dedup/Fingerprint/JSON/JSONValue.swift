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
///
/// Variables among them are wrapped, as in `["path": JSONValue(path)]`, or the whole literal is. See ``JSONConvertible``.
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
    case array(JSONArray)
    /// Names and values in an order that does not count.
    case object(JSONObject)
}

extension JSONValue {
    /// The member of that name, by its scalars; nil when there is none or the value is not an object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    /// The element at that position; nil when there is none or the value is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let array) = self, array.indices.contains(index) else { return nil }
        return array[index]
    }
}

extension JSONValue {
    /// Elements in an order that counts.
    public static func array(_ elements: [JSONValue]) -> JSONValue { .array(JSONArray(elements)) }
}

extension JSONValue: CustomStringConvertible, CustomReflectable {
    /// The canonical JSON. A value that has none, because a number is NaN or infinite, is described by a sentence.
    public var description: String {
        do {
            return try CanonicalJSON.string(of: self, limits: .unlimited)
        } catch {
            return "JSON without a canonical form: \(error)"
        }
    }

    /// A mirror without children, so that `dump` prints the ``description`` and no depth is too deep for it.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
