/// What an execution returns: it names its execution, and carries a payload of the requested size that proves it.
///
/// A subject that stores bytes stores ``bytes`` and makes the value from them again. Whatever happened to them on the way is
/// found: every byte is compared.
public struct WorkValue: Sendable {
    /// The execution that made the value.
    public let execution: UInt64
    /// ``execution`` mixed: a value put together from two executions does not match.
    let checksum: UInt64
    /// The payload: the lowest byte of ``checksum`` again and again, with the whole of it at both ends where there is room.
    let payload: [UInt8]

    /// How many bytes the payload has.
    package var size: Int { payload.count }

    /// A value with a payload of `size` bytes.
    package init(execution: UInt64, size: Int) {
        let checksum = Self.mixed(execution)
        self.execution = execution
        self.checksum = checksum
        payload = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            buffer.initialize(repeating: UInt8(truncatingIfNeeded: checksum))
            if size >= 16 {
                let raw = UnsafeMutableRawBufferPointer(buffer)
                raw.storeBytes(of: checksum, toByteOffset: 0, as: UInt64.self)
                raw.storeBytes(of: checksum, toByteOffset: size - 8, as: UInt64.self)
            }
            count = size
        }
    }

    /// The value as bytes: the execution, the checksum and the size of the payload, eight bytes each with the lowest first,
    /// and the payload.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24 + payload.count)
        for word in [execution, checksum, UInt64(payload.count)] { bytes.append(contentsOf: Self.bytes(of: word)) }
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// The value that was made into these bytes.
    ///
    /// Bytes that are no value, or are damaged, are a value as well: one whose ``verifiedExecution`` is none, so the
    /// answer that carries it is found to be corrupt.
    public init(bytes: some Collection<UInt8>) {
        let execution = Self.word(bytes.prefix(8))
        let payload = Array(bytes.dropFirst(24))
        let isWhole =
            bytes.count >= 24 && Self.word(bytes.dropFirst(16).prefix(8)) == UInt64(payload.count)
            && payload == WorkValue(execution: execution, size: payload.count).payload
        self.execution = execution
        // What is damaged gets a checksum that is not its execution's.
        checksum = isWhole ? Self.word(bytes.dropFirst(8).prefix(8)) : ~Self.mixed(execution)
        self.payload = payload
    }

    /// The execution if checksum and payload agree with it, and a number that is none otherwise.
    ///
    /// The first and the last eight bytes of the payload are looked at here, on the path of every hit.
    public var verifiedExecution: UInt64 {
        guard checksum == Self.mixed(execution) else { return .max }
        let intact =
            payload.count < 16
            || payload.withUnsafeBytes { bytes in
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self) == checksum
                    && bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self) == checksum
            }
        return intact ? execution : .max
    }

    private static func bytes(of word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }

    private static func word(_ bytes: some Collection<UInt8>) -> UInt64 {
        bytes.enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): a bijection, so no two executions share a checksum.
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
