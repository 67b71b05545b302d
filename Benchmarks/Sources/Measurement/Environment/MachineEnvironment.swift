internal import Foundation

/// Where a result was measured: results of different machines must not be compared.
package struct MachineEnvironment: Codable, Hashable, Sendable {
    /// The processor as it calls itself.
    package var processor: String
    /// Processors that this process may use.
    package var cores: Int
    /// Memory of the machine in bytes.
    package var memoryBytes: Int
    /// Kernel name, release and machine.
    package var kernel: String
    /// The operating system as it calls itself.
    package var operatingSystem: String
    /// The Swift compiler that built this.
    package var swiftVersion: String
    /// Whether this was built with optimisation.
    package var isOptimized: Bool
    /// The allocator's version; nil when the process does not use jemalloc.
    package var jemallocVersion: String?
    /// The load averages of 1, 5 and 15 minutes when this was taken.
    package var loadAverage: [Double]
    /// The scaling governor of the first processor; nil when the machine does not say.
    package var frequencyGovernor: String?
    /// Whether this runs in a container, as far as it can tell.
    package var isContainer: Bool
    /// The name of the continuous integration service; nil when there is none.
    package var continuousIntegration: String?
    /// What one reading of the clock costs, in nanoseconds.
    package var clockCostNanoseconds: Double
    /// The commit of the sources; nil when not given.
    package var commit: String?

    enum CodingKeys: String, CodingKey {
        case processor, cores
        case memoryBytes = "memory_bytes"
        case kernel
        case operatingSystem = "operating_system"
        case swiftVersion = "swift_version"
        case isOptimized = "is_optimized"
        case jemallocVersion = "jemalloc_version"
        case loadAverage = "load_average"
        case frequencyGovernor = "frequency_governor"
        case isContainer = "is_container"
        case continuousIntegration = "continuous_integration"
        case clockCostNanoseconds = "clock_cost_ns"
        case commit
    }

    /// Looks around. What cannot be read is "unknown".
    package static func current(commit: String? = nil, jemalloc: Jemalloc? = nil) -> MachineEnvironment {
        let variables = ProcessInfo.processInfo.environment
        return MachineEnvironment(
            processor: SystemFile.value(of: "model name", in: "/proc/cpuinfo") ?? "unknown",
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memoryBytes: Int(ProcessInfo.processInfo.physicalMemory), kernel: SystemFile.kernel,
            operatingSystem: SystemFile.value(of: "PRETTY_NAME", in: "/etc/os-release") ?? "unknown",
            swiftVersion: BuildInformation.swiftVersion, isOptimized: BuildInformation.isOptimized,
            jemallocVersion: jemalloc?.version, loadAverage: SystemFile.loadAverage,
            frequencyGovernor: SystemFile.line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            isContainer: SystemFile.isContainer,
            continuousIntegration: variables["GITHUB_ACTIONS"] != nil
                ? "github" : variables["GITLAB_CI"] != nil ? "gitlab" : variables["CI"] != nil ? "unnamed" : nil,
            clockCostNanoseconds: MonotonicClock.calibratedCost(), commit: commit)
    }
}

/// How this code was compiled.
enum BuildInformation {
    /// The compiler's version, to the second place: the compiler tells no more.
    static var swiftVersion: String {
        #if compiler(>=6.4)
        "6.4 or later"
        #elseif compiler(>=6.3)
        "6.3"
        #elseif compiler(>=6.2)
        "6.2"
        #else
        "before 6.2"
        #endif
    }

    /// Whether the optimiser ran: assertions are compiled in only when it did not.
    static var isOptimized: Bool {
        var checked = false
        assert(
            {
                checked = true
                return true
            }())
        return !checked
    }
}
