internal import Dedup
internal import Glibc

/// Explores schedules of the core: see ``Options/usage``.
@main
enum SchedulesCommand {
    static func main() {
        // Dictionaries are ordered by a seed of the process; this makes it the same one in every process.
        if getenv("SWIFT_DETERMINISTIC_HASHING") == nil { restart() }
        let options: Options
        do {
            options = try Options(CommandLine.arguments.dropFirst())
        } catch {
            print("schedules: \(error.message)\n\(Options.usage)")
            exit(64)
        }
        if options.wantsHelp {
            print(Options.usage)
            exit(0)
        }
        guard RuntimeHooks.install() else {
            print("schedules: this Swift runtime has no hook for its global executor")
            exit(70)
        }
        exit(run(options) ? 0 : 2)
    }

    private static func restart() {
        setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        print("schedules: the program could not restart itself, so dictionaries have no fixed order")
        exit(71)
    }

    private static func run(_ options: Options) -> Bool {
        switch options.subject {
        case .core: options.replaysOnly ? replay(.core, options) : explore(.core, options)
        case .small: options.replaysOnly ? replay(.small(nil), options) : explore(.small(nil), options)
        case .planted(let bugs):
            // Not `allSatisfy`: each bug is looked for, whatever became of those before.
            bugs.map { options.replaysOnly ? replay($0.target, options) : find($0, options) }.allSatisfy { $0 }
        }
    }

    // MARK: - Exploring

    /// Runs the schedules; whether none failed.
    private static func explore(_ target: Schedule.Target, _ options: Options) -> Bool {
        var campaign = Campaign(target, scenario: options.scenario)
        let clock = ContinuousClock()
        let processorTime = Glibc.clock()
        let took = clock.measure { campaign.run(from: options.firstSeed, count: options.count) }
        let worked = Double(Glibc.clock() - processorTime) / 1_000_000
        let seconds = took / .seconds(1)
        print(
            "\(campaign.schedules) schedules from seed \(options.firstSeed): \(campaign.steps) steps in "
                + "\(rounded(seconds)) s (\(rounded(worked)) s of processor time), \(Int(Double(campaign.schedules) / seconds)) schedules/s, "
                + "\(Int(Double(campaign.steps) / seconds)) steps/s")
        print("run twice and found to be the same: \(campaign.replays); digest of all: \(hexadecimal(campaign.digest))")
        let scenarios = campaign.schedulesOfScenario.sorted { $0.key.rawValue < $1.key.rawValue }
        print("scenarios: " + scenarios.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", "))
        let counts = campaign.coverage.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        print("met: " + counts.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        guard let failure = campaign.failure else {
            print("PASS")
            return true
        }
        print("FAIL")
        show(failure, target, options)
        return false
    }

    // MARK: - Planted bugs

    /// Looks for a planted bug; whether it was found.
    private static func find(_ bug: PlantedBug, _ options: Options) -> Bool {
        var campaign = Campaign(bug.target, scenario: options.scenario)
        campaign.run(from: options.firstSeed, count: options.count)
        guard let failure = campaign.failure else {
            print("\(bug.rawValue): NOT FOUND in \(campaign.schedules) schedules")
            return false
        }
        let again = Schedule(seed: failure.seed, scenario: options.scenario, target: bug.target).run()
        guard again.digest == failure.digest, again.problems == failure.problems else {
            print("\(bug.rawValue): found with seed \(failure.seed), but running that again gave something else")
            return false
        }
        print("\(bug.rawValue): found with seed \(failure.seed), after \(campaign.schedules) schedules")
        print("    \(failure.problems.first?.split(separator: "\n").first ?? "")")
        return true
    }

    // MARK: - Showing

    private static func show(_ failure: ScheduleReport, _ target: Schedule.Target, _ options: Options) {
        let scenario = options.scenario.map { " --scenario \($0.rawValue)" } ?? ""
        print("seed \(failure.seed), a program of the scenario '\(failure.scenario.rawValue)'; to see it again:")
        print("    schedules --replay \(failure.seed)\(scenario)")
        _ = replay(target, options, seed: failure.seed)
        for problem in failure.problems { print("PROBLEM: \(problem)") }
    }

    /// Runs one schedule and tells what happens in it; whether it was as it should be.
    private static func replay(_ target: Schedule.Target, _ options: Options, seed: UInt64? = nil) -> Bool {
        let seed = seed ?? options.firstSeed
        let schedule = Schedule(seed: seed, scenario: options.scenario, target: target, isVerbose: true)
        let program = schedule.program
        print("pace: \(program.pace)")
        print(
            "store: \(program.store), \(program.configuration.recordStoreFailure), maintained: \(program.isMaintained)")
        for (key, plan) in program.keys.enumerated() {
            print("key \(key): \(plan.policy)\n    lives \(plan.freshness)")
        }
        let report = schedule.run()
        for line in report.log { print(line) }
        for problem in report.problems { print("PROBLEM: \(problem)") }
        print("digest \(hexadecimal(report.digest)), \(report.steps) steps")
        return report.problems.isEmpty
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        "0x" + String(number, radix: 16)
    }

    private static func rounded(_ seconds: Double) -> Double {
        (seconds * 100).rounded() / 100
    }
}

extension PlantedBug {
    fileprivate var target: Schedule.Target {
        self == .hiddenRecursion ? .hiddenRecursion : .small(self)
    }
}
