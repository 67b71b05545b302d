/// Bytes being written: at first in memory of the caller, which can be the stack, then on the heap when that is full.
///
/// It is unsafe memory because fingerprinting is on the path of every request: with `[UInt8]` each byte costs a check of
/// uniqueness and of capacity, and each fingerprint an allocation.
@unsafe
struct CanonicalBuffer: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int
    private var ownsMemory = false
    private let limit: Int

    /// Whether something was not written because the limit was reached. What is in the buffer is then of no use.
    private(set) var isOverLimit = false

    init(startingIn memory: UnsafeMutableBufferPointer<UInt8>, limit: Int) {
        guard let start = memory.baseAddress else {
            preconditionFailure("The memory of a canonical buffer is never empty.")
        }
        unsafe self.base = unsafe start
        unsafe self.capacity = min(memory.count, limit)
        unsafe self.limit = limit
    }

    deinit {
        if unsafe ownsMemory { unsafe base.deallocate() }
    }

    /// What has been written.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// Makes room for that many more bytes. False when the limit forbids it.
    @inline(__always)
    mutating func reserve(_ additional: Int) -> Bool {
        if unsafe capacity - count >= additional { return true }
        return unsafe grow(additional)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        guard unsafe reserve(1) else { return }
        unsafe base[count] = byte
        unsafe count += 1
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard unsafe reserve(bytes.count) else { return }
        guard let source = bytes.baseAddress else { return }
        unsafe UnsafeMutableRawPointer(base + count).copyMemory(from: source, byteCount: bytes.count)
        unsafe count += bytes.count
    }

    mutating func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes bytes that all stand for themselves, in quotation marks. False, and nothing written, when some do not.
    ///
    /// It copies and examines eight bytes at a time, the last eight overlapping; byte by byte this one function was half
    /// of the cost of a canonical form.
    @inline(__always)
    mutating func appendPlain(quoted bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let length = bytes.count
        guard unsafe reserve(length + 2), let source = bytes.baseAddress else { return false }
        let target = unsafe base + count
        unsafe target[0] = UInt8(ascii: "\"")
        let from = unsafe UnsafeRawPointer(source)
        let to = unsafe UnsafeMutableRawPointer(target + 1)
        var special: UInt64 = 0
        if length >= 8 {
            var offset = 0
            while offset < length - 8 {
                special |= unsafe Self.copyWord(from + offset, to + offset)
                offset += 8
            }
            special |= unsafe Self.copyWord(from + (length - 8), to + (length - 8))
        } else {
            for offset in 0..<length {
                let byte = unsafe source[offset]
                unsafe target[offset + 1] = byte
                if !byte.isPlainInJSON { special = 1 }
            }
        }
        guard special == 0 else { return false }
        unsafe target[length + 1] = UInt8(ascii: "\"")
        unsafe count += length + 2
        return true
    }

    /// Copies eight bytes; not zero when one of them does not stand for itself.
    ///
    /// `(x - 0x01..) & ~x & 0x80..` is not zero exactly when a byte of x is zero, and `- 0x20..` finds bytes below 0x20
    /// (Bit Twiddling Hacks, "Determine if a word has a zero byte" and "has a byte less than n").
    @inline(__always)
    private static func copyWord(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) -> UInt64 {
        let word = unsafe source.loadUnaligned(as: UInt64.self)
        unsafe target.storeBytes(of: word, as: UInt64.self)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5c)
        let found = ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return found & (ones &* 0x80)
    }

    /// Writes a string's UTF-8 as it is.
    mutating func append(raw string: String) {
        for byte in string.utf8 { unsafe append(byte) }
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

    /// Writes an integer in decimal that has exactly that many digits.
    mutating func appendDecimal(_ value: UInt64, digitCount: Int) {
        guard unsafe reserve(digitCount) else { return }
        var rest = value
        var index = unsafe count + digitCount
        unsafe count = index
        for _ in 0..<digitCount {
            index -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            unsafe base[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
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
        guard unsafe needed <= limit else {
            unsafe isOverLimit = true
            return false
        }
        let size = unsafe min(max(needed, capacity * 2), limit)
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
