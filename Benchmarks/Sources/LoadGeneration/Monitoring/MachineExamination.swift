internal import DedupBenchKit
package import Measurement
internal import Workloads

/// Watches a machine that has nothing to do.
package struct MachineExamination: Sendable {
    private let machine: any Machine
    private let stop: StopSignal

    /// An examination of a machine, which the stop signal ends early.
    package init(_ machine: any Machine, stop: StopSignal = StopSignal()) {
        self.machine = machine
        self.stop = stop
    }

    /// What was seen in so long a time.
    package func readings(over duration: Duration) async -> MachineReadings {
        let before = SystemCounters.now()
        let processorsBefore = machine.processorTime()
        let hiccups = HiccupMonitor(machine)
        let end = machine.now() + duration.nanoseconds
        while machine.now() < end, !stop.isSet {
            // Looks up now and then, so that Ctrl-C is not waited for.
            try? await machine.sleep(until: min(end, machine.now() + 100_000_000))
        }
        hiccups.stop()
        var readings = MachineReadings(since: before)
        readings.stalls = hiccups.take()
        if let processorsBefore, let now = machine.processorTime() {
            readings.foreignProcessors = now.foreignProcessors(since: processorsBefore)
        }
        return readings
    }
}
