/// The members of a node, for a type that encodes itself by key.
struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodedNode

    var codingPath: [any CodingKey] { node.codingPath }

    private func put(_ value: JSONValue, _ key: Key) { node.append(value, named: key.stringValue) }

    func encodeNil(forKey key: Key) { put(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { put(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) { put(.string(value), key) }
    func encode(_ value: Double, forKey key: Key) { put(.number(value), key) }
    func encode(_ value: Float, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: Int, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: Int8, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: Int16, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: Int32, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: Int64, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: UInt, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: UInt8, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: UInt16, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: UInt32, forKey key: Key) { put(JSONValue(value), key) }
    func encode(_ value: UInt64, forKey key: Key) { put(JSONValue(value), key) }

    func encode(_ value: Int128, forKey key: Key) throws {
        put(try node.value(narrowing: value, at: .name(key.stringValue)), key)
    }

    func encode(_ value: UInt128, forKey key: Key) throws {
        put(try node.value(narrowing: value, at: .name(key.stringValue)), key)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        put(try node.value(of: value, at: .name(key.stringValue)), key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        node.open(named: key.stringValue).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        node.open(named: key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { node.open(named: "super") }

    func superEncoder(forKey key: Key) -> any Encoder { node.open(named: key.stringValue) }
}

/// The elements of a node, for a type that encodes itself in order.
struct UnkeyedContainer: UnkeyedEncodingContainer {
    let node: EncodedNode

    var codingPath: [any CodingKey] { node.codingPath }

    var count: Int { node.elementCount }

    func encodeNil() { node.append(.null) }
    func encode(_ value: Bool) { node.append(.bool(value)) }
    func encode(_ value: String) { node.append(.string(value)) }
    func encode(_ value: Double) { node.append(.number(value)) }
    func encode(_ value: Float) { node.append(JSONValue(value)) }
    func encode(_ value: Int) { node.append(JSONValue(value)) }
    func encode(_ value: Int8) { node.append(JSONValue(value)) }
    func encode(_ value: Int16) { node.append(JSONValue(value)) }
    func encode(_ value: Int32) { node.append(JSONValue(value)) }
    func encode(_ value: Int64) { node.append(JSONValue(value)) }
    func encode(_ value: UInt) { node.append(JSONValue(value)) }
    func encode(_ value: UInt8) { node.append(JSONValue(value)) }
    func encode(_ value: UInt16) { node.append(JSONValue(value)) }
    func encode(_ value: UInt32) { node.append(JSONValue(value)) }
    func encode(_ value: UInt64) { node.append(JSONValue(value)) }

    func encode(_ value: Int128) throws {
        node.append(try node.value(narrowing: value, at: .index(count)))
    }

    func encode(_ value: UInt128) throws {
        node.append(try node.value(narrowing: value, at: .index(count)))
    }

    func encode(_ value: some Encodable) throws {
        node.append(try node.value(of: value, at: .index(count)))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        node.openElement().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { node.openElement().unkeyedContainer() }

    func superEncoder() -> any Encoder { node.openElement() }
}

/// A node for a type that encodes itself as one value.
struct SingleContainer: SingleValueEncodingContainer {
    let node: EncodedNode

    var codingPath: [any CodingKey] { node.codingPath }

    func encodeNil() throws { try node.become(.null) }
    func encode(_ value: Bool) throws { try node.become(.bool(value)) }
    func encode(_ value: String) throws { try node.become(.string(value)) }
    func encode(_ value: Double) throws { try node.become(.number(value)) }
    func encode(_ value: Float) throws { try node.become(JSONValue(value)) }
    func encode(_ value: Int) throws { try node.become(JSONValue(value)) }
    func encode(_ value: Int8) throws { try node.become(JSONValue(value)) }
    func encode(_ value: Int16) throws { try node.become(JSONValue(value)) }
    func encode(_ value: Int32) throws { try node.become(JSONValue(value)) }
    func encode(_ value: Int64) throws { try node.become(JSONValue(value)) }
    func encode(_ value: UInt) throws { try node.become(JSONValue(value)) }
    func encode(_ value: UInt8) throws { try node.become(JSONValue(value)) }
    func encode(_ value: UInt16) throws { try node.become(JSONValue(value)) }
    func encode(_ value: UInt32) throws { try node.become(JSONValue(value)) }
    func encode(_ value: UInt64) throws { try node.become(JSONValue(value)) }
    func encode(_ value: Int128) throws { try node.become(node.value(narrowing: value, at: nil)) }
    func encode(_ value: UInt128) throws { try node.become(node.value(narrowing: value, at: nil)) }
    func encode(_ value: some Encodable) throws { try node.become(node.value(of: value, at: nil)) }
}

extension EncodedNode: Encoder {
    var codingPath: [any CodingKey] { path.components.map(FieldKey.init) }

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
