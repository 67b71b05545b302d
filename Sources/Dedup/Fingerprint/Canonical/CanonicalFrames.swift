/// An array or object that a canonical writer is inside of.
///
/// It points to the members or elements instead of holding them, because holding them would cost a retain and a release
/// each. They live as long as the context that is being written. Numbers have 32 bits, which a form of a gigabyte needs.
@unsafe
struct CanonicalFrame: BitwiseCopyable {
    private let contents: UnsafeRawPointer?
    let count: Int32
    /// The member or element that is being written.
    var index: Int32 = 0
    /// The node of its path in the rules.
    let node: Int32
    /// The offset of its place in the buffer, with a comma and a name in front of the value.
    let start: Int32
    /// The offset of the value itself, if it is to be replaced by its digest; otherwise -1.
    let digestStart: Int32
    let isObject: Bool
    /// Whether it is ignored, so that only fields with a rule of their own take part.
    let isIgnored: Bool
    /// Whether nothing of it has been written yet.
    var isEmpty = true
    /// Whether something in an ignored element of it takes part, so that the number of elements counts.
    var keepsPlaces = false

    /// A frame for an array or an object.
    @inline(__always)
    init(_ value: UnsafePointer<JSONValue>, node: Int, isIgnored: Bool, start: Int, digestStart: Int) {
        switch unsafe value.pointee {
        case .object(let object):
            let members = unsafe object.storedMembers
            unsafe contents = unsafe UnsafeRawPointer(members.baseAddress)
            unsafe count = Int32(truncatingIfNeeded: members.count)
            unsafe isObject = true
        case .array(let array):
            let elements = unsafe array.storedElements
            unsafe contents = unsafe UnsafeRawPointer(elements.baseAddress)
            unsafe count = Int32(truncatingIfNeeded: elements.count)
            unsafe isObject = false
        case .null, .bool, .integer, .unsigned, .number, .string:
            preconditionFailure("Only arrays and objects have a frame.")
        }
        unsafe self.node = Int32(truncatingIfNeeded: node)
        unsafe self.isIgnored = isIgnored
        unsafe self.start = Int32(truncatingIfNeeded: start)
        unsafe self.digestStart = Int32(truncatingIfNeeded: digestStart)
    }

    /// Whether its contents may have rules by path, or inherit that they are ignored.
    var isRuled: Bool { unsafe node != CompiledRules.noNode || isIgnored }

    /// Notes which member or element is being written, and whether it is the first that is.
    @inline(__always)
    mutating func note(index: Int, isEmpty: Bool) {
        unsafe self.index = Int32(truncatingIfNeeded: index)
        unsafe self.isEmpty = isEmpty
    }

    /// Notes that something of a container in it has been written.
    @inline(__always)
    mutating func noteWritten(isIgnored: Bool) {
        unsafe isEmpty = false
        if unsafe isIgnored && !isObject { unsafe keepsPlaces = true }
    }

    /// The contents of an object.
    @inline(__always)
    var members: UnsafePointer<JSONObject.Member> { unsafe memory(of: JSONObject.Member.self) }

    /// The contents of an array.
    @inline(__always)
    var elements: UnsafePointer<JSONValue> { unsafe memory(of: JSONValue.self) }

    /// The value of a member, which follows the name in memory.
    @inline(__always)
    static func value(of member: UnsafePointer<JSONObject.Member>) -> UnsafePointer<JSONValue> {
        unsafe (UnsafeRawPointer(member) + MemoryLayout<String>.stride).assumingMemoryBound(to: JSONValue.self)
    }

    @inline(__always)
    private func memory<Content>(of type: Content.Type) -> UnsafePointer<Content> {
        guard let contents = unsafe contents else { preconditionFailure("Arrays have an address, empty ones too.") }
        return unsafe contents.assumingMemoryBound(to: type)
    }

    /// The place in this frame of the value that is being written.
    var component: FieldPath.Component {
        unsafe isObject ? .name(members[Int(index)].name) : .index(Int(index))
    }
}

/// The arrays and objects that a canonical writer is inside of, the innermost last.
///
/// They are kept here and not on the call stack, so that a thread with a small stack can write everything that the limits
/// allow. The first few are in memory of the caller, as the bytes of a ``CanonicalBuffer`` are.
@unsafe
struct CanonicalFrames: ~Copyable {
    private var base: UnsafeMutablePointer<CanonicalFrame>
    private(set) var count = 0
    private var capacity: Int
    private var ownsMemory = false

    /// The number of frames in memory of the caller: eight, because contexts are seldom nested deeper.
    static let initialCapacity = 8

    /// Starts in memory that holds ``initialCapacity`` frames.
    init(startingIn memory: UnsafeMutableRawPointer) {
        unsafe base = unsafe memory.bindMemory(to: CanonicalFrame.self, capacity: Self.initialCapacity)
        unsafe capacity = Self.initialCapacity
    }

    deinit {
        if unsafe ownsMemory { unsafe base.deallocate() }
    }

    /// The innermost frame. There must be one.
    @inline(__always)
    var last: UnsafeMutablePointer<CanonicalFrame> { unsafe base + (count - 1) }

    @inline(__always)
    mutating func push(_ frame: CanonicalFrame) {
        if unsafe count == capacity { unsafe grow() }
        unsafe (base + count).initialize(to: frame)
        unsafe count += 1
    }

    /// Takes the innermost frame off. It stays in memory until the next one is put on.
    @inline(__always)
    mutating func pop() -> UnsafeMutablePointer<CanonicalFrame> {
        unsafe count -= 1
        return unsafe base + count
    }

    /// The place of the value that is being written, from the outside in.
    var path: FieldPath { unsafe FieldPath((0..<count).map { unsafe base[$0].component }) }

    @inline(never)
    private mutating func grow() {
        let larger = unsafe UnsafeMutablePointer<CanonicalFrame>.allocate(capacity: capacity * 4)
        unsafe larger.initialize(from: base, count: count)
        if unsafe ownsMemory { unsafe base.deallocate() }
        unsafe base = unsafe larger
        unsafe capacity *= 4
        unsafe ownsMemory = true
    }
}
