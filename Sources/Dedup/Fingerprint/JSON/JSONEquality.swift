extension JSONValue: Hashable {
    /// Whether the canonical forms are the same bytes.
    public static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.string(let left), .string(let right)): NameOrder.compare(left, right) == .same
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        default:
            if let left = CanonicalNumber(lhs), let right = CanonicalNumber(rhs) { left == right } else { false }
        }
    }

    /// Feeds what ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
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
        case .array(let elements):
            hasher.combine(4 as UInt8)
            hasher.combine(elements)
        case .object(let object):
            hasher.combine(5 as UInt8)
            hasher.combine(object)
        }
    }
}

extension JSONObject.Member: Hashable {
    /// Whether name and value are the same, the name by its scalars.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        NameOrder.compare(lhs.name, rhs.name) == .same && lhs.value == rhs.value
    }

    /// Feeds what ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(scalarsOf: name)
        hasher.combine(value)
    }
}

extension Hasher {
    /// Feeds the UTF-8 bytes as they are, where hashing a `String` would feed its canonical composition.
    fileprivate mutating func combine(scalarsOf string: String) {
        for byte in string.utf8 { combine(byte) }
        combine(0xff as UInt8)
    }
}

/// A number as its canonical text says it: an integer when the text is one that fits in 64 bits.
private enum CanonicalNumber: Hashable {
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
