extension CanonicalBuffer {
    /// Writes a string in quotation marks. False, and nothing written, if it needs escapes.
    @inline(__always)
    mutating func append(quoted bytes: StringBytes) -> Bool {
        guard unsafe reserve(bytes.count + Self.slack + 2) else { return true }
        let start = unsafe end
        guard unsafe bytes.copyPlain(to: start + 1) else { return false }
        unsafe start.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        unsafe start.storeBytes(of: UInt8(ascii: "\""), toByteOffset: bytes.count + 1, as: UInt8.self)
        unsafe advance(by: bytes.count + 2)
        return true
    }

    /// Writes a name in quotation marks and a colon, with a comma in front unless it is the first. False, and nothing written,
    /// if the name needs escapes.
    @inline(__always)
    mutating func append(name bytes: StringBytes, isFirst: Bool) -> Bool {
        guard unsafe reserve(bytes.count + Self.slack + 4) else { return true }
        let comma = isFirst ? 0 : 1
        let start = unsafe end
        guard unsafe bytes.copyPlain(to: start + (comma + 1)) else { return false }
        unsafe start.storeBytes(of: UInt8(ascii: ","), as: UInt8.self)
        unsafe start.storeBytes(of: UInt8(ascii: "\""), toByteOffset: comma, as: UInt8.self)
        unsafe start.storeBytes(of: 0x3a22 as UInt16, toByteOffset: comma + bytes.count + 1, as: UInt16.self)
        unsafe advance(by: comma + bytes.count + 3)
        return true
    }

    /// Writes a name that needs escapes as ``append(name:isFirst:)`` writes others.
    @inline(never)
    mutating func append(escapedName name: String, isFirst: Bool) {
        if !isFirst { unsafe append(UInt8(ascii: ",")) }
        unsafe append(escaped: name)
        unsafe append(UInt8(ascii: ":"))
    }

    /// Writes a string's UTF-8 as it is.
    mutating func append(raw string: String) {
        var string = string
        string.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a string in quotation marks, escaped as in RFC 8785, section 3.2.2.2: only the quotation mark, the backslash and
    /// characters below U+0020, the shortest way, with hexadecimal digits in lower case.
    @inline(never)
    mutating func append(escaped string: String) {
        unsafe append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                unsafe append(byte)
            } else {
                unsafe append(escape: byte)
            }
        }
        unsafe append(UInt8(ascii: "\""))
    }

    private mutating func append(escape byte: UInt8) {
        switch byte {
        case 0x08: unsafe append("\\b")
        case 0x09: unsafe append("\\t")
        case 0x0a: unsafe append("\\n")
        case 0x0c: unsafe append("\\f")
        case 0x0d: unsafe append("\\r")
        case UInt8(ascii: "\""): unsafe append("\\\"")
        case UInt8(ascii: "\\"): unsafe append("\\\\")
        default:
            unsafe append(byte < 0x10 ? "\\u000" : "\\u001")
            let digit = byte & 15
            unsafe append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
