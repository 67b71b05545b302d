internal import Foundation

/// The counters of the system that tell something only as a difference, and how its files are read.
package struct SystemCounters: Hashable, Sendable {
    /// Ticks of all processors.
    package struct Ticks: Hashable, Sendable {
        /// Those that the hypervisor gave to other machines.
        package var given: UInt64
        /// All of them.
        package var all: UInt64

        /// Ticks.
        package init(given: UInt64, all: UInt64) { (self.given, self.all) = (given, all) }
    }

    /// Where the time went.
    package var steal: Ticks?
    /// How often the control group was throttled.
    package var throttled: Int?

    /// Reads them now.
    package static func now() -> SystemCounters {
        SystemCounters(
            steal: SystemFile.line("/proc/stat").flatMap(steal),
            throttled: ["/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu/cpu.stat"].lazy
                .compactMap { SystemFile.text($0).flatMap(throttled) }.first)
    }

    /// From the first line of `/proc/stat`.
    package static func steal(_ line: String) -> Ticks? {
        let fields = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
        // The last two, guests, are part of the first two.
        return fields.count >= 8 ? Ticks(given: fields[7], all: fields.prefix(8).reduce(0, +)) : nil
    }

    /// From `cpu.stat` of a control group.
    package static func throttled(_ text: String) -> Int? { SystemFile.count(of: "nr_throttled", in: text) }

    /// How many processors `cpu.max` of a control group allows; nil for any number.
    package static func quota(_ text: String) -> Double? {
        let fields = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        return fields.count == 2 && fields[1] > 0 ? fields[0] / fields[1] : nil
    }

    /// The share of the last ten seconds in which something waited, from a file in `/proc/pressure`.
    package static func pressure(_ text: String) -> Double? {
        guard let some = text.split(separator: "\n").first(where: { $0.hasPrefix("some ") }) else { return nil }
        let field = some.split(separator: " ").first { $0.hasPrefix("avg10=") }
        return field.flatMap { Double($0.dropFirst(6)) }.map { $0 / 100 }
    }

    /// The choice in brackets: `always [madvise] never`.
    package static func choice(_ text: String) -> String? {
        text.split(separator: " ").first { $0.hasPrefix("[") && $0.hasSuffix("]") }.map {
            String($0.dropFirst().dropLast())
        }
    }

    /// Bytes of a line of `/proc/meminfo`, which counts in kB.
    package static func bytes(_ value: String?) -> Int? {
        value?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * 1_024 }
    }
}

extension MachineReadings {
    /// Everything that can be read at once, and what two looks at the counters tell.
    package init(since before: SystemCounters) {
        self.init()
        let after = SystemCounters.now()
        cores = ProcessInfo.processInfo.activeProcessorCount
        isOptimized = BuildInformation.isOptimized
        clockSource = SystemFile.line("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        clockCost = MonotonicClock.calibratedCost()
        governor = SystemFile.line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        if let now = after.steal, let then = before.steal, now.all > then.all {
            steal = Double(now.given - min(now.given, then.given)) / Double(now.all - then.all)
        }
        if let now = after.throttled, let then = before.throttled { throttled = now - then }
        quota = SystemFile.line("/sys/fs/cgroup/cpu.max").flatMap(SystemCounters.quota)
        processorPressure = SystemFile.text("/proc/pressure/cpu").flatMap(SystemCounters.pressure)
        memoryPressure = SystemFile.text("/proc/pressure/memory").flatMap(SystemCounters.pressure)
        hugePages = SystemFile.line("/sys/kernel/mm/transparent_hugepage/enabled").flatMap(SystemCounters.choice)
        availableMemory = Self.availableMemoryNow()
        let swap = ["SwapTotal", "SwapFree"].compactMap {
            SystemCounters.bytes(SystemFile.value(of: $0, in: "/proc/meminfo"))
        }
        if swap.count == 2 { swapped = swap[0] - swap[1] }
        do { _ = try Jemalloc() } catch { allocatorProblem = "\(error)" }
    }
}
