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
