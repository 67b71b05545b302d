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
