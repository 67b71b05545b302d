/// A value while it encodes itself: the part that is encoded so far, and its place in the input.
///
/// A node is the `Encoder` that a value gets, and the storage behind its containers. Nested containers and encoders for a
/// superclass are nodes too and are read when the enclosing node is.
final class EncodedNode {
    /// The kind of content that the value has encoded.
    enum Content {
        case nothing
        case value(JSONValue)
        case keyed
        case unkeyed
        case failed(FingerprintError)
    }

    /// The place of a node in the node around it.
    private let enclosing: EncodedNode?
    private let place: FieldPath.Component?
    /// The type of the value; nil for a container that was opened inside one.
    private let type: Any.Type?

    // Unchecked, because the checks at run time of exclusive access would be an eighth of the cost of encoding a small
    // input. They could find nothing: a node belongs to one thread, and no access here lasts while other code runs.
    @exclusivity(unchecked) private var content = Content.nothing
    @exclusivity(unchecked) private var members: [JSONObject.Member] = []
    @exclusivity(unchecked) private var elements: [JSONValue] = []
    /// Containers that were opened inside this one, and the member or element whose value they will be.
    @exclusivity(unchecked) private var opened: [(position: Int, node: EncodedNode)] = []

    let depthLeft: Int

    private init(of type: Any.Type, depthLeft: Int) {
        self.enclosing = nil
        self.place = nil
        self.type = type
        self.depthLeft = depthLeft
    }

    private init(of type: Any.Type?, inside enclosing: EncodedNode, at place: FieldPath.Component?) {
        self.enclosing = enclosing
        self.place = place
        self.type = type
        self.depthLeft = enclosing.depthLeft - 1
    }

    /// The place of the node, from the outside in.
    var path: FieldPath {
        var components: [FieldPath.Component] = []
        var node: EncodedNode? = self
        while let current = node {
            if let place = current.place { components.append(place) }
            node = current.enclosing
        }
        return FieldPath(components.reversed())
    }

    func failure(_ code: FingerprintError.Code, at place: FieldPath.Component? = nil, detail: String = "")
        -> FingerprintError
    {
        var path = path
        if let place { path.components.append(place) }
        return FingerprintError(code, path: path.description, detail: detail)
    }

    /// The number of elements so far.
    var elementCount: Int { unsafe elements.count }
}

extension EncodedNode {
    /// Lets a value encode itself, in which values may be nested that deep.
    static func value<Input: Encodable>(of input: Input, depth: Int) throws -> JSONValue {
        if let scalar = JSONValue(scalar: input) { return scalar }
        return try EncodedNode(of: Input.self, depthLeft: depth - 1).encode(input)
    }

    /// Lets a value inside this one encode itself.
    func value<Input: Encodable>(of input: Input, at place: FieldPath.Component?) throws -> JSONValue {
        if let scalar = JSONValue(scalar: input) { return scalar }
        return try EncodedNode(of: Input.self, inside: self, at: place).encode(input)
    }

    /// Lets a value encode itself into this node, which nothing else has used, and reads the result.
    private func encode<Input: Encodable>(_ input: Input) throws -> JSONValue {
        guard depthLeft >= 0 else { throw failure(.tooDeep) }
        // A node and the containers opened inside it hold each other until then, also when encoding fails.
        defer { release() }
        try input.encode(to: self)
        return try finish()
    }

    /// Releases the containers opened inside this one, and the containers inside those.
    private func release() {
        if unsafe opened.isEmpty { return }
        for (_, node) in unsafe opened { node.release() }
        unsafe opened = []
    }

    /// A node for a container opened inside this one. A node that has failed opens no more
    /// containers, so that they are never nested too deep to be released.
    private func open(at place: FieldPath.Component) -> EncodedNode {
        if case .failed = unsafe content { return self }
        let node = EncodedNode(of: nil, inside: self, at: place)
        if depthLeft <= 0 { unsafe node.content = .failed(failure(.tooDeep, at: place)) }
        return node
    }

    /// Takes a member.
    func append(_ value: JSONValue, named name: String) {
        unsafe members.append(JSONObject.Member(name: name, value: value))
    }

