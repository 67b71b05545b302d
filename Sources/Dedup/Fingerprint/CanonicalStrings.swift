extension CanonicalBuffer {
    /// Writes a string in quotation marks, escaped as RFC 8785 section 3.2.2.2 says: only the quotation mark, the
    /// backslash and what is below U+0020, the shortest way, hexadecimal digits in lower case.
    @inline(__always)
    mutating func append(quoted string: String) {
        let done: Void? = unsafe string.utf8.withContiguousStorageIfAvailable { unsafe append(quoted: $0) }
        if done == nil {
            // Only a string bridged from another language's runtime is not contiguous; copying makes it so.
            unsafe Array(string.utf8).withUnsafeBufferPointer { unsafe append(quoted: $0) }
        }
    }

    @inline(__always)
    mutating func append(quoted bytes: UnsafeBufferPointer<UInt8>) {
        guard unsafe appendPlain(quoted: bytes) else {
            unsafe appendEscaped(quoted: bytes)
            return
        }
    }

    @inline(never)
    private mutating func appendEscaped(quoted bytes: UnsafeBufferPointer<UInt8>) {
        unsafe append(UInt8(ascii: "\""))
        for index in 0..<bytes.count {
            let byte = unsafe bytes[index]
            if byte.isPlainInJSON {
                unsafe append(byte)
            } else {
                unsafe append(escaped: byte)
            }
        }
        unsafe append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped byte: UInt8) {
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

extension UInt8 {
    /// Whether a byte stands for itself in a JSON string.
    @inline(__always)
    var isPlainInJSON: Bool { self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\") }
}
