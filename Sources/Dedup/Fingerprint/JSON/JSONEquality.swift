extension JSONValue: Hashable {
    /// Whether the canonical forms are the same bytes.
    ///
    /// Values of any depth can be compared on any thread: below a few levels it does not recurse.
    public static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        var pending: [(JSONValue, JSONValue)] = []
        guard isSame(lhs, rhs, orAddedTo: &pending) else { return false }
        while let (left, right) = pending.popLast() {
            guard haveSameContents(left, right, pending: &pending) else { return false }
        }
        return true
    }

    /// Whether two containers hold the same, except for the deep containers in them, which are added to `pending`.
    private static func haveSameContents(
        _ lhs: JSONValue, _ rhs: JSONValue, pending: inout [(JSONValue, JSONValue)]
    ) -> Bool {
        switch (lhs, rhs) {
        case (.array(let left), .array(let right)):
            left.count == right.count
                && zip(left.elements, right.elements).allSatisfy { isSame($0, $1, orAddedTo: &pending) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left.members, right.members).allSatisfy { left, right in
                    NameOrder.compare(left.name, right.name) == .same
                        && isSame(left.value, right.value, orAddedTo: &pending)
                }
        default: false
        }
    }

    /// Whether two values are the same; two deep containers that may be are added to `pending`.
    private static func isSame(
        _ lhs: JSONValue, _ rhs: JSONValue, orAddedTo pending: inout [(JSONValue, JSONValue)]
    ) -> Bool {
        guard lhs.depth == rhs.depth else { return false }
        if lhs.depth == 0 { return isSameScalar(lhs, rhs) }
        if isStoredOnce(lhs, rhs) { return true }
        guard lhs.depth > DeepContents.threshold else { return haveSameContents(lhs, rhs, pending: &pending) }
        pending.append((lhs, rhs))
        return true
    }

    /// Whether two containers are copies of one another, so that their contents need not be compared.
    private static func isStoredOnce(_ lhs: JSONValue, _ rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.array(let left), .array(let right)):
            unsafe left.storedElements.baseAddress == right.storedElements.baseAddress
        case (.object(let left), .object(let right)):
            unsafe left.storedMembers.baseAddress == right.storedMembers.baseAddress
        default: false
        }
    }

    private static func isSameScalar(_ lhs: JSONValue, _ rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.string(let left), .string(let right)): NameOrder.compare(left, right) == .same
        case (.integer(let left), .integer(let right)): left == right
        default:
            if let left = CanonicalNumber(lhs), let right = CanonicalNumber(rhs) { left == right } else { false }
        }
    }

    /// Feeds the parts that ``==(_:_:)`` compares, for values of any depth.
    public func hash(into hasher: inout Hasher) {
        var pending: [JSONValue] = []
        feed(&hasher, orAddTo: &pending)
        while let next = pending.popLast() { next.feedContents(&hasher, pending: &pending) }
    }

    /// Feeds the contents of a container, except for those of deep containers in it, which are added to `pending`.
    private func feedContents(_ hasher: inout Hasher, pending: inout [JSONValue]) {
        if case .array(let array) = self {
            hasher.combine(array.count)
            for element in array.elements { element.feed(&hasher, orAddTo: &pending) }
        } else if case .object(let object) = self {
            hasher.combine(object.count)
            for member in object.members {
                hasher.combine(scalarsOf: member.name)
                member.value.feed(&hasher, orAddTo: &pending)
            }
        }
    }

    private func feed(_ hasher: inout Hasher, orAddTo pending: inout [JSONValue]) {
        feedScalar(&hasher)
        if depth > DeepContents.threshold {
            pending.append(self)
        } else if depth > 0 {
            feedContents(&hasher, pending: &pending)
        }
    }

    /// Feeds a value that is no container, and of a container only the type.
    private func feedScalar(_ hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0 as UInt8)
        case .bool(let value):
            hasher.combine(1 as UInt8)
            hasher.combine(value)
        case .integer, .unsigned, .number:
            hasher.combine(2 as UInt8)
            hasher.combine(CanonicalNumber(self))
        case .string(let value):
            hasher.combine(3 as UInt8)
            hasher.combine(scalarsOf: value)
        case .array: hasher.combine(4 as UInt8)
        case .object: hasher.combine(5 as UInt8)
        }
    }
}

extension JSONArray: Hashable {
    /// Whether the elements are the same, in the same order.
    public static func == (lhs: Self, rhs: Self) -> Bool { JSONValue.array(lhs) == .array(rhs) }

    /// Feeds the parts that ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) { JSONValue.array(self).hash(into: &hasher) }
}

extension JSONObject: Hashable {
    /// Whether the members are the same, names by their scalars.
    public static func == (lhs: Self, rhs: Self) -> Bool { JSONValue.object(lhs) == .object(rhs) }

    /// Feeds the parts that ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) { JSONValue.object(self).hash(into: &hasher) }
}

extension JSONObject.Member: Hashable {
    /// Whether name and value are the same, the name by its scalars.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        NameOrder.compare(lhs.name, rhs.name) == .same && lhs.value == rhs.value
    }

    /// Feeds the parts that ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(scalarsOf: name)
        hasher.combine(value)
    }
}

extension Hasher {
    /// Feeds the UTF-8 bytes as they are. Hashing a `String` would feed its canonical composition.
    fileprivate mutating func combine(scalarsOf string: String) {
        for byte in string.utf8 { combine(byte) }
        combine(0xff as UInt8)
    }
}

/// A number by its canonical text: an integer if the text is one that fits in 64 bits.
enum CanonicalNumber: Hashable {
    case integer(Int64)
    case unsigned(UInt64)
    case other(UInt64)

    /// Nil for a value that is no number.
    init?(_ value: JSONValue) {
        switch value {
        case .integer(let integer): self = .integer(integer)
        case .unsigned(let integer): self.init(magnitude: integer)
        case .number(let number): self.init(number)
        case .null, .bool, .string, .array, .object: return nil
        }
    }

    private init(_ number: Double) {
        if let integer = number.asExactInteger {
            self = .integer(integer)
        } else if number.magnitude < 1e21, number == number.rounded(.towardZero) {
            // Above 2^53 the canonical text has the shortest digits, filled up with zeros, and not the exact integer.
            let text = CanonicalJSON.text(of: number)
            if let integer = Int64(text) {
                self = .integer(integer)
            } else if let integer = UInt64(text) {
                self = .unsigned(integer)
            } else {
                self = .other(number.bitPattern)
            }
        } else {
            self = .other(number.bitPattern)
        }
    }

    private init(magnitude: UInt64) {
        self = if let integer = Int64(exactly: magnitude) { .integer(integer) } else { .unsigned(magnitude) }
    }
}

extension Double {
    /// The integer that this number is, when it is one of at most 53 bits: then its canonical text is the integer's.
    var asExactInteger: Int64? {
        guard magnitude <= 0x1p53, let integer = Int64(exactly: self) else { return nil }
        return integer
    }
}
