import Judging
import Measurement
import Testing

/// What readings of a machine are worth.
@Suite struct MachineHealthTests {
    private static let good: MachineReadings = {
        var readings = MachineReadings()
        readings.cores = 4
        readings.clockSource = "tsc"
        readings.clockCost = 25
        readings.governor = "performance"
        readings.foreignProcessors = 0.1
        readings.steal = 0
        readings.throttled = 0
        readings.processorPressure = 0
        readings.memoryPressure = 0
        readings.hugePages = "madvise"
        readings.availableMemory = 8 << 30
        readings.swapped = 0
        for _ in 0..<1_000 { readings.stalls.note(0, 1_060_000, wanted: 1_000_000) }
        return readings
    }()

    @Test func aGoodMachineIsFit() {
        let health = MachineHealth(Self.good)
        #expect(health.verdict == .fit && health.checks.allSatisfy { $0.verdict == .fit && $0.remedy.isEmpty })
    }

    @Test func whatTheSystemDoesNotTellIsNotJudged() {
        let health = MachineHealth(MachineReadings())
        #expect(health.checks.contains { $0.verdict == .unknown })
        #expect(health.checks.filter { $0.verdict != .unknown && $0.verdict != .fit }.map(\.name) == ["processors"])
    }

    /// A reading that is changed, and what its check must come to.
    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let verdict: MachineHealth.Verdict
        let make: @Sendable (inout MachineReadings) -> Void
        var testDescription: String { "\(name), \(verdict)" }

        init(
            _ name: String, _ verdict: MachineHealth.Verdict,
            _ make: @escaping @Sendable (inout MachineReadings) -> Void
        ) {
            (self.name, self.verdict, self.make) = (name, verdict, make)
        }
    }

    static let changes: [Change] = [
        Change("build", .unfit) { $0.isOptimized = false },
        Change("processors", .doubtful) { $0.cores = 1 },
        Change("quota", .doubtful) { $0.quota = 1.5 },
        Change("throttled", .unfit) { $0.throttled = 3 },
        Change("frequency", .doubtful) { $0.governor = "powersave" },
        Change("clock", .unfit) { $0.clockSource = "hpet" },
        Change("clock reading", .doubtful) { $0.clockCost = 300 },
        Change("clock reading", .unfit) { $0.clockCost = 1_500 },
        Change("other processes", .doubtful) { $0.foreignProcessors = 0.5 },
        Change("other processes", .unfit) { $0.foreignProcessors = 2.5 },
        Change("steal", .doubtful) { $0.steal = 0.02 },
        Change("steal", .unfit) { $0.steal = 0.1 },
        Change("pressure, processors", .doubtful) { $0.processorPressure = 0.2 },
        Change("stalls", .doubtful) { $0.stalls.note(0, 30_000_000, wanted: 1_000_000) },
        Change("stalls", .unfit) { $0.stalls.note(0, 300_000_000, wanted: 1_000_000) },
        Change("allocator", .unfit) { $0.allocatorProblem = "no jemalloc" },
        Change("huge pages", .doubtful) { $0.hugePages = "always" },
        Change("available memory", .doubtful) { $0.availableMemory = 500 << 20 },
        Change("swapped", .doubtful) { $0.swapped = 1 << 30 },
        Change("pressure, memory", .unfit) { $0.memoryPressure = 0.5 },
    ]

    /// One reading is changed, and its check says so with a remedy.
    @Test(arguments: changes) func aReadingThatIsWrongIsNamed(_ change: Change) {
        var readings = Self.good
        change.make(&readings)
        let wrong = MachineHealth(readings).checks.filter { $0.verdict != .fit }
        #expect(wrong.map(\.name) == [change.name] && wrong.map(\.verdict) == [change.verdict])
        #expect(wrong.allSatisfy { !$0.remedy.isEmpty } && MachineHealth(readings).verdict == change.verdict)
    }
}
