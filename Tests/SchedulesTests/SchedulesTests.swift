import Testing

/// Two thousand schedules on every test run; `schedules --count 50000` explores more.
@Suite(.serialized)
struct SchedulesTests {
    @Test func coreKeepsItsPromisesInEverySchedule() throws {
        let run = try SchedulesProgram.run("--count", "1000", "--seed", "1")
        #expect(run.exitCode == 0, "\(run.output)")
        #expect(run.output.hasSuffix("PASS\n"), "\(run.output)")
    }

    @Test(arguments: [
        "plain", "waiters", "timeouts", "abandonment", "recursion", "invalidation", "expiry", "records", "shutdown",
        "everything",
    ])
    func coreKeepsItsPromisesInEachScenario(scenario: String) throws {
        let run = try SchedulesProgram.run("--count", "100", "--seed", "70000", "--scenario", scenario)
        #expect(run.exitCode == 0, "\(run.output)")
    }

    @Test func soundSmallDeduplicatorIsNotAccused() throws {
        let run = try SchedulesProgram.run("--planted", "none", "--count", "1000")
        #expect(run.exitCode == 0, "\(run.output)")
    }

    @Test(arguments: [
        "check-then-act", "late-publication", "forgotten-flight", "dropped-waiter", "late-result", "strangers-flight",
        "stale-hit", "cached-failure", "hidden-recursion", "stuck-failure",
    ])
    func plantedBugIsFound(bug: String) throws {
        let run = try SchedulesProgram.run("--planted", bug, "--count", "3000")
        #expect(run.exitCode == 0, "\(run.output)")
        #expect(run.output.contains("\(bug): found with seed "), "\(run.output)")
    }

    @Test func bugThatIsNotFoundFailsTheRun() throws {
        // In one schedule of the first seed there is no failure that could be cached.
        let run = try SchedulesProgram.run("--planted", "cached-failure", "--count", "1")
        #expect(run.exitCode == 2, "\(run.output)")
        #expect(run.output.contains("cached-failure: NOT FOUND"), "\(run.output)")
    }

    @Test func aFailingSeedFailsAgainAndIsExplained() throws {
        let found = try SchedulesProgram.run("--planted", "strangers-flight", "--count", "3000")
        let seed = try #require(found.output.firstMatch(of: /found with seed ([0-9]+)/)).output.1
        let first = try SchedulesProgram.run("--planted", "strangers-flight", "--replay", String(seed))
        let second = try SchedulesProgram.run("--planted", "strangers-flight", "--replay", String(seed))
        #expect(first.exitCode == 2)
        #expect(first.output == second.output)
        #expect(!first.lines(beginningWith: "PROBLEM: ").isEmpty, "\(first.output)")
    }

    @Test func sameSeedsGiveTheSameSchedulesInEveryProcess() throws {
        let first = try SchedulesProgram.run("--count", "200", "--seed", "31337")
        let second = try SchedulesProgram.run("--count", "200", "--seed", "31337")
        let digest = first.lines(beginningWith: "run twice and found to be the same: 1; digest of all: ")
        #expect(digest.count == 1, "\(first.output)")
        #expect(digest == second.lines(beginningWith: "run twice"))
    }

    @Test(arguments: [
        ["--cuont", "5"], ["--count", "none"], ["--count", "0"], ["--scenario", "all"], ["--planted", "no"],
    ])
    func wrongCommandLineIsRefused(arguments: [String]) throws {
        let run = try SchedulesProgram.run(arguments[0], arguments[1])
        #expect(run.exitCode == 64)
        #expect(run.output.contains(arguments[0]), "\(run.output)")
    }
}
