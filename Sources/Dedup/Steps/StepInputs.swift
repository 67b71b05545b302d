/// The input of a step that takes none.
public struct NoInput: Codable, Hashable, Sendable {
    /// Makes it.
    public init() {}
}

/// The input of a step with several parameters: its values in their order.
///
/// It is written down as a JSON array, and that is how a context describes it: `["a", 1]`.
public struct StepInputs<each Part: Codable & Sendable>: Codable, Sendable {
    /// The values.
    public let parts: (repeat each Part)

    /// Makes an input of values.
    public init(_ part: repeat each Part) {
        parts = (repeat each part)
    }

    /// Reads an array with one element for each value.
    ///
    /// - Throws: `DecodingError` for another number of elements, or an element of another type.
    public init(from decoder: any Decoder) throws {
        let elements = Elements(try decoder.unkeyedContainer())
        self.init(repeat try elements.next((each Part).self))
        try elements.end()
    }

    /// Writes an array with one element for each value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for part in repeat each parts { try container.encode(part) }
    }
}

/// The elements of an array, one after the other.
private final class Elements {
    private var container: any UnkeyedDecodingContainer

    init(_ container: any UnkeyedDecodingContainer) { self.container = container }

    func next<Element: Decodable>(_ type: Element.Type) throws -> Element { try container.decode(type) }

    func end() throws {
        guard !container.isAtEnd else { return }
        throw DecodingError.dataCorruptedError(
            in: container, debugDescription: "There are more values than the step has parameters.")
    }
}
