package import Workloads

/// The step's body for one request, as the harness supplies it to a subject.
///
/// Running it logs an execution: the begin as its first and the end as its last instruction, so the logged interval lies
/// inside the true one. A subject may run it at any time and as often as it (wrongly) likes; each run is an execution.
package struct Operation: Sendable {
    /// The request that this body would run for.
    package let request: Request
    /// The request's number in its phase.
    let position: UInt32
    /// The number of the phase.
    let phase: UInt16
    /// Not counted: a reference counted by every call of every client would be the hottest cache line of the whole run.
    /// ``LoadRunner`` keeps the log alive as long as an execution can still run, and for ever where one is stuck.
    unowned(unsafe) let log: ExecutionLog

    /// Runs the body.
    ///
    /// - Parameter epoch: The subject's own number for this execution, if it has one.
    /// - Returns: A value that names the execution.
    /// - Throws: ``ExecutionFailure`` that names the execution, or `CancellationError`.
    package func run(epoch: UInt64 = 0) async throws -> StepValue {
        let id = log.begin(self, epoch: epoch)
        do {
            let size = try await log.body(of: phase).execute(request, blocking: log.blocking)
            let value = StepValue(execution: id, size: size)
            log.end(id, succeeded: true)
            return value
        } catch {
            log.end(id, succeeded: false)
            if error is CancellationError { throw error }
            throw ExecutionFailure(execution: id, reason: "\(error)")
        }
    }

    /// Which request of the run this is: the phase and the position.
    var number: UInt64 { UInt64(phase) << 32 | UInt64(position) }
}

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
