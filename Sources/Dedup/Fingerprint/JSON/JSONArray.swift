/// The elements of a JSON array, in an order that counts.
///
/// It is a collection of ``JSONValue`` and costs no more than a Swift array. Unlike a Swift array it can be nested to any
/// depth and released: a program can build 50,000 levels, and a fingerprint of them is refused as too deep.
public struct JSONArray: Sendable {
    private enum Storage: Sendable {
        case shallow([JSONValue])
        case deep(DeepContents)
    }

    private let storage: Storage
    private let levels: Int32

    /// Makes an array of elements.
    public init(_ elements: [JSONValue]) {
        let depth = 1 + elements.reduce(0) { Swift.max($0, $1.depth) }
        storage = depth > DeepContents.threshold ? .deep(DeepContents(elements)) : .shallow(elements)
        levels = Int32(depth)
    }

    /// The elements as a Swift array.
    public var elements: [JSONValue] {
        switch storage {
        case .shallow(let elements): elements
        case .deep(let contents): unsafe contents.elements
        }
    }

    /// The elements in memory, valid as long as the array lives.
    @unsafe
    @inline(__always)
    var storedElements: UnsafeBufferPointer<JSONValue> {
        switch storage {
        case .shallow(let elements): unsafe elements.withUnsafeBufferPointer { unsafe $0 }
        case .deep(let contents): unsafe contents.elements.withUnsafeBufferPointer { unsafe $0 }
        }
    }

    /// The number of levels of arrays and objects, including this one.
    var depth: Int { Int(levels) }

    var deepContents: DeepContents? {
        if case .deep(let contents) = storage { contents } else { nil }
    }
}

extension JSONArray: RandomAccessCollection {
    /// Always 0.
    public var startIndex: Int { 0 }

    /// The number of elements.
    public var endIndex: Int { elements.count }

    /// The element at that position, which must be one of ``indices``.
    public subscript(position: Int) -> JSONValue { elements[position] }
}

extension JSONArray: CustomStringConvertible, CustomReflectable {
    /// The canonical JSON, as of a ``JSONValue``.
    public var description: String { JSONValue.array(self).description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
