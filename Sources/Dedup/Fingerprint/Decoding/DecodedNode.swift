/// A value of a context while a type decodes itself from it. It is the `Decoder` that the type gets, and knows its place
/// in the context.
///
/// The result depends on the canonical form only: two contexts that are equal, such as `1` and `1.0`, decode to the same
/// input.
final class DecodedNode {
    let value: JSONValue
    private let enclosing: DecodedNode?
    private let place: FieldPath.Component?
    private let depthLeft: Int

    /// A node for a whole context, in which values may be nested that deep.
    init(_ value: JSONValue, depthLeft: Int) {
        self.value = value
        self.enclosing = nil
        self.place = nil
        self.depthLeft = depthLeft
    }

    private init(_ value: JSONValue, inside enclosing: DecodedNode, at place: FieldPath.Component?) {
        self.value = value
        self.enclosing = enclosing
        self.place = place
        self.depthLeft = enclosing.depthLeft - 1
    }

    /// The place of the node, from the outside in.
    private var path: [FieldPath.Component] {
        var components: [FieldPath.Component] = []
        var node: DecodedNode? = self
        while let current = node {
            if let place = current.place { components.append(place) }
            node = current.enclosing
        }
        return components.reversed()
    }

    /// A node for a value in this one.
    ///
    /// - Throws: ``FingerprintError`` with the code `tooDeep`.
    func node(for value: JSONValue, at place: FieldPath.Component?) throws -> DecodedNode {
        guard depthLeft > 1 else {
            throw FingerprintError(.tooDeep, path: FieldPath(path + [place].compactMap(\.self)).description)
        }
        return DecodedNode(value, inside: self, at: place)
    }

    /// The context of an error about a value in this one.
    func context(at place: FieldPath.Component?, _ text: String) -> DecodingError.Context {
        DecodingError.Context(
            codingPath: codingPath + [place].compactMap { $0.map(FieldKey.init) }, debugDescription: text)
    }

    /// The error for a value that is of another type, or null.
    func mismatch(_ expected: Any.Type, _ value: JSONValue, at place: FieldPath.Component?) -> DecodingError {
        if case .null = value { return .valueNotFound(expected, context(at: place, "It is null.")) }
        return .typeMismatch(expected, context(at: place, "It is of another type."))
    }
}

extension DecodedNode {
    /// Lets a type decode itself from a value in this one.
    func decode<Value: Decodable>(_ type: Value.Type, from value: JSONValue, at place: FieldPath.Component?) throws
        -> Value
    {
        if let scalar = try scalar(type, from: value, at: place) { return scalar }
        if let known = try FoundationValue.decode(type, from: value, in: self, at: place) { return known }
        return try Value(from: node(for: value, at: place))
    }

    /// Values of the types that need no decoder of their own; nil for others.
    private func scalar<Value>(
        _ type: Value.Type, from value: JSONValue, at place: FieldPath.Component?
    ) throws -> Value? {
        if type == String.self { return try string(value, at: place) as? Value }
        if type == Int.self { return try integer(Int.self, value, at: place) as? Value }
        if type == Double.self { return try double(value, at: place) as? Value }
        if type == Bool.self { return try bool(value, at: place) as? Value }
        if type == JSONValue.self { return value as? Value }
        return nil
    }

    func string(_ value: JSONValue, at place: FieldPath.Component?) throws -> String {
        guard case .string(let string) = value else { throw mismatch(String.self, value, at: place) }
        return string
    }

    func bool(_ value: JSONValue, at place: FieldPath.Component?) throws -> Bool {
        guard case .bool(let bool) = value else { throw mismatch(Bool.self, value, at: place) }
        return bool
    }

    /// The integer that the canonical text stands for.
    func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type, _ value: JSONValue, at place: FieldPath.Component?
    ) throws -> Integer {
        guard let number = CanonicalNumber(value) else { throw mismatch(type, value, at: place) }
        let integer: Integer? =
            switch number {
            case .integer(let integer): Integer(exactly: integer)
            case .unsigned(let integer): Integer(exactly: integer)
            case .other(let bits): Integer(CanonicalJSON.text(of: Double(bitPattern: bits)))
            }
        guard let integer else { throw misfit(type, at: place) }
        return integer
    }

    /// The `Double` nearest to the canonical text.
    func double(_ value: JSONValue, at place: FieldPath.Component?) throws -> Double {
        switch value {
        case .integer(let integer): Double(integer)
        case .unsigned(let integer): Double(integer)
        case .number(let number): number
        case .null, .bool, .string, .array, .object: throw mismatch(Double.self, value, at: place)
        }
    }

    /// The `Float` nearest to the canonical text. It is not always the one nearest to the double.
    func float(_ value: JSONValue, at place: FieldPath.Component?) throws -> Float {
        let double = try double(value, at: place)
        let float = double.asExactInteger == nil ? Float(CanonicalJSON.text(of: double)) : Float(double)
        guard let float, float.isFinite, float != 0 || double == 0 else { throw misfit(Float.self, at: place) }
        return float
    }

    private func misfit(_ type: Any.Type, at place: FieldPath.Component?) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(
                codingPath: context(at: place, "").codingPath, debugDescription: "The number does not fit in \(type).",
                underlyingError: NumberMisfit(type: type)))
    }

    /// The number of a field does not fit in the field's type.
    struct NumberMisfit: Error {
        let type: Any.Type
    }
}

extension DecodedNode: Decoder {
    var codingPath: [any CodingKey] { path.map(FieldKey.init) }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch([String: Any].self, value, at: nil) }
        return KeyedDecodingContainer(DecodedMembers<Key>(node: self, object: object))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let array) = value else { throw mismatch([Any].self, value, at: nil) }
        return DecodedElements(node: self, elements: array.elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { DecodedSingle(node: self) }
}
