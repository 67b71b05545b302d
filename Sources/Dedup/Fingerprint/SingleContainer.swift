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
