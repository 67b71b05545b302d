internal import FoundationEssentials

/// Turns the JSON context of a call by name into the typed input of a step.
///
/// The only file of the core that imports Foundation: a decoder of our own would be a second one to keep right.
enum ContextDecoder {
    /// Decodes `context`.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidContext`` that names the field, never its value.
    static func decode<Input: Decodable>(_ type: Input.Type, from context: JSONValue) throws -> Input {
        let bytes = try CanonicalJSON.bytes(of: context)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw DedupError(.invalidContext, message(error, for: type))
        }
    }

    private static func message(_ error: DecodingError, for type: Any.Type) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "The context of a \(type) lacks \(path(context.codingPath + [key]))."
        case .typeMismatch(let expected, let context):
            "\(path(context.codingPath)) in the context of a \(type) is not a \(expected)."
        case .valueNotFound(let expected, let context):
            "\(path(context.codingPath)) in the context of a \(type) is null, and has to be a \(expected)."
        case .dataCorrupted(let context):
            "\(path(context.codingPath)) in the context of a \(type) is not what that field holds."
        @unknown default:
            "The context does not describe a \(type)."
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("$") { path, key in
            if let index = key.intValue { path + "[\(index)]" } else { path + "." + key.stringValue }
        }
    }
}
