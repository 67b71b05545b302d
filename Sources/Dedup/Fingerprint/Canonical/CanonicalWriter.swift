internal import Crypto

/// Writes values in canonical form into one buffer, in one pass, with the rules applied on the way.
///
/// It is the only writer: ``CanonicalJSON`` is this one without rules. Beyond JSON it writes one thing, the digest of a
/// secret: the byte `0x01`, which never stands in canonical JSON, and 32 bytes.
@unsafe
struct CanonicalWriter: ~Copyable {
    var buffer: CanonicalBuffer
    private let settings: CanonicalSettings
    private let filter: NameFilter
    private let maximumDepth: Int

    /// Whether what is being written will be digested: then secrets inside need no digest of their own.
    private var isDigesting = false

    /// Where writing failed, from the inside out.
    private var failedAt: [FieldPath.Component] = []

    init(buffer: consuming CanonicalBuffer, settings: CanonicalSettings) {
        unsafe self.buffer = buffer
        unsafe self.settings = settings
        unsafe self.filter = settings.rules.filter
        unsafe self.maximumDepth = settings.limits.maximumDepth
    }

    /// Writes a whole context.
    mutating func write(context: JSONValue) throws(FingerprintError) {
        do throws(FingerprintError.Code) {
            let rule = unsafe settings.rules.rootRule ?? .include
            _ = try unsafe write(context, as: rule, named: "", node: settings.rules.root, depth: 0)
            if unsafe buffer.isOverLimit { throw .tooLarge }
        } catch {
            // A secret may have been written and not yet digested.
            unsafe buffer.truncate(to: 0)
            throw FingerprintError(error, path: unsafe FieldPath(failedAt.reversed()).description)
        }
    }

    /// Writes a value as its rule says. False when nothing of it takes part.
    private mutating func write(
        _ value: JSONValue, as rule: FieldRule, named name: String, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        switch rule {
        case .include:
            try unsafe write(value, node: node, depth: depth)
            return true
        case .ignore: return try unsafe writeWhatTakesPart(of: value, node: node, depth: depth)
        case .secret:
            try unsafe writeDigest(of: value, named: name, node: node, depth: depth)
            return true
        }
    }

    /// Writes a value as it is.
    ///
    /// The value is read anew where it is needed, instead of being passed, because the compiler then leaves out the retain
    /// and the release around each; together they were a quarter of the cost of a canonical form.
    @inline(__always)
    private mutating func write(
        _ value: @autoclosure () -> JSONValue, node: Int, depth: Int
    ) throws(FingerprintError.Code) {
        switch value() {
        case .string(let string):
            if unsafe !buffer.append(quoted: StringBytes(string)) { unsafe writeEscaped(value()) }
        case .integer(let integer): unsafe buffer.append(integer)
        case .bool(true): unsafe buffer.append(word: Self.trueWord, count: 4)
        case .bool(false): unsafe buffer.append(word: Self.falseWord, count: 5)
        case .null: unsafe buffer.append(word: Self.nullWord, count: 4)
        case .unsigned(let integer): unsafe buffer.append(integer)
        case .number(let number): guard unsafe buffer.append(number) else { throw .notFinite }
        case .object, .array: try unsafe writeContainer(value(), node: node, depth: depth)
        }
    }

    @inline(never)
    private mutating func writeContainer(_ value: JSONValue, node: Int, depth: Int) throws(FingerprintError.Code) {
        switch value {
        case .object(let object): _ = try unsafe write(object, ignoring: false, node: node, depth: depth)
        case .array(let elements): _ = try unsafe write(elements, ignoring: false, node: node, depth: depth)
        case .null, .bool, .integer, .unsigned, .number, .string: break
        }
    }

    @inline(never)
    private mutating func writeEscaped(_ value: JSONValue) {
        if case .string(let string) = value { unsafe buffer.append(escaped: string) }
    }

    /// Writes of an ignored value only what has a rule of its own. False, and nothing written, when nothing has.
    private mutating func writeWhatTakesPart(
        of value: JSONValue, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        let start = unsafe buffer.count
        let takesPart =
            switch value {
            case .object(let object): try unsafe write(object, ignoring: true, node: node, depth: depth)
            case .array(let elements): try unsafe write(elements, ignoring: true, node: node, depth: depth)
            case .null, .bool, .integer, .unsigned, .number, .string: false
            }
        if !takesPart { unsafe buffer.truncate(to: start) }
        return takesPart
    }

    /// Writes an object. False when no member was written.
    private mutating func write(
        _ object: JSONObject, ignoring: Bool, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        guard unsafe depth < maximumDepth else { throw .tooDeep }
        unsafe buffer.append(UInt8(ascii: "{"))
        var isFirst = true
        let members = object.members.span
        for index in members.indices {
            do throws(FingerprintError.Code) {
                let wasWritten = try unsafe write(
                    memberAt: index, of: members, isFirst: isFirst, ignoring: ignoring, node: node, depth: depth + 1)
                if wasWritten { isFirst = false }
                if unsafe buffer.isOverLimit { throw .tooLarge }
            } catch {
                unsafe failedAt.append(.name(members[index].name))
                throw error
            }
        }
        unsafe buffer.append(UInt8(ascii: "}"))
        return !isFirst
    }

