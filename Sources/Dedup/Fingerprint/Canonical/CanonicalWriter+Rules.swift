internal import Crypto

// Writing values that may have a rule.
extension CanonicalWriter {
    /// How far writing a value came.
    enum Progress {
        /// The value is written.
        case done
        /// Nothing of it takes part, and nothing is written.
        case leftOut
        /// It is an array or an object, which is now the innermost frame.
        case opened
    }

    /// Writes a member according to its rule.
    @inline(never)
    mutating func write(
        _ member: UnsafePointer<JSONObject.Member>, _ name: StringBytes, in frame: UnsafePointer<CanonicalFrame>
    ) throws(FingerprintError.Code) -> Progress {
        let start = unsafe buffer.count
        let isFirst = unsafe frame.pointee.isEmpty
        let stated = unsafe settings.rules.member(member.pointee.name, of: Int(frame.pointee.node))
        if unsafe !buffer.append(name: name, isFirst: isFirst) {
            unsafe buffer.append(escapedName: member.pointee.name, isFirst: isFirst)
        }
        let rule = unsafe stated.rule ?? (frame.pointee.isIgnored ? .ignore : .include)
        return try unsafe write(CanonicalFrame.value(of: member), as: rule, node: stated.node, start: start)
    }

    /// Writes an element according to its rule.
    @inline(never)
    mutating func write(
        _ element: UnsafePointer<JSONValue>, in frame: UnsafePointer<CanonicalFrame>
    ) throws(FingerprintError.Code) -> Progress {
        let start = unsafe buffer.count
        let index = unsafe Int(frame.pointee.index)
        let stated = unsafe settings.rules.element(index, of: Int(frame.pointee.node))
        let rule = unsafe stated.rule ?? (frame.pointee.isIgnored ? .ignore : .include)
        if unsafe !frame.pointee.isEmpty { unsafe buffer.append(UInt8(ascii: ",")) }
        if rule == .ignore { unsafe buffer.append(place: index) }
        return try unsafe write(element, as: rule, node: stated.node, start: start)
    }

    /// Writes a value according to its rule, or opens it. Its place begins at `start`.
    mutating func write(
        _ value: UnsafePointer<JSONValue>, as rule: FieldRule, node: Int, start: Int
    ) throws(FingerprintError.Code) -> Progress {
        let isScalar = unsafe value.pointee.depth == 0
        if rule == .ignore, isScalar {
            unsafe buffer.truncate(to: start)
            return .leftOut
        }
        let isDigested = unsafe rule == .secret && !isDigesting
        let digestStart = unsafe isDigested ? buffer.count : -1
        if isDigested { unsafe isDigesting = true }
        guard isScalar else {
            try unsafe open(value, node: node, isIgnored: rule == .ignore, start: start, digestStart: digestStart)
            return .opened
        }
        try unsafe write(scalar: value.pointee)
        if isDigested { try unsafe digest(from: digestStart) }
        if unsafe buffer.isOverLimit { throw .tooLarge }
        return .done
    }

    /// Writes a value that is no array and no object.
    @inline(never)
    mutating func write(scalar value: JSONValue) throws(FingerprintError.Code) {
        switch value {
        case .string(let string):
            if unsafe !buffer.append(quoted: StringBytes(string)) { unsafe writeEscaped(value) }
        case .integer(let integer): unsafe buffer.append(integer)
        case .unsigned(let integer): unsafe buffer.append(integer)
        case .number(let number): guard unsafe buffer.append(number) else { throw .notFinite }
        case .bool(let bool): unsafe buffer.append(bool)
        case .null: unsafe buffer.append("null")
        case .object, .array: break
        }
    }

    @inline(never)
    mutating func writeEscaped(_ value: JSONValue) {
        if case .string(let string) = value { unsafe buffer.append(escaped: string) }
    }

    /// Replaces everything from `start` on by its digest.
    mutating func digest(from start: Int) throws(FingerprintError.Code) {
        unsafe isDigesting = false
        guard unsafe !buffer.isOverLimit else { throw .tooLarge }
        let plain = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])
        let digest = unsafe settings.key.digest(of: plain, named: nameOfCurrentValue)
        unsafe buffer.truncate(to: start)
        unsafe buffer.append(Self.digestMark)
        unsafe digest.withUnsafeBytes { unsafe buffer.append($0) }
    }

    /// The name of the value that is being written; empty for an element.
    private var nameOfCurrentValue: String {
        guard unsafe frames.count > 0, case .name(let name) = unsafe frames.last.pointee.component else { return "" }
        return name
    }

    /// The byte in front of the digest of a secret.
    static let digestMark: UInt8 = 0x01

    /// The byte in front of an index or a number of elements.
    static let placeMark: UInt8 = 0x02
}

extension CanonicalBuffer {
    /// Writes `true` or `false`; a word has its first character in the lowest byte.
    @inline(__always)
    mutating func append(_ value: Bool) {
        unsafe append(word: value ? 0x6575_7274 : 0x65_736c_6166, count: value ? 4 : 5)
    }

    /// Writes an index, or the number of elements.
    mutating func append(place number: Int) {
        unsafe append(CanonicalWriter.placeMark)
        unsafe append(UInt64(number))
    }
}
