internal import FoundationEssentials

/// The types of Foundation that a JSON decoder reads from something else than they write down themselves: `Data` from
/// Base64, `URL` from its text, `Decimal` from a number.
///
/// The only file of the core that imports Foundation.
enum FoundationValue {
    /// A value of one of these types; nil for another type.
    static func decode<Value>(
        _ type: Value.Type, from value: JSONValue, in node: DecodedNode, at place: FieldPath.Component?
    ) throws -> Value? {
        if type == Data.self { return try data(value, node, place) as? Value }
        if type == URL.self { return try url(value, node, place) as? Value }
        if type == Decimal.self { return try decimal(value, node, place) as? Value }
        return nil
    }

    private static func data(_ value: JSONValue, _ node: DecodedNode, _ place: FieldPath.Component?) throws -> Data {
        guard let data = Data(base64Encoded: try node.string(value, at: place)) else {
            throw DecodingError.dataCorrupted(node.context(at: place, "It is not Base64."))
        }
        return data
    }

    private static func url(_ value: JSONValue, _ node: DecodedNode, _ place: FieldPath.Component?) throws -> URL {
        guard let url = URL(string: try node.string(value, at: place)) else {
            throw DecodingError.dataCorrupted(node.context(at: place, "It is not a URL."))
        }
        return url
    }

    private static func decimal(_ value: JSONValue, _ node: DecodedNode, _ place: FieldPath.Component?) throws
        -> Decimal
    {
        let number = try node.double(value, at: place)
        let text =
            switch value {
            case .integer(let integer): "\(integer)"
            case .unsigned(let integer): "\(integer)"
            default: CanonicalJSON.text(of: number)
            }
        guard let decimal = Decimal(string: text) else {
            throw DecodingError.dataCorrupted(node.context(at: place, "The number does not fit in a Decimal."))
        }
        return decimal
    }
}
