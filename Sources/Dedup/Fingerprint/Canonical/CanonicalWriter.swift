/// Writes values in canonical form into one buffer, in one pass, with the rules applied on the way.
///
/// It is the only writer: ``CanonicalJSON`` is this one without rules. Beyond JSON it writes two things, each after a byte
/// that canonical JSON never contains:
///
/// - The digest of a secret: `0x01` and 32 bytes.
/// - The place of an ignored element in which something takes part: `0x02` and the index, in front of the element. The array
///   then ends with `0x02` and the number of its elements.
///
/// It does not recurse, so that depth costs no stack.
@unsafe
struct CanonicalWriter: ~Copyable {
    var buffer: CanonicalBuffer
    var frames: CanonicalFrames
    // Not retained: the code that makes a writer holds the settings while it writes.
    unowned(unsafe) let settings: CanonicalSettings
    private let filter: NameFilter.Table
    private let maximumDepth: Int

    /// Whether what is being written will be digested: then secrets inside need no digest of their own.
    var isDigesting = false

    /// Makes a writer that starts in memory of ``CanonicalBuffer/stackByteCount`` bytes: frames first, the form behind.
    init(startingIn memory: UnsafeMutableRawPointer, settings: CanonicalSettings) {
        let framesByteCount = unsafe CanonicalFrames.initialCapacity * MemoryLayout<CanonicalFrame>.stride
        unsafe self.frames = unsafe CanonicalFrames(startingIn: memory)
        unsafe self.buffer = unsafe CanonicalBuffer(
            startingIn: memory + framesByteCount, byteCount: CanonicalBuffer.stackByteCount - framesByteCount,
            limit: settings.limits.maximumBytes)
        unsafe self.settings = settings
        unsafe self.filter = unsafe settings.rules.filter.table
        unsafe self.maximumDepth = settings.limits.maximumDepth
    }

    /// Writes a whole context.
    mutating func write(context: JSONValue) throws(FingerprintError) {
        let rules = unsafe settings.rules
        _ = try unsafe write(context, as: rules.rootRule ?? .include, node: rules.root)
    }

    /// Writes a value according to its rule. False, and nothing written, when nothing of it takes part.
    mutating func write(_ value: JSONValue, as rule: FieldRule, node: Int) throws(FingerprintError) -> Bool {
        let start = unsafe buffer.count
        do throws(FingerprintError.Code) {
            try unsafe withUnsafePointer(to: value) { value throws(FingerprintError.Code) in
                _ = try unsafe write(value, as: rule, node: node, start: start)
                while unsafe frames.count > 0 {
                    if unsafe frames.last.pointee.isObject {
                        try unsafe writeMembers()
                    } else {
                        try unsafe writeElements()
                    }
                }
            }
        } catch {
            // A secret may have been written and not yet digested.
            unsafe buffer.truncate(to: 0)
            throw FingerprintError(error, path: unsafe frames.path.description)
        }
        return unsafe buffer.count > start
    }

    /// Writes members of the innermost object until one is opened, or until the object is closed.
    @inline(never)
    private mutating func writeMembers() throws(FingerprintError.Code) {
        let frame = unsafe frames.last
        let members = unsafe frame.pointee.members
        let isRuled = unsafe frame.pointee.isRuled
        var isFirst = unsafe frame.pointee.isEmpty
        var index = unsafe Int(frame.pointee.index)
        let count = unsafe Int(frame.pointee.count)
        while index < count {
            let name = unsafe StringBytes(members[index].name)
            if unsafe isRuled || filter.mayContain(length: name.count, first: name.first, last: name.last) {
                unsafe frame.pointee.note(index: index, isEmpty: isFirst)
                switch try unsafe write(members + index, name, in: frame) {
                case .done: isFirst = false
                case .leftOut: break
                case .opened: return
                }
                index &+= 1
                continue
            }
            let start = unsafe buffer.count
            if unsafe !buffer.append(name: name, isFirst: isFirst) {
                unsafe buffer.append(escapedName: members[index].name, isFirst: isFirst)
            }
            isFirst = false
            switch unsafe members[index].value {
            case .string(let string):
                if unsafe !buffer.append(quoted: StringBytes(string)) { unsafe writeEscaped(members[index].value) }
            case .integer(let integer): unsafe buffer.append(integer)
            case .bool(let bool): unsafe buffer.append(bool)
            case .null, .unsigned, .number:
                unsafe frame.pointee.note(index: index, isEmpty: false)
                try unsafe write(scalar: members[index].value)
            case .object, .array:
                unsafe frame.pointee.note(index: index, isEmpty: false)
                return try unsafe open(CanonicalFrame.value(of: members + index), start: start)
            }
            if unsafe buffer.isOverLimit {
                unsafe frame.pointee.note(index: index, isEmpty: false)
                throw .tooLarge
            }
            index &+= 1
        }
        try unsafe close(isEmpty: isFirst)
    }

