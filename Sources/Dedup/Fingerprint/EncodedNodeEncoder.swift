extension EncodedNode: Encoder {
    var codingPath: [any CodingKey] {
        path.components.map { component in
            switch component {
            case .name(let name): FieldKey(name)
            case .index(let index): FieldKey(index)
            case .every: FieldKey("*")
            }
        }
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        becomeKeyed()
        return KeyedEncodingContainer(KeyedContainer<Key>(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        becomeUnkeyed()
        return UnkeyedContainer(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleContainer(node: self) }
}

extension EncodedNode {
    /// An integer of more than 64 bits, if it fits in them.
    func value(narrowing value: some FixedWidthInteger, at place: FieldPath.Component?) throws -> JSONValue {
        if let integer = Int64(exactly: value) { return .integer(integer) }
        if let integer = UInt64(exactly: value) { return .unsigned(integer) }
        throw failure(.integerTooWide, at: place)
    }
}

extension JSONValue {
    /// An integer of at most 64 bits.
    init(_ value: some SignedInteger & FixedWidthInteger) { self = .integer(Int64(truncatingIfNeeded: value)) }

    /// An integer of at most 64 bits.
    init(_ value: some UnsignedInteger & FixedWidthInteger) {
        self = if let integer = Int64(exactly: value) { .integer(integer) } else { .unsigned(UInt64(value)) }
    }

    /// The value of an input of the types that need no encoder; nil for others.
    ///
    /// Elements of an array reach an encoder as a generic type. Comparing the type and reinterpreting the value costs a
    /// tenth of a dynamic cast.
    @inline(__always)
    init?<Input>(scalar input: Input) {
        if Input.self == String.self {
            self = .string(unsafe unsafeBitCast(input, to: String.self))
        } else if Input.self == Int.self {
            self = .integer(Int64(unsafe unsafeBitCast(input, to: Int.self)))
        } else if Input.self == Double.self {
            self = .number(unsafe unsafeBitCast(input, to: Double.self))
        } else if Input.self == Bool.self {
            self = .bool(unsafe unsafeBitCast(input, to: Bool.self))
        } else if Input.self == [String].self {
            self = .array(unsafe unsafeBitCast(input, to: [String].self).map(JSONValue.string))
        } else if Input.self == JSONValue.self {
            self = unsafe unsafeBitCast(input, to: JSONValue.self)
        } else {
            return nil
        }
    }

    /// A `Float` with its own shortest digits; converting it exactly would give `0.1` the digits 0.10000000149011612.
    init(_ value: Float) {
        self = .number(value.isFinite ? Double(value.description) ?? Double(value) : Double(value))
    }
}
