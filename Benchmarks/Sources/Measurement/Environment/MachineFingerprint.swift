/// What two measurements must have in common before their times compare: the machine, its system, and how the program was
/// built. It leaves out what changes from hour to hour, such as the load.
package struct MachineFingerprint: Hashable, Codable, Sendable {
    /// The processor as it calls itself.
    package var processor: String
    /// Processors that the process may use.
    package var cores: Int
    /// Memory of the machine in GiB, rounded: a kernel keeps a little more or less of it for itself.
    package var memory: Int
    /// Kernel name, release and machine.
    package var kernel: String
    /// The operating system as it calls itself.
    package var operatingSystem: String
    /// The Swift compiler.
    package var swiftVersion: String
    /// Whether the program was built with optimisation.
    package var isOptimized: Bool

    enum CodingKeys: String, CodingKey {
        case processor, cores
        case memory = "memory_gib"
        case kernel
        case operatingSystem = "operating_system"
        case swiftVersion = "swift_version"
        case isOptimized = "is_optimized"
    }

    /// The fingerprint of a machine.
    package init(_ machine: MachineEnvironment) {
        processor = machine.processor
        cores = machine.cores
        memory = Int((Double(machine.memoryBytes) / 1_073_741_824).rounded())
        kernel = machine.kernel
        operatingSystem = machine.operatingSystem
        swiftVersion = machine.swiftVersion
        isOptimized = machine.isOptimized
    }

    /// What differs, each with both values; empty where times compare.
    package func differences(from other: MachineFingerprint) -> [String] {
        let pairs = [
            ("processor", processor, other.processor), ("cores", "\(cores)", "\(other.cores)"),
            ("memory", "\(memory) GiB", "\(other.memory) GiB"), ("kernel", kernel, other.kernel),
            ("operating system", operatingSystem, other.operatingSystem),
            ("Swift", swiftVersion, other.swiftVersion), ("build", build, other.build),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1) in place of \($0.2)" }
    }

    /// `release`, or `debug`.
    package var build: String { isOptimized ? "release" : "debug" }

    /// The machine in a few words.
    package var summary: String { "\(processor), \(cores) cores, \(build) build" }
}
