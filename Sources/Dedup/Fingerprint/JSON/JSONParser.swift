extension JSONValue {
    /// Reads one JSON value, strictly as RFC 8259 and RFC 7493 (I-JSON) say.
    ///
    /// Integers up to 64 bits are kept exactly; longer ones without a fraction or an exponent are an error, because
    /// rounding them would make two identifiers one, unless they are the very digits with which RFC 8785 writes a double
    /// (`100000000000000000000` is 1e20). Numbers with a fraction or an exponent become the nearest double.
    /// Rejected: duplicate names (compared after unescaping, by scalars), a byte order mark, anything after the value,
    /// unescaped control characters, half surrogate pairs, invalid UTF-8, numbers beyond a double, and what exceeds the
    /// limits.
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

/// A recursive-descent parser over bytes. The depth limit bounds its stack; each access to a byte is checked.
struct JSONParser {
    /// What was wrong, at the current position.
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
            let value = try parseValue(depth: 0)
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

    private mutating func parseValue(depth: Int) throws(Code) -> JSONValue {
        guard let byte = current else { throw .unexpectedEnd }
        switch byte {
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "{"): return .object(try parseObject(depth: depth))
        case UInt8(ascii: "["): return .array(try parseArray(depth: depth))
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

    private mutating func parseArray(depth: Int) throws(Code) -> [JSONValue] {
        guard depth < limits.maximumDepth else { throw .tooDeep }
        position += 1
        skipWhiteSpace()
        var elements: [JSONValue] = []
        if current == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        elements.reserveCapacity(4)
        repeat {
            skipWhiteSpace()
            elements.append(try parseValue(depth: depth + 1))
            skipWhiteSpace()
        } while try continues(until: UInt8(ascii: "]"))
        return elements
    }

    private mutating func parseObject(depth: Int) throws(Code) -> JSONObject {
        guard depth < limits.maximumDepth else { throw .tooDeep }
        let start = position
        position += 1
        skipWhiteSpace()
        var members: [JSONObject.Member] = []
        if current == UInt8(ascii: "}") {
            position += 1
            return JSONObject()
        }
        members.reserveCapacity(8)
        repeat {
            let name = try parseName()
            members.append(JSONObject.Member(name: name, value: try parseValue(depth: depth + 1)))
            skipWhiteSpace()
        } while try continues(until: UInt8(ascii: "}"))
        if let object = JSONObject(sortingIfUnique: consume members) { return object }
        position = start
        try findDuplicate(depth: depth)
        throw .duplicateName
    }

    /// Reads a name and the colon behind it, and stands at the value.
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

    /// Reads an object that has a name twice once more, to stand at its second appearance. Only then are places of names
    /// of interest, so only then are they looked for.
    private mutating func findDuplicate(depth: Int) throws(Code) {
        position += 1
        var seen: Set<[UInt8]> = []
        repeat {
            skipWhiteSpace()
            let start = position
            guard seen.insert(Array(try parseName().utf8)).inserted else {
                position = start
                return
            }
            _ = try parseValue(depth: depth + 1)
            skipWhiteSpace()
        } while try continues(until: UInt8(ascii: "}"))
    }
}
