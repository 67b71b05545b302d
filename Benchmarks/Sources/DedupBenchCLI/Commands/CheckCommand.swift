internal import ArgumentParser
internal import DedupVerification
internal import Judging
internal import Workloads

/// `dedupbench check`
struct CheckCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the log of a system that ran elsewhere, in any language: was work done twice?",
        discussion: """
            Examples:
              dedupbench check calls.csv --ttl fixed:60s
              dedupbench check calls.ndjson.zst --ttl none --duplicates reject
              dedupbench check calls.csv --ttl fixed:60s --time-unit ms
              dedupbench check calls.csv --ttl fixed:60s --capacity 10000

            The log has one call, execution or excuse a line: comma-separated text with a header, or a JSON object a line.

              type,key,start,end,execution,outcome,succeeded,kind
              execution,user:7,1000,4000,a1,,true,
              call,user:7,900,4100,a1,executed,,
              call,user:7,1500,4200,a1,joined,,
              call,user:7,9000,9010,a1,hit,,
              excuse,user:7,,9500,a1,,,evicted

            `execution` is an id of any form: of the execution itself, or of that whose result a call was answered with. Log an \
            execution inside the work, first thing and last thing, and a call around it, all by one clock. What is \
            missing is an empty field: the end of a call that never returned, an outcome or an execution that is not known. An \
            excuse says why a result is gone: evicted, expired, invalidated or superseded. Times are numbers, or ISO 8601 with \
            an offset, all of one clock. The log begins with an empty cache, unless --excerpt says otherwise.

            Exit code 0 when nothing was found and calls could have been duplicates, 2 for a violation, 65 for a log that \
            cannot be read, 75 when nothing was proved.
            """)

    @Argument(help: "The log; `-` for standard input.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "For how long a result is served: `none`, `forever`, `fixed:60s`, `sliding:60s`, `sliding:60s,max:10m`.",
            valueName: "ttl"))
    var ttl: String

    @Option(help: ArgumentHelp("For how long a failure is served. Default: not at all.", valueName: "time"))
    var failureTtl: String?

    @Option(help: "What happens to a call whose key is being executed. Default: either.")
    var duplicates = Duplicates.either

    @Option(
        help: ArgumentHelp(
            "How many results there is room for: without excuses, a result may be gone once more keys were executed.",
            valueName: "entries"))
    var capacity: Int?

    @Option(
        help: ArgumentHelp(
            "By how much a result may live shorter or longer than its lifetime, because the cache has a coarse clock or another "
                + "one. Default: not at all; times without digits behind the point add one unit.", valueName: "time"))
    var clockTolerance = "0s"

    @Option(
        help: ArgumentHelp("For how long past its lifetime a stale answer may come. Default: never.", valueName: "time")
    )
    var allowStale: String?

    @Flag(help: "The cache was in use before the log begins: executions that are not in it are older ones.")
    var excerpt = false

    @Flag(
        help:
            "An execution that no call has `executed` may renew a fresh result; the log says how each call was answered."
    )
    var allowEarlyRefresh = false

    @Flag(help: "Calls may fail without an execution: by a deadline or a limit.")
    var allowOwnErrors = false

    @Option(help: "The unit of times that are numbers.")
    var timeUnit = TimeUnit.nanoseconds

    @Option(help: "What is printed: a text, or everything as JSON.")
    var format = CheckFormat.text

    func run(_ arguments: [String], in context: CommandContext) throws -> Int32 {
        var checker = try checker()
        let log: HistoryLog
        do { log = try read() } catch { throw Failure("\(error)", .badScenario) }
        checker.allowsUnnamedAnswers = log.unnamedAnswers > 0
        if log.resolution > 1, log.resolution < .max { checker.freshness.clockTolerance += log.resolution }
        try check(log)
        // A cache that logs its evictions is held to that.
        checker.reportsEvictions = capacity == nil || log.history.excuses.contains { $0.kind == .evicted }
        let report = CheckReport(file: file, log: log, result: checker.check(log.history))
        switch format {
        case .text: context.console.out(report.text(context.console.terminal))
        case .json: context.console.out(report.json)
        }
        return report.verdict.exitCode
    }

    private func read() throws -> HistoryLog {
        try HistoryLog(file: file == "-" ? "/dev/stdin" : file, unit: timeUnit, duplicates: duplicates.mode)
    }

    /// Some promises can only be held against a log that says enough.
    private func check(_ log: HistoryLog) throws(Failure) {
        if allowEarlyRefresh, log.missingOutcomes > 0 {
            throw Failure(
                "--allow-early-refresh: \(log.missingOutcomes) calls have no outcome, so who asked for an execution cannot be "
                    + "told from who did not; log the outcome of each call", .usage)
        }
        if ttl.hasPrefix("sliding"), log.unnamedAnswers > 0 {
            throw Failure(
                "--ttl \(ttl): \(log.unnamedAnswers) answers name no execution, so what has made a result live longer is not "
                    + "known; log the execution of each answer, or leave the lifetime open with forever", .usage)
        }
    }

    private func checker() throws(Failure) -> HistoryChecker {
        if let capacity, capacity < 1 { throw Failure("--capacity: must be at least 1", .usage) }
        let tolerance = try OptionText.time(clockTolerance, "--clock-tolerance").nanoseconds
        var freshness = FreshnessRule(.none)
        if ttl != "none" {
            let setting: TimeToLiveSetting = try OptionText.setting(
                ttl, "--ttl", "`none`, \(TimeToLiveSetting.allowed)")
            var cache = CacheSettings()
            cache.timeToLive = setting
            freshness = FreshnessRule(of: cache)
        }
        freshness.failureLifetime = try OptionText.time(failureTtl, "--failure-ttl")?.nanoseconds ?? 0
        freshness.clockTolerance = tolerance
        var checker = HistoryChecker(
            freshness: freshness, capacityBounded: true, duplicateMode: duplicates.mode)
        checker.capacity = capacity
        checker.allowsEarlyRefresh = allowEarlyRefresh
        checker.isExcerpt = excerpt
        checker.allowsUnexplainedFailures = allowOwnErrors
        checker.staleAllowance = try OptionText.time(allowStale, "--allow-stale")?.nanoseconds
        checker.removalLag += tolerance
        checker.flightTolerance += tolerance
        return checker
    }
}

/// What happens to a call whose key is being executed, as ``DuplicateMode`` has it.
enum Duplicates: String, CaseIterable, ExpressibleByArgument {
    case join, reject, either, none

    /// The mode in the words of the checker.
    var mode: DuplicateMode {
        switch self {
        case .join: .join
        case .reject: .reject
        case .either: .either
        case .none: .none
        }
    }
}

/// How the result of a check is printed.
enum CheckFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}

extension TimeUnit: ExpressibleByArgument {}
