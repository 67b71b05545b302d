/// Many schedules, one after the other, seed by seed.
struct Campaign {
    /// Every so many schedules one is run twice, to see that the seed alone decides.
    private static let replayInterval = 250

    let target: Schedule.Target
    let scenario: Scenario?

    private(set) var schedules = 0
    private(set) var steps = 0
    private(set) var replays = 0
    private(set) var coverage = Coverage()
    private(set) var schedulesOfScenario: [Scenario: Int] = [:]
    /// A digest of all schedules: the same for the same seeds in every process.
    private(set) var digest: UInt64 = 0
    private(set) var failure: ScheduleReport?

    init(_ target: Schedule.Target, scenario: Scenario?) {
        self.target = target
        self.scenario = scenario
    }

    /// Runs schedules until one fails.
    mutating func run(from first: UInt64, count: Int) {
        for offset in 0..<UInt64(count) {
            let schedule = Schedule(seed: first &+ offset, scenario: scenario, target: target)
            var report = schedule.run()
            if report.problems.isEmpty, offset % UInt64(Self.replayInterval) == 0 {
                replays += 1
                report = replayed(schedule, report)
            }
            add(report)
            if !report.problems.isEmpty {
                failure = report
                return
            }
        }
    }

    /// The report, or one that says that the same seed gave another schedule.
    private func replayed(_ schedule: Schedule, _ report: ScheduleReport) -> ScheduleReport {
        let again = schedule.run()
        if again.digest == report.digest, again.steps == report.steps { return again }
        return ScheduleReport(
            seed: schedule.seed, program: schedule.program,
            problems: ["the same seed gave another schedule the second time: something in it is not deterministic"])
    }

    private mutating func add(_ report: ScheduleReport) {
        schedules += 1
        steps += report.steps
        coverage.add(report.coverage)
        schedulesOfScenario[report.scenario, default: 0] += 1
        digest = (digest &* 31) ^ report.digest
    }
}
