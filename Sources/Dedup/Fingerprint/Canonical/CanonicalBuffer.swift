/// Bytes being written: at first in memory of the caller, which can be the stack, then on the heap when that is full.
///
/// It is unsafe memory because fingerprinting is on the path of every request: with `[UInt8]` each byte costs a check of
/// uniqueness and of capacity, and each fingerprint an allocation (three times the cost of the canonical form of 200
/// bytes, measured in a release build).
@unsafe
struct CanonicalBuffer: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int
    private var ownsMemory = false
    private let limit: Int
    private var refusedToGrow = false

    /// Short strings are copied by whole words, which may write that many bytes past their end.
    static let slack = 16

    init(startingIn memory: UnsafeMutableBufferPointer<UInt8>, limit: Int) {
        guard let start = memory.baseAddress else {
            preconditionFailure("The memory of a canonical buffer is never empty.")
        }
        unsafe self.base = unsafe start
        unsafe self.capacity = memory.count
        unsafe self.limit = limit
    }

    deinit {
        if unsafe ownsMemory { unsafe base.deallocate() }
    }

    /// Whether more was written than the limit allows. What is in the buffer is then of no use.
    var isOverLimit: Bool { unsafe refusedToGrow || count > limit }

    /// What has been written.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// Makes room for that many more bytes. False when the limit forbids it.
    @inline(__always)
    mutating func reserve(_ additional: Int) -> Bool {
        if unsafe capacity - count >= additional { return true }
        return unsafe grow(additional)
    }

    /// Where the next byte goes.
    @inline(__always)
    var end: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(base + count) }

    /// Counts bytes as written that were put at ``end``.
    @inline(__always)
    mutating func advance(by number: Int) { unsafe count += number }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        guard unsafe reserve(1) else { return }
        unsafe base[count] = byte
        unsafe count += 1
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard unsafe reserve(bytes.count) else { return }
        guard let source = bytes.baseAddress else { return }
        unsafe end.copyMemory(from: source, byteCount: bytes.count)
        unsafe count += bytes.count
    }

    /// Writes up to eight characters of ASCII, the first one the lowest byte.
    @inline(__always)
    mutating func append(word: UInt64, count length: Int) {
        guard unsafe reserve(8) else { return }
        unsafe end.storeBytes(of: word, as: UInt64.self)
        unsafe count += length
    }

    mutating func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes a length as four bytes, the most significant first.
    mutating func append(length: Int) {
        guard unsafe reserve(4) else { return }
        unsafe count += 4
        unsafe set(length: length, at: count - 4)
    }

    /// Overwrites four bytes with a length.
    mutating func set(length: Int, at offset: Int) {
        precondition(unsafe offset >= 0 && offset + 4 <= count, "A length is set within what has been written.")
        unsafe UnsafeMutableRawPointer(base + offset)
            .storeBytes(of: UInt32(truncatingIfNeeded: length).bigEndian, as: UInt32.self)
    }

    /// Forgets what was written after that many bytes and overwrites it with zeros, because it may have been a secret.
    mutating func truncate(to kept: Int) {
        guard unsafe kept < count else { return }
        unsafe (base + kept).update(repeating: 0, count: count - kept)
        unsafe count = kept
    }

    @inline(never)
    private mutating func grow(_ additional: Int) -> Bool {
        let needed = unsafe count + additional
        guard unsafe needed <= limit + 2 * Self.slack else {
            unsafe refusedToGrow = true
            return false
        }
        let size = unsafe max(needed, min(capacity * 2, limit + 2 * Self.slack))
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        unsafe larger.initialize(from: base, count: count)
        unsafe base.update(repeating: 0, count: count)
        if unsafe ownsMemory { unsafe base.deallocate() }
        unsafe base = unsafe larger
        unsafe capacity = size
        unsafe ownsMemory = true
        return true
    }
}
