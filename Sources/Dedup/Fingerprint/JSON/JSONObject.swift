/// The members of a JSON object, each name once, kept in the order in which RFC 8785 writes them.
///
/// Names are told apart by their Unicode scalars, never by canonical equivalence. Sorting happens once, when the object
/// is made, so that fingerprinting only reads.
public struct JSONObject: Sendable {
    /// One name and its value.
    public struct Member: Sendable {
        /// The name.
        public let name: String
        /// The value.
        public let value: JSONValue

        /// Pairs a name with a value.
        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    private enum Storage: Sendable {
        case shallow([Member])
        case deep(DeepContents)
    }

    private let storage: Storage
    private let levels: Int32

    /// An object without members.
    public init() {
        storage = .shallow([])
        levels = 1
    }

    /// Makes an object of members in any order.
    ///
    /// - Throws: ``FingerprintError`` with the code `duplicateName` when two names have the same scalars.
    public init(_ members: some Sequence<(String, JSONValue)>) throws(FingerprintError) {
        guard let object = Self(sortingIfUnique: members.map { Member(name: $0.0, value: $0.1) }) else {
            throw FingerprintError(.duplicateName)
        }
        self = object
    }

    /// Sorts members that may come in any order; nil when a name appears twice.
    init?(sortingIfUnique unsorted: consuming [Member]) {
        guard let sorted = MemberOrder.sorted(consume unsorted) else { return nil }
        self.init(sorted: sorted)
    }

    private init(sorted members: [Member]) {
        let depth = 1 + members.reduce(0) { max($0, $1.value.depth) }
        storage = depth > DeepContents.threshold ? .deep(DeepContents(members)) : .shallow(members)
        levels = Int32(depth)
    }

    /// The members, sorted by the UTF-16 code units of their names (RFC 8785, section 3.2.3).
    public var members: [Member] {
        switch storage {
        case .shallow(let members): members
        case .deep(let contents): unsafe contents.members
        }
    }

    /// The members in memory, valid as long as the object lives.
    @unsafe
    @inline(__always)
    var storedMembers: UnsafeBufferPointer<Member> {
        switch storage {
        case .shallow(let members): unsafe members.withUnsafeBufferPointer { unsafe $0 }
        case .deep(let contents): unsafe contents.members.withUnsafeBufferPointer { unsafe $0 }
        }
    }

    /// The value of that name, by its scalars; nil when there is none.
    public subscript(name: String) -> JSONValue? {
        let members = members
        var range = members.startIndex..<members.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            switch NameOrder.compare(members[middle].name, name) {
            case .same: return members[middle].value
            case .before: range = middle + 1..<range.upperBound
            case .after: range = range.lowerBound..<middle
            }
        }
        return nil
    }

    /// The number of members.
    public var count: Int { members.count }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The number of levels of arrays and objects, including this one.
    var depth: Int { Int(levels) }

    var deepContents: DeepContents? {
        if case .deep(let contents) = storage { contents } else { nil }
    }
}

extension JSONObject: CustomStringConvertible, CustomReflectable {
    /// The canonical JSON, as of a ``JSONValue``.
    public var description: String { JSONValue.object(self).description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
