/// The contents of an array or an object that is nested deeply: they are released without recursion.
///
/// Swift releases nested values by recursion, some 150 bytes of stack a level, so 50,000 levels would end the process.
/// Arrays and objects of up to ``threshold`` levels hold their contents themselves, which costs nothing. Deeper ones hold
/// them through this class. Its `deinit` takes the deep children out of the contents before those are released, and goes
/// on with the children in a loop.
final class DeepContents: Sendable {
    /// How many levels are released by recursion.
    static let threshold = 32

    // Unchecked, because they only change in `deinit` and in `handOverChildren`, whose callers hold the only reference.
    nonisolated(unsafe) private(set) var elements: [JSONValue] = []
    nonisolated(unsafe) private(set) var members: [JSONObject.Member] = []

    /// The contents of an array.
    init(_ elements: [JSONValue]) { unsafe self.elements = elements }

    /// The contents of an object.
    init(_ members: [JSONObject.Member]) { unsafe self.members = members }

    deinit {
        var pending: [DeepContents] = []
        handOverChildren(to: &pending)
        while var next = pending.popLast() {
            // Contents that something else holds too live on, and their children with them.
            if isKnownUniquelyReferenced(&next) { next.handOverChildren(to: &pending) }
        }
    }

    /// Keeps the deep children alive in `pending` and releases everything else.
    private func handOverChildren(to pending: inout [DeepContents]) {
        for element in unsafe elements {
            if let deep = element.deepContents { pending.append(deep) }
        }
        for member in unsafe members {
            if let deep = member.value.deepContents { pending.append(deep) }
        }
        unsafe elements = []
        unsafe members = []
    }
}

extension JSONValue {
    /// The number of levels of arrays and objects: 1 for `[]`, 0 for a value that is neither.
    var depth: Int {
        switch self {
        case .array(let array): array.depth
        case .object(let object): object.depth
        case .null, .bool, .integer, .unsigned, .number, .string: 0
        }
    }

    fileprivate var deepContents: DeepContents? {
        switch self {
        case .array(let array): array.deepContents
        case .object(let object): object.deepContents
        case .null, .bool, .integer, .unsigned, .number, .string: nil
        }
    }
}
