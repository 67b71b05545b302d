public import Caching

/// The identity of a request: the SHA-256 of its canonical form, 32 bytes, never truncated. Two requests with the same
/// fingerprint are the same work.
///
/// Its `description`, its debug description and its mirror show the first eight hexadecimal digits only, because a
/// reader of a log could request the cached result with the whole. ``hexadecimal`` gives all of it, for storage.
public struct Fingerprint: Hashable, Sendable {
    /// The digest as four big-endian words, the most significant first.
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// Makes a fingerprint of four big-endian words, the most significant first.
    public init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Whether two fingerprints are the same in all 32 bytes.
    @inlinable
    public static func == (lhs: Fingerprint, rhs: Fingerprint) -> Bool {
        lhs.words.0 == rhs.words.0 && lhs.words.1 == rhs.words.1 && lhs.words.2 == rhs.words.2
            && lhs.words.3 == rhs.words.3
    }

    /// Feeds the first eight bytes. They are those of a SHA-256, so they are as good as all 32 in telling fingerprints
    /// apart, and to find many that agree in them would take 2^64 attempts for each; the hasher adds its own seed.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}

extension Fingerprint: CacheKey {
    /// A 64-bit hash of all 32 bytes under a seed, for choosing a shard and a bucket.
    ///
    /// A fingerprint is already uniformly distributed, so SipHash would be wasted on it; but its bytes are known to
    /// the client that chose the request, so each word is mixed with the seed before it is multiplied, and without the seed
    /// no caller can gather requests in one shard. The mix is the folded 64 x 64 -> 128 multiplication of wyhash
    /// (<https://github.com/wangyi-fudan/wyhash>), three multiplications in all.
    ///
    /// It is inlinable because it is on the path of every cache hit: without inlining the call and the passing of
    /// 32 bytes in memory cost as much as the mix itself (3 ns against 1.2 ns, measured in a release build).
    @inlinable
    public func seededHash(_ seed: UInt64) -> UInt64 {
        let low = Self.fold(words.0 ^ seed, words.1 ^ seed &+ 0xa076_1d64_78bd_642f)
        let high = Self.fold(words.2 ^ seed ^ 0xe703_7ed1_a0b4_28db, words.3 ^ seed &+ 0x8ebc_6af0_9c88_c6e3)
        return Self.fold(low ^ seed &+ 0x5899_65cc_7537_4cc3, high ^ 0x1d8e_4e27_c47d_124f)
    }

    /// The upper half of a full product folded onto its lower half.
    @inlinable
    static func fold(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
        let product = lhs.multipliedFullWidth(by: rhs)
        return product.high ^ product.low
    }
}

extension Fingerprint {
    /// Makes a fingerprint of exactly 32 bytes, the first byte the most significant; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: [UInt64] = []
        var word: UInt64 = 0
        for (offset, byte) in bytes.enumerated() {
            word = word << 8 | UInt64(byte)
            if offset & 7 == 7 { words.append(word) }
        }
        guard words.count == 4 else { return nil }
        self.init(words: (words[0], words[1], words[2], words[3]))
    }

    /// All 32 bytes, the most significant first.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }

    /// Reads 64 hexadecimal digits in either letter case; nil for anything else.
    public init?(hexadecimal: some StringProtocol) {
        let digits = hexadecimal.utf8
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        var upper: UInt8?
        for digit in digits {
            guard let value = Self.nibble(digit) else { return nil }
            if let high = upper {
                bytes.append(high << 4 | value)
                upper = nil
            } else {
                upper = value
            }
        }
        self.init(bytes: bytes)
    }

    /// The whole fingerprint as 64 lower-case hexadecimal digits. For storage; never for logs.
    public var hexadecimal: String { Self.hexadecimal(of: bytes) }

    /// The first eight hexadecimal digits: enough to tell fingerprints apart in a log, too little to look one up.
    public var prefix: String { Self.hexadecimal(of: bytes.prefix(4)) }

    private static func hexadecimal(of bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Fingerprint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The first eight hexadecimal digits and an ellipsis.
    public var description: String { "\(prefix)…" }

    /// The same as ``description``: a debugger's log is a log too.
    public var debugDescription: String { description }

    /// A mirror with ``prefix`` as its only child, so that `dump` and reflecting loggers do not print the whole.
    public var customMirror: Mirror { Mirror(self, children: ["prefix": prefix], displayStyle: .struct) }
}

extension Fingerprint: Codable {
    /// Reads 64 hexadecimal digits.
    ///
    /// - Throws: `DecodingError.dataCorrupted` for any other string. The message does not repeat it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let fingerprint = Self(hexadecimal: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A fingerprint is a string of 64 hexadecimal digits.")
        }
        self = fingerprint
    }

    /// Writes all 64 hexadecimal digits as one string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hexadecimal)
    }
}
