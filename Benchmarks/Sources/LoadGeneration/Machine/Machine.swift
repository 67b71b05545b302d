package import DedupBenchKit
package import Measurement

/// What load generation needs of the machine: the time, ways to wait for it, threads to work on, and memory.
///
/// Everything in this module that reads a clock, waits or starts a thread asks this and nothing else, so that a test can
/// run the same code in simulated time, where nothing depends on how fast the machine is or what else it does.
///
/// All times are nanoseconds since one origin.
package protocol Machine: RunClock {
    /// Blocks the calling thread until `time`.
    func block(until time: UInt64)

    /// Takes steps at given times: at `first`, and then at each time that the step before returned, until one returns nil.
    ///
    /// The steps have a thread of their own and come as exactly as the machine can; one that is late is not left out.
    func pace(from first: UInt64, _ step: @escaping @Sendable () -> UInt64?)

    /// Looks after something: calls `look` about once in every `period` nanoseconds on a thread of its own. It is told
    /// when its sleep began and when it was over.
    ///
    /// - Returns: What ends the looking; `look` is not called any more once that has returned. Not to be called by `look`.
    func watch(
        every period: UInt64, _ name: String, _ look: @escaping @Sendable (_ from: UInt64, _ to: UInt64) -> Void
    ) -> @Sendable () -> Void

    /// What runs the worker of this number. A worker whose clients block needs a thread of its own.
    func executor(number: Int, blocks: Bool) -> any WorkerExecutor

    /// Starts a task that depends on no other.
    @discardableResult
    func start<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Task<Value, Never>

    /// The processor time that was spent until now; nil where the system does not tell.
    func processorTime() -> ProcessorTime?

    /// How many bytes may still be written to the file system of a folder; nil where the system does not tell.
    func freeSpace(in folder: String) -> Int?

    /// Where the memory of the process is read.
    ///
    /// - Throws: ``JemallocError`` where that cannot be done.
    func memory() throws(JemallocError) -> any MemorySource
}

extension UInt64 {
    /// The time so many nanoseconds later; the last one that there is where that is too late to be written.
    func later(by nanoseconds: UInt64) -> UInt64 {
        let (time, isOver) = addingReportingOverflow(nanoseconds)
        return isOver ? .max : time
    }
}

/// The time of a machine for the measured path, which reads it twice an operation: that of the real machine is read without
/// a detour through the protocol.
struct LoadClock: Sendable {
    private let machine: any Machine
    private let isReal: Bool

    init(_ machine: any Machine) {
        self.machine = machine
        isReal = machine is RealMachine
    }

    /// The time.
    @inline(__always)
    func now() -> UInt64 { isReal ? MonotonicClock.now() : machine.now() }
}
