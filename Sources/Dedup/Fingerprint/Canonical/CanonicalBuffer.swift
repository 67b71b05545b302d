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
    private var limit: Int

    /// Short strings are copied by whole words, which may write that many bytes past their end.
    static let slack = 16

    /// Starts in memory of that many bytes.
    init(startingIn memory: UnsafeMutableRawPointer, byteCount: Int, limit: Int) {
        unsafe self.base = unsafe memory.bindMemory(to: UInt8.self, capacity: byteCount)
        unsafe self.capacity = byteCount
        unsafe self.limit = limit
    }

    deinit {
        if unsafe ownsMemory { unsafe base.deallocate() }
    }

    /// Whether more was written than the limit allows. The contents are then of no use.
    var isOverLimit: Bool { unsafe count > limit }

    /// The bytes that have been written.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// Makes room for that many more bytes. False when the limit forbids it.
    @inline(__always)
    mutating func reserve(_ additional: Int) -> Bool {
        if unsafe capacity - count >= additional { return true }
        return unsafe grow(additional)
    }

    /// The address of the next byte.
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

    /// Removes everything after that many bytes and overwrites it with zeros, because it may have been a secret.
    mutating func truncate(to kept: Int) {
        guard unsafe kept < count else { return }
        unsafe (base + kept).update(repeating: 0, count: count - kept)
        unsafe count = kept
    }

    @inline(never)
    private mutating func grow(_ additional: Int) -> Bool {
        let needed = unsafe count + additional
        guard unsafe needed <= limit + 2 * Self.slack else {
            unsafe limit = -1
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

    /// How much memory ``withStackMemory(_:)`` gives: enough for the canonical form of almost every context.
    static let stackByteCount = 1_024

    /// Hands over memory on the stack.
    static func withStackMemory<Result, Failure: Error>(
        _ body: (UnsafeMutableRawPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outcome = unsafe withUnsafeTemporaryAllocation(byteCount: stackByteCount, alignment: 16) {
            memory -> Swift.Result<Result, Failure> in
            guard let start = memory.baseAddress else {
                preconditionFailure("Memory that is not empty has an address.")
            }
            do throws(Failure) {
                return .success(try unsafe body(start))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
