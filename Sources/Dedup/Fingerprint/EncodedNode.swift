/// A value while it encodes itself: what it has said so far, and where it stands.
///
/// A node is the `Encoder` that a value gets, and the storage behind its containers. Nested containers and encoders for a
/// superclass are nodes too and are read when the enclosing node is.
final class EncodedNode {
    /// What the value has said.
    enum Content {
        case nothing
        case value(JSONValue)
        case keyed
        case unkeyed
        case failed(FingerprintError)
    }

    /// Where a node stands in the node that encloses it.
    private let enclosing: EncodedNode?
    private let place: FieldPath.Component?

    private(set) var content = Content.nothing
    private var members: [JSONObject.Member] = []
    private var elements: [JSONValue] = []
    /// Containers that were opened inside this one, and the member or element whose value they will be.
    private var opened: [(position: Int, node: EncodedNode)] = []

    let depthLeft: Int

    init(depthLeft: Int) {
        self.enclosing = nil
        self.place = nil
        self.depthLeft = depthLeft
    }

    private init(inside enclosing: EncodedNode, at place: FieldPath.Component?) {
        self.enclosing = enclosing
        self.place = place
        self.depthLeft = enclosing.depthLeft - 1
    }

    /// Where the node stands, from the outside in.
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

    /// The number of elements said so far.
    var elementCount: Int { elements.count }
}

extension EncodedNode {
    /// Lets a value encode itself into this node, which nothing else has used, and reads the result.
    func value<Input: Encodable>(of input: Input) throws -> JSONValue {
        if let scalar = JSONValue(scalar: input) { return scalar }
        if let type = Input.self as? any UnorderedContent.Type, type.isUnordered {
            throw failure(.unordered, detail: "\(Input.self)")
        }
        guard depthLeft > 0 else { throw failure(.tooDeep) }
        try input.encode(to: self)
        return try finish()
    }

    /// Lets a value inside this one encode itself.
    func value<Input: Encodable>(of input: Input, at place: FieldPath.Component?) throws -> JSONValue {
        if let scalar = JSONValue(scalar: input) { return scalar }
        return try EncodedNode(inside: self, at: place).value(of: input)
    }

    /// A node for a container opened inside this one.
    func open(at place: FieldPath.Component) -> EncodedNode {
        let node = EncodedNode(inside: self, at: place)
        if depthLeft <= 1 { node.content = .failed(failure(.tooDeep, at: place)) }
        return node
    }

    /// Takes a member.
    func append(_ value: JSONValue, named name: String) {
        members.append(JSONObject.Member(name: name, value: value))
    }

    /// Takes an element.
    func append(_ value: JSONValue) {
        elements.append(value)
    }

    /// Opens a container as the value of a member.
    func open(named name: String) -> EncodedNode {
        let node = open(at: .name(name))
        opened.append((members.count, node))
        append(.null, named: name)
        return node
    }

    /// Opens a container as an element.
    func openElement() -> EncodedNode {
        let node = open(at: .index(elements.count))
        opened.append((elements.count, node))
        append(.null)
        return node
    }

    /// Becomes an object.
    func becomeKeyed() {
        switch content {
        case .nothing:
            content = .keyed
            members.reserveCapacity(8)
        case .keyed, .failed: break
        case .value, .unkeyed: content = .failed(failure(.mixedContainers))
        }
    }

    /// Becomes an array.
    func becomeUnkeyed() {
        switch content {
        case .nothing:
            content = .unkeyed
            elements.reserveCapacity(4)
        case .unkeyed, .failed: break
        case .value, .keyed: content = .failed(failure(.mixedContainers))
        }
    }

    /// Becomes a single value.
    func become(_ value: JSONValue) throws {
        switch content {
        case .nothing: content = .value(value)
        case .failed(let error): throw error
        case .value, .keyed, .unkeyed: throw failure(.mixedContainers)
        }
    }

    /// What has been said, as a value.
    private func finish() throws -> JSONValue {
        switch content {
        case .nothing: throw failure(.encodedNothing)
        case .failed(let error): throw error
        case .value(let value): return value
        case .unkeyed:
            for (position, node) in opened { elements[position] = try node.finish() }
            return .array(elements)
        case .keyed:
            for (position, node) in opened {
                members[position] = JSONObject.Member(name: members[position].name, value: try node.finish())
            }
            var taken: [JSONObject.Member] = []
            swap(&taken, &members)
            guard let object = JSONObject(sortingIfUnique: consume taken) else { throw failure(.duplicateName) }
            return .object(object)
        }
    }
}

/// A collection that encodes itself as an array in an order that is not part of its value.
private protocol UnorderedContent {
    /// Whether this type does.
    static var isUnordered: Bool { get }
}

extension Set: UnorderedContent {
    fileprivate static var isUnordered: Bool { true }
}

extension Dictionary: UnorderedContent {
    /// `Dictionary` encodes itself as an object for these keys only.
    fileprivate static var isUnordered: Bool { !(Key.self is any CodingKeyRepresentable.Type) }
}
