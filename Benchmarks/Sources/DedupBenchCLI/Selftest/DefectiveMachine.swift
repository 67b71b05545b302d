internal import DedupBenchKit
package import LoadGeneration
package import Measurement
internal import Synchronization

/// A machine on which the harness cannot do what it says, because of one planted defect; in all else the machine beneath it.
package final class DefectiveMachine: Machine {
    private let machine: any Machine
    private let defect: Defect
    /// How many paces were begun.
    private let paces = Atomic<Int>(0)
    /// What runs all workers, where they are starved.
    private let shared = Mutex<(any WorkerExecutor)?>(nil)

    /// A machine with a defect of the generator.
    package init(_ machine: any Machine, _ defect: Defect) {
        (self.machine, self.defect) = (machine, defect)
    }

    package func pace(from first: UInt64, _ step: @escaping @Sendable () -> UInt64?) {
        let number = paces.wrappingAdd(1, ordering: .relaxed).oldValue
        let delay: UInt64 =
            switch defect {
            case .lateReleases: 80_000_000
            case .stalledReleases: 300_000_000
            // The herd is paced before the call that makes the event: what both are late by would not be seen.
            case .missedEvents where number.isMultiple(of: 2): 10_000_000
            default: 0
            }
        machine.pace(from: first + delay) { step().map { $0 + delay } }
    }

    package func executor(number: Int, blocks: Bool) -> any WorkerExecutor {
        guard defect == .starvedClients else { return machine.executor(number: number, blocks: blocks) }
        return shared.withLock { shared in
            let executor = shared ?? machine.executor(number: number, blocks: blocks)
            shared = executor
            return executor
        }
    }

    package func memory() throws(JemallocError) -> any MemorySource {
        if defect == .unreadableMemory { throw .noStatistics }
        return try machine.memory()
    }

    // MARK: - The machine beneath

    package func now() -> UInt64 { machine.now() }

    package func sleep(until time: UInt64) async throws { try await machine.sleep(until: time) }

    package func block(until time: UInt64) { machine.block(until: time) }

    package func watch(
        every period: UInt64, _ name: String, _ look: @escaping @Sendable (_ from: UInt64, _ to: UInt64) -> Void
    ) -> @Sendable () -> Void {
        machine.watch(every: period, name, look)
    }

    package func start<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        machine.start(body)
    }

    package func processorTime() -> ProcessorTime? { machine.processorTime() }

    package func freeSpace(in folder: String) -> Int? { machine.freeSpace(in: folder) }
}
