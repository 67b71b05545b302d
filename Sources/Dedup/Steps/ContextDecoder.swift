/// Turns the JSON context of a call by name into the typed input of a step.
package enum ContextDecoder {
    /// Decodes a context.
    ///
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidContext`` that names the field, never its value, or
    ///   ``FingerprintError`` for a context beyond the limits, and with the code `tooDeep` for an input of more than
    ///   ``FingerprintLimits/maximumTypedDepth`` levels.
    package static func decode<Input>(
        _ type: Input.Type, from context: JSONValue, limits: FingerprintLimits
    ) throws -> Input {
        try CanonicalJSON.check(context, limits: limits)
        return try decode(type, from: context, depth: limits.typedDepth)
    }

    private static func decode<Input>(_ type: Input.Type, from context: JSONValue, depth: Int) throws -> Input {
        guard let decodable = type as? any Decodable.Type else {
            throw DedupError(
                .invalidContext, "A \(type) cannot be made of a context, because it is not Decodable; pass it typed.")
        }
        do {
            guard let decoded = try decoded(decodable, from: context, depth: depth) as? Decoded<Input> else {
                preconditionFailure("A type that is decoded is the type that was asked for.")
            }
            return decoded.value
        } catch let error as DecodingError {
            throw DedupError(.invalidContext, message(error, for: type))
        } catch let error as FingerprintError {
            throw error
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

    private static func decoded<Value: Decodable>(
        _ type: Value.Type, from context: JSONValue, depth: Int
    ) throws -> Any {
        // The context stands in a node of its own, so that it is read like a value in another one.
        let node = DecodedNode(context, depthLeft: depth + 1)
        return Decoded(value: try node.decode(type, from: context, at: nil))
    }

    private static func message(_ error: DecodingError, for type: Any.Type) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "The context of a \(type) lacks \(path(context.codingPath + [FieldKey(key.stringValue)]))."
        case .typeMismatch(let expected, let context):
            "\(path(context.codingPath)) in the context of a \(type) is not of type \(expected)."
        case .valueNotFound(let expected, let context):
            "\(path(context.codingPath)) in the context of a \(type) is null, and has to be of type \(expected)."
        case .dataCorrupted(let context):
            if let misfit = context.underlyingError as? DecodedNode.NumberMisfit {
                "\(path(context.codingPath)) in the context of a \(type) is a number that does not fit in \(misfit.type)."
            } else {
                "\(path(context.codingPath)) in the context of a \(type) is not a value of that field."
            }
        @unknown default:
            "The context does not describe a \(type)."
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        FieldPath(keys.map { key in key.intValue.map { .index($0) } ?? .name(key.stringValue) }).description
    }
}
