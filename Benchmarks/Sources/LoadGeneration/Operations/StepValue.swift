/// What an execution returns: it names its execution, and carries a payload of the requested size that proves it.
package struct StepValue: Sendable {
    /// The execution that made the value.
    package let execution: UInt64
    /// ``execution`` mixed: a value put together from two executions does not match.
    package let checksum: UInt64
    /// The payload; its first and last eight bytes are ``checksum`` when it has room for both.
    package let payload: [UInt8]

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

    /// The execution if checksum and payload agree with it, and a number that is none otherwise.
    package var verifiedExecution: UInt64 {
        guard checksum == Self.mixed(execution) else { return .max }
        let intact =
            payload.count < 16
            || payload.withUnsafeBytes { bytes in
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self) == checksum
                    && bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self) == checksum
            }
        return intact ? execution : .max
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): a bijection, so no two executions share a checksum.
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// The error of an execution that failed: it names its execution, as a value would.
package struct ExecutionFailure: Error, Sendable, CustomStringConvertible {
    /// The execution that failed.
    package let execution: UInt64
    /// What went wrong.
    package let reason: String

    /// What went wrong, and in which execution.
    package var description: String { "execution \(execution) failed: \(reason)" }
}
