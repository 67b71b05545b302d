internal import FoundationEssentials

/// Turns the JSON context of a call by name into the typed input of a step.
///
/// The only file of the core that imports Foundation: a decoder of our own would be a second one to keep right.
enum ContextDecoder {
    private static let decoder = JSONDecoder()

    /// Decodes `context`, which may be as large and as deep as `limits` allow.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidContext`` that names the field, never its value, or
    ///   ``FingerprintError`` for a context beyond the limits.
    static func decode<Input>(_ type: Input.Type, from context: JSONValue, limits: FingerprintLimits) throws -> Input {
        guard let decodable = type as? any Decodable.Type else {
            throw DedupError(
                .invalidContext, "A \(type) cannot be made of a context, because it is not Decodable; pass it typed.")
        }
        let bytes = try CanonicalJSON.bytes(of: context, limits: limits)
        do {
            guard let decoded = try decoded(decodable, from: Data(bytes)) as? Decoded<Input> else {
                preconditionFailure("A type that is decoded is the type that was asked for.")
            }
            return decoded.value
        } catch let error as DecodingError {
            throw DedupError(.invalidContext, message(error, for: type))
        } catch {
            throw DedupError(
                .invalidContext, "The context of a \(type) was refused by init(from:) with a \(Swift.type(of: error)).",
                underlying: error)
        }
    }

    /// Keeps an input that is nil apart from none, which a bare cast would confuse.
    private struct Decoded<Value> {
        let value: Value
    }

    private static func decoded<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Any {
        Decoded(value: try decoder.decode(type, from: data))
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
