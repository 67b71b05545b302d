extension JSONValue: Encodable {
    /// Writes the value with the containers of any encoder.
    ///
    /// Encoders nest calls as values are nested, so a value of more than ``FingerprintLimits/maximumTypedDepth`` levels is
    /// refused. ``CanonicalJSON`` writes values of any depth.
    ///
    /// - Throws: `EncodingError.invalidValue` for a value that is too deep, and the errors of the encoder.
    public func encode(to encoder: any Encoder) throws {
        if let node = encoder as? EncodedNode { return try node.become(self) }
        guard depth <= FingerprintLimits.maximumTypedDepth else {
            throw EncodingError.invalidValue(
                type(of: self),
                EncodingError.Context(
                    codingPath: encoder.codingPath,
                    debugDescription: "The JSON is nested in more than \(FingerprintLimits.maximumTypedDepth) levels."))
        }
        switch self {
        case .object(let object):
            var container = encoder.container(keyedBy: FieldKey.self)
            for member in object.members { try container.encode(member.value, forKey: FieldKey(member.name)) }
        case .array(let array):
            var container = encoder.unkeyedContainer()
            for element in array.elements { try container.encode(element) }
        default:
            var container = encoder.singleValueContainer()
            try encodeScalar(into: &container)
        }
    }

    private func encodeScalar(into container: inout any SingleValueEncodingContainer) throws {
        switch self {
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .null, .array, .object: try container.encodeNil()
        }
    }
}

extension JSONValue: Decodable {
    /// Reads the value from any decoder, so that a part of a typed input may be any JSON.
    ///
    /// A general decoder does not detect duplicate names, and loses exact integers if it keeps numbers as doubles. Read text
    /// that comes from outside with `JSONValue(parsing:)`. A typed step that is called by name gets such a part
    /// exactly as it is in the context.
    ///
    /// - Throws: `DecodingError.dataCorrupted` below ``FingerprintLimits/maximumTypedDepth`` levels, because decoders nest
    ///   calls as values are nested; and the errors of the decoder.
    public init(from decoder: any Decoder) throws {
        if let scalar = JSONValue(scalarFrom: try? decoder.singleValueContainer()) {
            self = scalar
            return
        }
        guard decoder.codingPath.count < FingerprintLimits.maximumTypedDepth else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "The JSON is nested in more than \(FingerprintLimits.maximumTypedDepth) levels."))
        }
        if var container = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
            self = .array(elements)
        } else {
            let container = try decoder.container(keyedBy: FieldKey.self)
            self = .object(
                try JSONObject(
                    container.allKeys.map { ($0.stringValue, try container.decode(JSONValue.self, forKey: $0)) }))
        }
    }

    /// Integers are tried before doubles, which would round them.
    private init?(scalarFrom container: (any SingleValueDecodingContainer)?) {
        guard let container else { return nil }
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            return nil
        }
    }
}

/// A coding key that can have any name or index.
struct FieldKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        self.stringValue = name
        self.intValue = nil
    }

    init(_ index: Int) {
        self.stringValue = "Index \(index)"
        self.intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }

    init?(intValue: Int) { self.init(intValue) }

    /// The key of a step into a value.
    init(_ component: FieldPath.Component) {
        switch component {
        case .name(let name): self.init(name)
        case .index(let index): self.init(index)
        case .every: self.init("*")
        }
    }
}