    /// Takes an element.
    func append(_ value: JSONValue) {
        unsafe elements.append(value)
    }

    /// Opens a container as the value of a member.
    func open(named name: String) -> EncodedNode {
        let node = open(at: .name(name))
        if node === self { return self }
        unsafe opened.append((members.count, node))
        append(.null, named: name)
        return node
    }

    /// Opens a container as an element.
    func openElement() -> EncodedNode {
        let node = open(at: .index(elementCount))
        if node === self { return self }
        unsafe opened.append((elements.count, node))
        append(.null)
        return node
    }

    /// Becomes an object.
    func becomeKeyed() {
        switch unsafe content {
        case .nothing:
            unsafe content = .keyed
            unsafe members.reserveCapacity(8)
        case .keyed, .failed: break
        case .value, .unkeyed: unsafe content = .failed(failure(.mixedContainers))
        }
    }

    /// Becomes an array, unless the value is of a type whose values have no order of their own.
    func becomeUnkeyed() {
        switch unsafe content {
        case .nothing:
            // Asked here and not of each value, because only an array has an order, and the answer costs 3 % of a small input.
            if let type = type as? any UnorderedContent.Type, type.isUnordered {
                unsafe content = .failed(failure(.unordered, detail: "\(type)"))
                return
            }
            unsafe content = .unkeyed
            unsafe elements.reserveCapacity(4)
        case .unkeyed, .failed: break
        case .value, .keyed: unsafe content = .failed(failure(.mixedContainers))
        }
    }

    /// Becomes a single value.
    func become(_ value: JSONValue) throws {
        switch unsafe content {
        case .nothing: unsafe content = .value(value)
        case .failed(let error): throw error
        case .value, .keyed, .unkeyed: throw failure(.mixedContainers)
        }
    }

    /// The encoded value.
    private func finish() throws -> JSONValue {
        switch unsafe content {
        case .nothing: throw failure(.encodedNothing)
        case .failed(let error): throw error
        case .value(let value): return value
        case .unkeyed:
            for (position, node) in unsafe opened { unsafe elements[position] = try node.finish() }
            return unsafe .array(elements)
        case .keyed: return try .object(finishObject())
        }
    }

    private func finishObject() throws -> JSONObject {
        for (position, node) in unsafe opened {
            let name = unsafe members[position].name
            unsafe members[position] = JSONObject.Member(name: name, value: try node.finish())
        }
        var taken: [JSONObject.Member] = []
        unsafe swap(&taken, &members)
        guard let object = JSONObject(sortingIfUnique: consume taken) else { throw failure(.duplicateName) }
        return object
    }
}

/// A collection that encodes itself as an array in an order that is not part of its value.
private protocol UnorderedContent {
    /// Whether this type does so.
    static var isUnordered: Bool { get }
}

extension Set: UnorderedContent {
    fileprivate static var isUnordered: Bool { true }
}

extension Dictionary: UnorderedContent {
    /// `Dictionary` encodes itself as an object for these keys only.
    fileprivate static var isUnordered: Bool { !(Key.self is any CodingKeyRepresentable.Type) }
}

extension JSONValue {
    /// The value of an input of the types that need no encoder; nil for others.
    ///
    /// Elements of an array reach an encoder as a generic type. Comparing the type and reinterpreting the value costs a
    /// tenth of a dynamic cast.
    @inline(__always)
    fileprivate init?<Input>(scalar input: Input) {
        if Input.self == String.self {
            self = .string(unsafe unsafeBitCast(input, to: String.self))
        } else if Input.self == Int.self {
            self = .integer(Int64(unsafe unsafeBitCast(input, to: Int.self)))
        } else if Input.self == Double.self {
            self = .number(unsafe unsafeBitCast(input, to: Double.self))
        } else if Input.self == Bool.self {
            self = .bool(unsafe unsafeBitCast(input, to: Bool.self))
        } else if Input.self == [String].self {
            self = .array(unsafe unsafeBitCast(input, to: [String].self).map(JSONValue.string))
        } else if Input.self == JSONValue.self {
            self = unsafe unsafeBitCast(input, to: JSONValue.self)
        } else {
            return nil
        }
    }
}
