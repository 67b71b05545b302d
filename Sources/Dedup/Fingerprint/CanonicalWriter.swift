internal import Crypto

/// Writes values in canonical form into one buffer, in one pass, with the rules applied on the way.
///
/// It is the only writer: ``CanonicalJSON`` is this one without rules. Beyond JSON it writes one thing, the digest of a
/// secret: the byte `0x01`, which never stands in canonical JSON, and 32 bytes.
@unsafe
struct CanonicalWriter: ~Copyable {
    var buffer: CanonicalBuffer
    private let rules: CompiledRules
    private let filter: UInt64
    private let key: SecretKey
    private let maximumDepth: Int

    /// Whether what is being written will be digested: then secrets inside need no digest of their own.
    private var isDigesting = false

    /// Where writing failed, from the inside out.
    private var failedAt: [FieldPath.Component] = []

    init(buffer: consuming CanonicalBuffer, rules: CompiledRules, key: SecretKey, maximumDepth: Int) {
        unsafe self.buffer = buffer
        unsafe self.rules = rules
        unsafe self.filter = rules.filter
        unsafe self.key = key
        unsafe self.maximumDepth = maximumDepth
    }

    /// Writes a whole context.
    mutating func write(context: JSONValue) throws(FingerprintError) {
        do throws(FingerprintError.Code) {
            let rule = unsafe rules.rootRule ?? .include
            _ = try unsafe write(context, as: rule, named: "", node: rules.root, depth: 0)
            if unsafe buffer.isOverLimit { throw .tooLarge }
        } catch {
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

    private mutating func write(_ value: JSONValue, node: Int, depth: Int) throws(FingerprintError.Code) {
        switch value {
        case .string(let string): unsafe buffer.append(quoted: string)
        case .integer(let integer): unsafe buffer.append(integer)
        case .bool(let bool): unsafe buffer.append(bool ? "true" : "false")
        case .object(let object): _ = try unsafe write(object, ignoring: false, node: node, depth: depth)
        case .array(let elements): _ = try unsafe write(elements, ignoring: false, node: node, depth: depth)
        case .null: unsafe buffer.append("null")
        case .unsigned(let integer): unsafe buffer.append(integer)
        case .number(let number): guard unsafe buffer.append(number) else { throw .notFinite }
        }
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
            let start = unsafe buffer.count
            let stated = unsafe ruleAndNode(ofMember: members[index].name, inside: node)
            if !isFirst { unsafe buffer.append(UInt8(ascii: ",")) }
            unsafe buffer.append(quoted: members[index].name)
            unsafe buffer.append(UInt8(ascii: ":"))
            do throws(FingerprintError.Code) {
                let rule = stated.rule ?? (ignoring ? .ignore : .include)
                if try unsafe write(members[index].value, as: rule, named: members[index].name, node: stated.node, depth: depth + 1) {
                    isFirst = false
                } else {
                    unsafe buffer.truncate(to: start)
                }
                if unsafe buffer.isOverLimit { throw .tooLarge }
            } catch {
                unsafe failedAt.append(.name(members[index].name))
                throw error
            }
        }
        unsafe buffer.append(UInt8(ascii: "}"))
        return !isFirst
    }

    /// The rule stated for a member; for most names one test of a bit says that there is none.
    @inline(__always)
    private func ruleAndNode(ofMember name: String, inside node: Int) -> (rule: FieldRule?, node: Int) {
        if node == CompiledRules.noNode {
            let bit = CompiledRules.filterBit(length: name.utf8.count, first: name.utf8.first ?? 0)
            if unsafe filter & bit == 0 { return (nil, CompiledRules.noNode) }
        }
        return unsafe rules.member(name, of: node)
    }

    /// Writes an array. False when no element was written.
    private mutating func write(
        _ elements: [JSONValue], ignoring: Bool, node: Int, depth: Int
    ) throws(FingerprintError.Code) -> Bool {
        guard unsafe depth < maximumDepth else { throw .tooDeep }
        unsafe buffer.append(UInt8(ascii: "["))
        var isFirst = true
        for (index, element) in elements.enumerated() {
            let start = unsafe buffer.count
            let stated = unsafe rules.element(index, of: node)
            if !isFirst { unsafe buffer.append(UInt8(ascii: ",")) }
            do throws(FingerprintError.Code) {
                let rule = stated.rule ?? (ignoring ? .ignore : .include)
                if try unsafe write(element, as: rule, named: "", node: stated.node, depth: depth + 1) {
                    isFirst = false
                } else {
                    unsafe buffer.truncate(to: start)
                }
                if unsafe buffer.isOverLimit { throw .tooLarge }
            } catch {
                unsafe failedAt.append(.index(index))
                throw error
            }
        }
        unsafe buffer.append(UInt8(ascii: "]"))
        return !isFirst
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
        let digest = unsafe key.digest(of: UnsafeRawBufferPointer(rebasing: buffer.bytes[start...]), named: name)
        unsafe buffer.truncate(to: start)
        unsafe buffer.append(Self.digestMark)
        unsafe digest.withUnsafeBytes { unsafe buffer.append($0) }
    }

    /// The byte in front of the digest of a secret.
    static let digestMark: UInt8 = 0x01
}
