/// The UTF-8 of a string, taken out of it without retaining it.
///
/// Taking the bytes first and writing them afterwards lets the compiler omit the retain and the release around each
/// name and value that it needs while memory is written through a pointer; they were a quarter of the cost of a
/// canonical form. A string of up to 15 bytes is held by value, because Swift keeps such strings within themselves and
/// has no address for them; a longer one by its address, which is good only while the string lives.
///
/// A string that another language's runtime holds, in pieces or in another encoding, has no such address. If it is longer
/// than 15 bytes only its ends are known here, and the caller has to copy it byte by byte.
@unsafe
package struct StringBytes {
    package let count: Int
    /// The first eight bytes of a short string, the first one the lowest, zeros after its end.
    private let low: UInt64
    /// The next eight.
    private let high: UInt64
    private let address: UnsafeRawPointer?

    @inline(__always)
    package init(_ string: String) {
        var count = 0
        var low: UInt64 = 0
        var high: UInt64 = 0
        var address: UnsafeRawPointer?
        let found: Void? = unsafe string.utf8.withContiguousStorageIfAvailable { bytes in
            count = bytes.count
            guard let start = unsafe UnsafeRawPointer(bytes.baseAddress) else { return }
            if count > 15 {
                unsafe address = start
            } else if count >= 8 {
                low = unsafe start.loadUnaligned(as: UInt64.self)
                high = unsafe Self.word(at: start + 8, count: count - 8)
            } else {
                low = unsafe Self.word(at: start, count: count)
            }
        }
        guard found != nil else {
            unsafe self = unsafe StringBytes(scattered: string.utf8)
            return
        }
        unsafe self.count = count
        unsafe self.low = low
        unsafe self.high = high
        unsafe self.address = unsafe address
    }

    /// The bytes of a string that has no address.
    @inline(never)
    package init(scattered bytes: some Collection<UInt8>) {
        var words: (low: UInt64, high: UInt64) = (0, 0)
        var position = 0
        var last: UInt8 = 0
        for byte in bytes {
            let shifted = UInt64(byte) &<< UInt64(8 * (position % 8))
            if position < 8 { words.low |= shifted } else if position < 16 { words.high |= shifted }
            last = byte
            position += 1
        }
        // The last byte takes the place that it has in the second word of a string of up to 15 bytes.
        if position > 15 { words.high = UInt64(last) &<< UInt64(8 * ((position - 1) % 8)) }
        unsafe self.count = position
        unsafe self.low = words.low
        unsafe self.high = words.high
        unsafe self.address = nil
    }

    /// Up to seven bytes. No load reaches across the two words in which Swift has just put a short string, because such a
    /// load waits until both have left the store buffer.
    @inline(__always)
    private static func word(at start: UnsafeRawPointer, count: Int) -> UInt64 {
        if count >= 4 {
            let last = unsafe UInt64(start.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            let first = unsafe UInt64(start.loadUnaligned(as: UInt32.self))
            return first | last &<< UInt64(truncatingIfNeeded: 8 * (count - 4))
        }
        if count == 0 { return 0 }
        let first = unsafe UInt64(start.load(as: UInt8.self))
        let middle = unsafe UInt64(start.load(fromByteOffset: count / 2, as: UInt8.self))
        let last = unsafe UInt64(start.load(fromByteOffset: count - 1, as: UInt8.self))
        return first | middle &<< UInt64(truncatingIfNeeded: 8 * (count / 2))
            | last &<< UInt64(truncatingIfNeeded: 8 * (count - 1))
    }

    /// The first byte; 0 when there is none.
    @inline(__always)
    package var first: UInt8 {
        if let address = unsafe address { return unsafe address.load(as: UInt8.self) }
        return unsafe UInt8(truncatingIfNeeded: low)
    }

    /// The first eight bytes as a number, the first byte the most significant, zeros after the end.
    @inline(__always)
    package var prefix: UInt64 {
        if let address = unsafe address { return unsafe address.loadUnaligned(as: UInt64.self).bigEndian }
        return unsafe low.bigEndian
    }

    /// The last byte; 0 when there is none.
    @inline(__always)
    package var last: UInt8 {
        if let address = unsafe address { return unsafe address.load(fromByteOffset: count - 1, as: UInt8.self) }
        let word = unsafe count > 8 ? high : low
        return unsafe UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: 8 * (count - 1)))
    }

    /// Copies the bytes, and up to ``CanonicalBuffer/slack`` bytes more. False when some need to be escaped in JSON, or when
    /// they are not all known here.
    @inline(__always)
    package func copyPlain(to target: UnsafeMutableRawPointer) -> Bool {
        if let address = unsafe address { return unsafe Self.copyPlain(from: address, to: target, count: count) }
        guard unsafe count <= 15 else { return false }
        let blanks: UInt64 = 0x2020_2020_2020_2020
        unsafe target.storeBytes(of: low, as: UInt64.self)
        unsafe target.storeBytes(of: high, toByteOffset: 8, as: UInt64.self)
        if unsafe count >= 8 {
            let behind = unsafe blanks &<< UInt64(truncatingIfNeeded: 8 * (count - 8))
            return unsafe low.hasByteToEscape | (high | behind).hasByteToEscape == 0
        }
        let behind = unsafe blanks &<< UInt64(truncatingIfNeeded: 8 * count)
        return unsafe (low | behind).hasByteToEscape == 0
    }

    /// Copies sixteen bytes or more, eight at a time, the last eight overlapping.
    @inline(__always)
    private static func copyPlain(
        from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int
    ) -> Bool {
        var found: UInt64 = 0
        var offset = 0
        while offset < count - 8 {
            let word = unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            unsafe target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
            found |= word.hasByteToEscape
            offset += 8
        }
        let last = unsafe source.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        unsafe target.storeBytes(of: last, toByteOffset: count - 8, as: UInt64.self)
        return found | last.hasByteToEscape == 0
    }
}

extension UInt64 {
    /// Not zero when one of the eight bytes is below 0x20, a quotation mark or a backslash.
    ///
    /// `(x - 0x01..) & ~x & 0x80..` is not zero exactly when a byte of x is zero, and `(x - 0x20..) & ~x & 0x80..` when
    /// one is below 0x20 (Bit Twiddling Hacks, "Determine if a word has a zero byte" and "has a byte less than n").
    @inline(__always)
    fileprivate var hasByteToEscape: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = self ^ (ones &* 0x22)
        let backslash = self ^ (ones &* 0x5c)
        let found =
            ((self &- ones &* 0x20) & ~self) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return found & (ones &* 0x80)
    }
}
