/// The members of an object, for a type that decodes itself by key.
struct DecodedMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let node: DecodedNode
    let object: JSONObject

    var codingPath: [any CodingKey] { node.codingPath }

    var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.name) } }

    func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }

    private func place(_ key: Key) -> FieldPath.Component { .name(key.stringValue) }

    private func value(_ key: Key) throws -> JSONValue {
        guard let value = object[key.stringValue] else {
            throw DecodingError.keyNotFound(key, node.context(at: nil, "It is missing."))
        }
        return value
    }

    private func integer<Integer: FixedWidthInteger>(_ key: Key) throws -> Integer {
        try node.integer(Integer.self, value(key), at: place(key))
    }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key).isNull }
    func decode(_: Bool.Type, forKey key: Key) throws -> Bool { try node.bool(value(key), at: place(key)) }
    func decode(_: String.Type, forKey key: Key) throws -> String { try node.string(value(key), at: place(key)) }
    func decode(_: Double.Type, forKey key: Key) throws -> Double { try node.double(value(key), at: place(key)) }
    func decode(_: Float.Type, forKey key: Key) throws -> Float { try node.float(value(key), at: place(key)) }
    func decode(_: Int.Type, forKey key: Key) throws -> Int { try integer(key) }
    func decode(_: Int8.Type, forKey key: Key) throws -> Int8 { try integer(key) }
    func decode(_: Int16.Type, forKey key: Key) throws -> Int16 { try integer(key) }
    func decode(_: Int32.Type, forKey key: Key) throws -> Int32 { try integer(key) }
    func decode(_: Int64.Type, forKey key: Key) throws -> Int64 { try integer(key) }
    func decode(_: Int128.Type, forKey key: Key) throws -> Int128 { try integer(key) }
    func decode(_: UInt.Type, forKey key: Key) throws -> UInt { try integer(key) }
    func decode(_: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(key) }
    func decode(_: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(key) }
    func decode(_: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(key) }
    func decode(_: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(key) }
    func decode(_: UInt128.Type, forKey key: Key) throws -> UInt128 { try integer(key) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try node.decode(type, from: value(key), at: place(key))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try node.node(for: value(key), at: place(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try node.node(for: value(key), at: place(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try node.node(for: object["super"] ?? .null, at: .name("super")) }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try node.node(for: object[key.stringValue] ?? .null, at: place(key))
    }
}

/// The elements of an array, for a type that decodes itself in order.
struct DecodedElements: UnkeyedDecodingContainer {
    let node: DecodedNode
    let elements: [JSONValue]
    var currentIndex = 0

    var codingPath: [any CodingKey] { node.codingPath }

    var count: Int? { elements.count }

    var isAtEnd: Bool { currentIndex >= elements.count }

    private var place: FieldPath.Component { .index(currentIndex) }

    /// Reads the next element; a failure does not step over it.
    private mutating func next<Value>(_ read: (JSONValue) throws -> Value) throws -> Value {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(Value.self, node.context(at: place, "The array has no more elements."))
        }
        let value = try read(elements[currentIndex])
        currentIndex += 1
        return value
    }

    private mutating func integer<Integer: FixedWidthInteger>() throws -> Integer {
        try next { [node, place] in try node.integer(Integer.self, $0, at: place) }
    }

    mutating func decodeNil() throws -> Bool {
        let isNull = try next(\.isNull)
        if !isNull { currentIndex -= 1 }
        return isNull
    }

    mutating func decode(_: Bool.Type) throws -> Bool { try next { [node, place] in try node.bool($0, at: place) } }
    mutating func decode(_: String.Type) throws -> String {
        try next { [node, place] in try node.string($0, at: place) }
    }
    mutating func decode(_: Double.Type) throws -> Double {
        try next { [node, place] in try node.double($0, at: place) }
    }
    mutating func decode(_: Float.Type) throws -> Float { try next { [node, place] in try node.float($0, at: place) } }
    mutating func decode(_: Int.Type) throws -> Int { try integer() }
    mutating func decode(_: Int8.Type) throws -> Int8 { try integer() }
    mutating func decode(_: Int16.Type) throws -> Int16 { try integer() }
    mutating func decode(_: Int32.Type) throws -> Int32 { try integer() }
    mutating func decode(_: Int64.Type) throws -> Int64 { try integer() }
    mutating func decode(_: Int128.Type) throws -> Int128 { try integer() }
    mutating func decode(_: UInt.Type) throws -> UInt { try integer() }
    mutating func decode(_: UInt8.Type) throws -> UInt8 { try integer() }
    mutating func decode(_: UInt16.Type) throws -> UInt16 { try integer() }
    mutating func decode(_: UInt32.Type) throws -> UInt32 { try integer() }
    mutating func decode(_: UInt64.Type) throws -> UInt64 { try integer() }
    mutating func decode(_: UInt128.Type) throws -> UInt128 { try integer() }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next { [node, place] in try node.decode(type, from: $0, at: place) }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try next { [node, place] in try node.node(for: $0, at: place).container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { [node, place] in try node.node(for: $0, at: place).unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder {
        try next { [node, place] in try node.node(for: $0, at: place) }
    }
}

/// One value, for a type that decodes itself as one.
struct DecodedSingle: SingleValueDecodingContainer {
    let node: DecodedNode

    var codingPath: [any CodingKey] { node.codingPath }

    private func integer<Integer: FixedWidthInteger>() throws -> Integer {
        try node.integer(Integer.self, node.value, at: nil)
    }

    func decodeNil() -> Bool { node.value.isNull }
    func decode(_: Bool.Type) throws -> Bool { try node.bool(node.value, at: nil) }
    func decode(_: String.Type) throws -> String { try node.string(node.value, at: nil) }
    func decode(_: Double.Type) throws -> Double { try node.double(node.value, at: nil) }
    func decode(_: Float.Type) throws -> Float { try node.float(node.value, at: nil) }
    func decode(_: Int.Type) throws -> Int { try integer() }
    func decode(_: Int8.Type) throws -> Int8 { try integer() }
    func decode(_: Int16.Type) throws -> Int16 { try integer() }
    func decode(_: Int32.Type) throws -> Int32 { try integer() }
    func decode(_: Int64.Type) throws -> Int64 { try integer() }
    func decode(_: Int128.Type) throws -> Int128 { try integer() }
    func decode(_: UInt.Type) throws -> UInt { try integer() }
    func decode(_: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_: UInt64.Type) throws -> UInt64 { try integer() }
    func decode(_: UInt128.Type) throws -> UInt128 { try integer() }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try node.decode(type, from: node.value, at: nil)
    }
}

extension JSONValue {
    fileprivate var isNull: Bool { if case .null = self { true } else { false } }
}
