package import Measurement

/// Whether a machine is fit for measuring, check by check.
package struct MachineHealth: Hashable, Sendable {
    /// What a check came to.
    package enum Verdict: String, Hashable, Sendable {
        /// Nothing is wrong.
        case fit
        /// Figures may be worse than they need be, or noisy.
        case doubtful
        /// Figures say more about the machine than about the subject.
        case unfit
        /// The system does not tell.
        case unknown
    }

    /// One check.
    package struct Check: Hashable, Sendable {
        package let name: String
        package let observed: String
        package let verdict: Verdict
        /// What is wrong and what to do about it; empty if nothing is.
        package let remedy: String
    }

    /// All checks, in the order in which they are shown.
    package let checks: [Check]

    /// The worst of them; what is not known does not count.
    package var verdict: Verdict {
        if checks.contains(where: { $0.verdict == .unfit }) { return .unfit }
        return checks.contains { $0.verdict == .doubtful } ? .doubtful : .fit
    }

    /// Judges readings.
    package init(_ readings: MachineReadings) {
        checks =
            Self.processors(readings) + Self.clocks(readings) + Self.others(readings) + Self.stalls(readings.stalls)
            + Self.memory(readings)
    }

    private static func processors(_ readings: MachineReadings) -> [Check] {
        let isLimited = readings.quota.map { $0 < Double(readings.cores) } ?? false
        let slow = ["powersave", "conservative", "ondemand", "schedutil"]
        return [
            Check(
                name: "build", observed: readings.isOptimized ? "release" : "debug",
                verdict: readings.isOptimized ? .fit : .unfit,
                remedy: readings.isOptimized ? "" : "latencies are those of a debug build: build with -c release"),
            Check(
                name: "processors", observed: "\(readings.cores)", verdict: readings.cores > 1 ? .fit : .doubtful,
                remedy: readings.cores > 1
                    ? "" : "clients and subject take turns on one: use a machine with two or more"),
            Check(
                name: "quota", observed: readings.quota.map { "\(rounded($0)) processors" } ?? "none",
                verdict: isLimited ? .doubtful : .fit,
                remedy: isLimited
                    ? "the control group may use fewer processors than there are, and is stopped when it has: raise cpu.max"
                    : ""),
            check(
                "throttled", readings.throttled.map { ("\($0) times", $0 > 0 ? .unfit : .fit) },
                "raise cpu.max of the control group"),
            check(
                "frequency", readings.governor.map { ($0, slow.contains($0) ? .doubtful : .fit) },
                "the frequency follows the load, with a delay: cpupower frequency-set -g performance"),
        ]
    }

    private static func clocks(_ readings: MachineReadings) -> [Check] {
        let slow = ["hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit"]
        return [
            check(
                "clock", readings.clockSource.map { ($0, slow.contains($0) ? .unfit : .fit) },
                "each reading leaves the process: boot with clocksource=tsc, or on another hypervisor"),
            check(
                "clock reading",
                readings.clockCost.map { ("\(rounded($0)) ns", $0 > 1_000 ? .unfit : $0 > 200 ? .doubtful : .fit) },
                "two readings stand in each latency"),
        ]
    }

    private static func others(_ readings: MachineReadings) -> [Check] {
        let cores = Double(readings.cores)
        return [
            check(
                "other processes",
                readings.foreignProcessors.map { busy in
                    (
                        "\(rounded(busy)) of \(readings.cores) processors",
                        busy > cores / 2 ? .unfit : busy > cores / 10 ? .doubtful : .fit
                    )
                }, "something else runs: end it, or wait until it has"),
            check(
                "steal", readings.steal.map { (percent($0), $0 > 0.05 ? .unfit : $0 > 0.01 ? .doubtful : .fit) },
                "the hypervisor gives the time to other machines: use one that is not overcommitted"),
            check(
                "pressure, processors",
                readings.processorPressure.map { (percent($0), $0 > 0.5 ? .unfit : $0 > 0.1 ? .doubtful : .fit) },
                "something waits for a processor"),
        ]
    }

    private static func stalls(_ stalls: StallReport) -> [Check] {
        guard let high = stalls.delays.percentile(99), let most = stalls.delays.maximum else {
            return [check("stalls", nil, "")]
        }
        let verdict: Verdict =
            most >= 100_000_000 || stalls.count > 10
            ? .unfit : most >= 10_000_000 || high > 1_000_000 ? .doubtful : .fit
        return [
            check(
                "stalls",
                ("p99 \(high / 1_000) us, most \(most / 1_000) us, \(stalls.count) of 10 ms or more", verdict),
                "a thread that wants to run does not: latencies of this length are the machine's")
        ]
    }

    private static func memory(_ readings: MachineReadings) -> [Check] {
        let gibibyte = 1 << 30
        return [
            Check(
                name: "allocator", observed: readings.allocatorProblem == nil ? "jemalloc" : "not readable",
                verdict: readings.allocatorProblem == nil ? .fit : .unfit,
                remedy: readings.allocatorProblem.map { "memory phases cannot run: \($0)" } ?? ""),
            check(
                "huge pages", readings.hugePages.map { ($0, $0 == "always" ? .doubtful : .fit) },
                "resident memory moves in steps of 2 MiB: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"),
            check(
                "available memory",
                readings.availableMemory.map {
                    ("\(rounded(Double($0) / Double(gibibyte))) GiB", $0 < gibibyte ? .doubtful : .fit)
                }, "a history of four million calls takes about 600 MB"),
            check(
                "swapped", readings.swapped.map { ("\($0 >> 20) MiB", $0 > 64 << 20 ? .doubtful : .fit) },
                "pages come back from a disk in the middle of a call: swapoff -a"),
            check(
                "pressure, memory",
                readings.memoryPressure.map { (percent($0), $0 > 0.1 ? .unfit : $0 > 0.01 ? .doubtful : .fit) },
                "something waits for memory"),
        ]
    }

    private static func check(_ name: String, _ seen: (observed: String, verdict: Verdict)?, _ remedy: String) -> Check
    {
        guard let seen else { return Check(name: name, observed: "not told", verdict: .unknown, remedy: "") }
        return Check(
            name: name, observed: seen.observed, verdict: seen.verdict, remedy: seen.verdict == .fit ? "" : remedy)
    }

    private static func percent(_ share: Double) -> String { "\(rounded(share * 100)) %" }

    private static func rounded(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
