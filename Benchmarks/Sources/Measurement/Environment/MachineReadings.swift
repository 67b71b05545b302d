/// What was found out about a machine while it was watched: readings, which judge nothing.
///
/// What the system does not tell is nil, and is then not judged.
package struct MachineReadings: Hashable, Sendable {
    /// Processors that this process may use.
    package var cores = 1
    /// Whether this was built with optimisation.
    package var isOptimized = true
    /// The kernel's clock source: `tsc`, `kvm-clock`, `hpet`.
    package var clockSource: String?
    /// What one reading of the clock costs, in nanoseconds.
    package var clockCost: Double?
    /// The scaling governor of the first processor.
    package var governor: String?
    /// How many processors others kept busy on average.
    package var foreignProcessors: Double?
    /// The share of the time that the hypervisor gave to other machines.
    package var steal: Double?
    /// How often the control group was throttled meanwhile.
    package var throttled: Int?
    /// How many processors the control group may use.
    package var quota: Double?
    /// The share of the last ten seconds in which something waited for a processor.
    package var processorPressure: Double?
    /// The share of the last ten seconds in which something waited for memory.
    package var memoryPressure: Double?
    /// How late a thread woke up that wanted to every millisecond.
    package var stalls = StallReport()
    /// When transparent huge pages are used: `always`, `madvise` or `never`.
    package var hugePages: String?
    /// Memory that this process can have without swapping and within its control groups, in bytes.
    package var availableMemory: Int?
    /// Swapped memory, in bytes.
    package var swapped: Int?
    /// Why memory cannot be measured; nil if it can.
    package var allocatorProblem: String?

    /// Readings of which nothing is known yet.
    package init() {}
}
