extension JSONParser {
    /// Reads a string from its opening quotation mark on.
    mutating func parseString() throws(Code) -> String {
        position += 1
        let start = position
        var seen: UInt8 = 0
        while let byte = current {
            if byte == UInt8(ascii: "\"") {
                let text = try decode(bytes[start..<position], isASCII: seen < 0x80, startingAt: start)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
            guard byte >= 0x20 else { throw .controlCharacter }
            seen |= byte
            position += 1
        }
        throw .unexpectedEnd
    }

    /// Decoding ASCII cannot repair anything and costs a quarter of validating it.
    private mutating func decode(
        _ text: ArraySlice<UInt8>, isASCII: Bool, startingAt start: Int
    ) throws(Code) -> String {
        if isASCII { return String(decoding: text, as: UTF8.self) }
        if let string = String(validating: text, as: UTF8.self) { return string }
        position = start
        throw .invalidUTF8
    }

    /// Reads the rest of a string from its first escape on; the part from `start` has none.
    private mutating func parseEscapedString(from start: Int) throws(Code) -> String {
        var text = Array(bytes[start..<position])
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                let string = try decode(text[...], isASCII: false, startingAt: start)
                position += 1
                return string
            case UInt8(ascii: "\\"):
                try parseEscape(into: &text)
            case 0..<0x20:
                throw .controlCharacter
            default:
                text.append(byte)
                position += 1
            }
        }
        throw .unexpectedEnd
    }

    /// Reads one escape from its backslash on.
    private mutating func parseEscape(into text: inout [UInt8]) throws(Code) {
        let start = position
        position += 1
        guard let letter = current else { throw .unexpectedEnd }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try parseScalar(escapedAt: start).utf8Bytes)
        default:
            position = start
            throw .invalidEscape
        }
    }

    /// Reads the four digits of a `\u` escape, and the second half of a surrogate pair.
    private mutating func parseScalar(escapedAt start: Int) throws(Code) -> Unicode.Scalar {
        let first = try parseHexadecimal(escapedAt: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(first)), current == UInt8(ascii: "\\"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "u")
        else {
            position = start
            throw .loneSurrogate
        }
        position += 2
        let second = try parseHexadecimal(escapedAt: position - 2)
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else {
            position = start
            throw .loneSurrogate
        }
        return scalar
    }

    private mutating func parseHexadecimal(escapedAt start: Int) throws(Code) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current else { throw .unexpectedEnd }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                position = start
                throw .invalidEscape
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Reads a number from its sign or first digit on.
    mutating func parseNumber() throws(Code) -> JSONValue {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try skipDigits(from: start)
        if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
            position = start
            throw .invalidNumber
        }
        var isInteger = true
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits(from: start)
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try skipDigits(from: start)
        }
        return isInteger ? try integer(start..<position) : try double(start..<position)
    }

    private mutating func skipDigits(from start: Int) throws(Code) {
        let first = position
        while let byte = current, byte &- UInt8(ascii: "0") < 10 { position += 1 }
        if position > first { return }
        if current == nil { throw .unexpectedEnd }
        position = start
        throw .invalidNumber
    }

    private mutating func integer(_ range: Range<Int>) throws(Code) -> JSONValue {
        if range.count <= 18 {
            let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
            let digits = bytes[(isNegative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound]
            let magnitude = digits.reduce(0 as Int64) { $0 &* 10 &+ Int64($1 &- UInt8(ascii: "0")) }
            return .integer(isNegative ? -magnitude : magnitude)
        }
        let text = String(decoding: bytes[range], as: UTF8.self)
        if let value = Int64(text) { return .integer(value) }
        if let value = UInt64(text) { return .unsigned(value) }
        // RFC 8785 writes doubles below 1e21 without an exponent. Such a text is read back; no other would be exact.
        if range.count <= 22, let value = Double(text), CanonicalJSON.text(of: value) == text { return .number(value) }
        position = range.lowerBound
        throw .integerTooWide
    }

    private mutating func double(_ range: Range<Int>) throws(Code) -> JSONValue {
        guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite else {
            position = range.lowerBound
            throw .numberOverflow
        }
        return .number(value)
    }
}

extension Unicode.Scalar {
    fileprivate var utf8Bytes: UTF8.EncodedScalar { UTF8.encode(self) ?? UTF8.EncodedScalar() }
}