    /// Writes elements of the innermost array until one is opened, or until the array is closed.
    @inline(never)
    private mutating func writeElements() throws(FingerprintError.Code) {
        let frame = unsafe frames.last
        let elements = unsafe frame.pointee.elements
        let isRuled = unsafe frame.pointee.isRuled
        var isFirst = unsafe frame.pointee.isEmpty
        var index = unsafe Int(frame.pointee.index)
        let count = unsafe Int(frame.pointee.count)
        while index < count {
            if isRuled {
                unsafe frame.pointee.note(index: index, isEmpty: isFirst)
                switch try unsafe write(elements + index, in: frame) {
                case .done: isFirst = false
                case .leftOut: break
                case .opened: return
                }
                index &+= 1
                continue
            }
            let start = unsafe buffer.count
            if !isFirst { unsafe buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            switch unsafe elements[index] {
            case .string(let string):
                if unsafe !buffer.append(quoted: StringBytes(string)) { unsafe writeEscaped(elements[index]) }
            case .integer(let integer): unsafe buffer.append(integer)
            case .bool(let bool): unsafe buffer.append(bool)
            case .null, .unsigned, .number:
                unsafe frame.pointee.note(index: index, isEmpty: false)
                try unsafe write(scalar: elements[index])
            case .object, .array:
                unsafe frame.pointee.note(index: index, isEmpty: false)
                return try unsafe open(elements + index, start: start)
            }
            if unsafe buffer.isOverLimit {
                unsafe frame.pointee.note(index: index, isEmpty: false)
                throw .tooLarge
            }
            index &+= 1
        }
        try unsafe close(isEmpty: isFirst)
    }

    /// Writes an opening bracket; the contents are written next.
    @inline(__always)
    mutating func open(
        _ value: UnsafePointer<JSONValue>, node: Int = CompiledRules.noNode, isIgnored: Bool = false, start: Int,
        digestStart: Int = -1
    ) throws(FingerprintError.Code) {
        guard unsafe frames.count < maximumDepth else { throw .tooDeep }
        let frame = unsafe CanonicalFrame(
            value, node: node, isIgnored: isIgnored, start: start, digestStart: digestStart)
        unsafe buffer.append(frame.isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        unsafe frames.push(frame)
    }

    /// Closes the innermost frame, and goes on behind it.
    @inline(__always)
    private mutating func close(isEmpty: Bool) throws(FingerprintError.Code) {
        let frame = unsafe frames.pop()
        if unsafe frame.pointee.keepsPlaces { unsafe buffer.append(place: Int(frame.pointee.count)) }
        unsafe buffer.append(frame.pointee.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        let isLeftOut = unsafe frame.pointee.isIgnored && isEmpty
        if isLeftOut { unsafe buffer.truncate(to: Int(frame.pointee.start)) }
        if unsafe frame.pointee.digestStart >= 0 { try unsafe digest(from: Int(frame.pointee.digestStart)) }
        if unsafe frames.count > 0 {
            let enclosing = unsafe frames.last
            if !isLeftOut { unsafe enclosing.pointee.noteWritten(isIgnored: frame.pointee.isIgnored) }
            if unsafe !buffer.isOverLimit { unsafe enclosing.pointee.index += 1 }
        }
        if unsafe buffer.isOverLimit { throw .tooLarge }
    }
}

/// The rules, the key and the limits of a canonical writer, made once and shared by all writers of a step.
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