    /// Writes a member. False, and nothing written, when nothing of it takes part.
    @inline(__always)
    private mutating func write(
        memberAt index: Int, of members: Span<JSONObject.Member>, isFirst: Bool, ignoring: Bool, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        let name = unsafe StringBytes(members[index].name)
        let start = unsafe buffer.count
        if unsafe isUnruled(name, node: node, ignoring: ignoring) {
            if unsafe !buffer.append(name: name, isFirst: isFirst) {
                unsafe buffer.append(escapedName: members[index].name, isFirst: isFirst)
            }
            try unsafe write(members[index].value, node: node, depth: depth)
            return true
        }
        if try unsafe write(members[index], name, isFirst: isFirst, ignoring: ignoring, node: node, depth: depth) {
            return true
        }
        unsafe buffer.truncate(to: start)
        return false
    }

    /// Whether a member is certainly included as it is. For most names one test of a bit says so.
    @inline(__always)
    private func isUnruled(_ name: StringBytes, node: Int, ignoring: Bool) -> Bool {
        guard node == CompiledRules.noNode, !ignoring else { return false }
        return unsafe !filter.mayContain(length: name.count, first: name.first, last: name.last)
    }

    /// Writes a member as its rule says. False when nothing of it takes part; its name may then have been written.
    @inline(never)
    private mutating func write(
        _ member: JSONObject.Member, _ name: StringBytes, isFirst: Bool, ignoring: Bool, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        let stated = unsafe settings.rules.member(member.name, of: node)
        if unsafe !buffer.append(name: name, isFirst: isFirst) {
            unsafe buffer.append(escapedName: member.name, isFirst: isFirst)
        }
        let rule = stated.rule ?? (ignoring ? .ignore : .include)
        return try unsafe write(member.value, as: rule, named: member.name, node: stated.node, depth: depth)
    }

    /// Writes an array. False when no element was written.
    private mutating func write(
        _ elements: [JSONValue], ignoring: Bool, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        guard unsafe depth < maximumDepth else { throw .tooDeep }
        unsafe buffer.append(UInt8(ascii: "["))
        var isFirst = true
        let elements = elements.span
        for index in elements.indices {
            let start = unsafe buffer.count
            if !isFirst { unsafe buffer.append(UInt8(ascii: ",")) }
            do throws(FingerprintError.Code) {
                var wasWritten = true
                if node == CompiledRules.noNode, !ignoring {
                    try unsafe write(elements[index], node: node, depth: depth + 1)
                } else {
                    wasWritten = try unsafe write(
                        elements[index], at: index, ignoring: ignoring, node: node, depth: depth + 1)
                }
                if wasWritten { isFirst = false } else { unsafe buffer.truncate(to: start) }
                if unsafe buffer.isOverLimit { throw .tooLarge }
            } catch {
                unsafe failedAt.append(.index(index))
                throw error
            }
        }
        unsafe buffer.append(UInt8(ascii: "]"))
        return !isFirst
    }

    /// Writes an element as its rule says. False when nothing of it takes part.
    @inline(never)
    private mutating func write(
        _ element: JSONValue, at index: Int, ignoring: Bool, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        let stated = unsafe settings.rules.element(index, of: node)
        let rule = stated.rule ?? (ignoring ? .ignore : .include)
        return try unsafe write(element, as: rule, named: "", node: stated.node, depth: depth)
    }

    /// Writes a value behind what is there, digests it, and puts the digest in its place.
    private mutating func writeDigest(
        of value: JSONValue, named name: String, node: Int, depth: Int
    ) throws(FingerprintError.Code) {
        guard unsafe !isDigesting else {
            try unsafe write(value, node: node, depth: depth)
            return
        }
        let start = unsafe buffer.count
        unsafe isDigesting = true
        try unsafe write(value, node: node, depth: depth)
        unsafe isDigesting = false
        guard unsafe !buffer.isOverLimit else { throw .tooLarge }
        let plain = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])
        let digest = unsafe settings.key.digest(of: plain, named: name)
        unsafe buffer.truncate(to: start)
        unsafe buffer.append(Self.digestMark)
        unsafe digest.withUnsafeBytes { unsafe buffer.append($0) }
    }

    /// `null`, `true` and `false`, the first character the lowest byte.
    private static let nullWord: UInt64 = 0x6c6c_756e
    private static let trueWord: UInt64 = 0x6575_7274
    private static let falseWord: UInt64 = 0x65_736c_6166

    /// The byte in front of the digest of a secret.
    static let digestMark: UInt8 = 0x01
}

/// What a canonical writer works by, made once and shared by all writers of a step.
final class CanonicalSettings: Sendable {
    let rules: CompiledRules
    let key: SecretKey
    let limits: FingerprintLimits

    init(rules: CompiledRules, key: SecretKey, limits: FingerprintLimits) {
        self.rules = rules
        self.key = key
        self.limits = limits
    }
}
