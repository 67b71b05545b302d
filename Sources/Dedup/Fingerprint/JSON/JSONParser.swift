extension JSONValue {
    /// Reads one JSON value, strictly according to RFC 8259 and RFC 7493 (I-JSON).
    ///
    /// Integers up to 64 bits are kept exactly; longer ones without a fraction or an exponent are an error, because
    /// rounding them would make two identifiers one, unless they are the very digits with which RFC 8785 writes a double
    /// (`100000000000000000000` is 1e20). Numbers with a fraction or an exponent become the nearest double.
    /// Rejected: duplicate names (compared after unescaping, by scalars), a byte order mark, anything after the value,
    /// unescaped control characters, half surrogate pairs, invalid UTF-8, numbers beyond a double, and texts that
    /// exceed the limits.
    ///
    /// - Throws: ``JSONParsingError``, with line and column.
    public init(
        parsing bytes: some Sequence<UInt8>, limits: FingerprintLimits = .standard
    ) throws(JSONParsingError) {
        var parser = JSONParser(bytes: Array(bytes), limits: limits)
        self = try parser.parse()
    }

    /// Reads one JSON value, strictly; the same rules as for bytes.
    ///
    /// - Throws: ``JSONParsingError``, with line and column.
    public init(parsing text: String, limits: FingerprintLimits = .standard) throws(JSONParsingError) {
        try self.init(parsing: text.utf8, limits: limits)
    }
}

/// A parser over bytes. It keeps open containers in an array and not on the call stack, so that a thread with a small stack
/// can parse everything that the limits allow. Each access to a byte is checked.
struct JSONParser {
    /// The kind of problem at the current position.
    typealias Code = JSONParsingError.Code

    let bytes: [UInt8]
    let limits: FingerprintLimits
    var position = 0

    init(bytes: [UInt8], limits: FingerprintLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parse() throws(JSONParsingError) -> JSONValue {
        do throws(Code) {
            guard bytes.count <= limits.maximumBytes else { throw .tooLarge }
            if bytes.starts(with: [0xef, 0xbb, 0xbf]) { throw .byteOrderMark }
            skipWhiteSpace()
            let value = try parseValue()
            skipWhiteSpace()
            guard position == bytes.count else { throw .trailingContent }
            return value
        } catch {
            let lines = bytes[..<position].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let column = (lines.last ?? []).count { $0 & 0xc0 != 0x80 }
            throw JSONParsingError(code: error, line: max(lines.count, 1), column: column + 1)
        }
    }

    /// The byte at the position, or nil at the end.
    @inline(__always)
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipWhiteSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// An array or object that has been opened, and the contents that have been read so far.
    private struct Opened {
        let start: Int
        let isObject: Bool
        /// Whether its closing bracket has been read.
        var isClosed = false
        var elements: [JSONValue] = []
        var members: [JSONObject.Member] = []
        /// The name of the member whose value is read next.
        var name = ""
    }

    private mutating func parseValue() throws(Code) -> JSONValue {
        guard isAtContainer else { return try parseScalar() }
        var enclosing: [Opened] = []
        var innermost = try open(depth: 0)
        while true {
            if innermost.isObject { try parseMembers(of: &innermost) } else { try parseElements(of: &innermost) }
            if innermost.isClosed {
                let value = try value(of: &innermost)
                guard let outer = enclosing.popLast() else { return value }
                innermost = outer
                try append(value, to: &innermost)
            } else {
                var inner = try open(depth: enclosing.count + 1)
                swap(&inner, &innermost)
                enclosing.append(inner)
            }
        }
    }

    /// Whether the value at the position is an array or an object.
    @inline(__always)
    private var isAtContainer: Bool { current == UInt8(ascii: "{") || current == UInt8(ascii: "[") }

    /// Steps over an opening bracket, and over the closing one if the container is empty.
    private mutating func open(depth: Int) throws(Code) -> Opened {
        guard depth < limits.maximumDepth else { throw .tooDeep }
        let isObject = current == UInt8(ascii: "{")
        var container = Opened(start: position, isObject: isObject)
        position += 1
        skipWhiteSpace()
        if current == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            position += 1
            container.isClosed = true
        } else if isObject {
            container.members.reserveCapacity(8)
        } else {
            container.elements.reserveCapacity(4)
        }
        return container
    }

    /// Reads members until the object is closed, or until an array or an object is the value of one.
    private mutating func parseMembers(of object: inout Opened) throws(Code) {
        while !object.isClosed {
            let name = try parseName()
            if isAtContainer {
                object.name = name
                return
            }
            object.members.append(JSONObject.Member(name: name, value: try parseScalar()))
            skipWhiteSpace()
            object.isClosed = try !continues(until: UInt8(ascii: "}"))
        }
    }

    /// Reads elements until the array is closed, or until an array or an object is one.
    private mutating func parseElements(of array: inout Opened) throws(Code) {
        while !array.isClosed {
            skipWhiteSpace()
            if isAtContainer { return }
            array.elements.append(try parseScalar())
            skipWhiteSpace()
            array.isClosed = try !continues(until: UInt8(ascii: "]"))
        }
    }

    /// Adds an array or an object to the container around it.
    private mutating func append(_ value: JSONValue, to container: inout Opened) throws(Code) {
        skipWhiteSpace()
        if container.isObject {
            container.members.append(JSONObject.Member(name: container.name, value: value))
            container.isClosed = try !continues(until: UInt8(ascii: "}"))
        } else {
            container.elements.append(value)
            container.isClosed = try !continues(until: UInt8(ascii: "]"))
        }
    }

    /// The value of a container that has been closed.
    private mutating func value(of container: inout Opened) throws(Code) -> JSONValue {
        guard container.isObject else { return .array(container.elements) }
        var members: [JSONObject.Member] = []
        swap(&members, &container.members)
        if let object = JSONObject(sortingIfUnique: consume members) { return .object(object) }
        position = container.start
        try findDuplicate()
        throw .duplicateName
    }

    private mutating func parseScalar() throws(Code) -> JSONValue {
        guard let byte = current else { throw .unexpectedEnd }
        switch byte {
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: throw .unexpectedCharacter
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(Code) -> JSONValue {
        for letter in word.description.utf8 {
            guard let byte = current else { throw .unexpectedEnd }
            guard byte == letter else { throw .unexpectedCharacter }
            position += 1
        }
        return value
    }

    /// Reads a name and the colon after it. The position is then that of the value.
    private mutating func parseName() throws(Code) -> String {
        skipWhiteSpace()
        guard let quote = current else { throw .unexpectedEnd }
        guard quote == UInt8(ascii: "\"") else { throw .unexpectedCharacter }
        let name = try parseString()
        skipWhiteSpace()
        guard let colon = current else { throw .unexpectedEnd }
        guard colon == UInt8(ascii: ":") else { throw .unexpectedCharacter }
        position += 1
        skipWhiteSpace()
        return name
    }

    /// Steps over a comma (true) or the closing bracket (false).
    private mutating func continues(until end: UInt8) throws(Code) -> Bool {
        guard let byte = current else { throw .unexpectedEnd }
        guard byte == UInt8(ascii: ",") || byte == end else { throw .unexpectedCharacter }
        position += 1
        return byte != end
    }

    /// Reads an object with a duplicate name once more, so that the position becomes that of the second occurrence.
    private mutating func findDuplicate() throws(Code) {
        position += 1
        var seen: Set<[UInt8]> = []
        repeat {
            skipWhiteSpace()
            let start = position
            guard seen.insert(Array(try parseName().utf8)).inserted else {
                position = start
                return
            }
            _ = try parseValue()
            skipWhiteSpace()
        } while try continues(until: UInt8(ascii: "}"))
    }
}
