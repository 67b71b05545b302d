internal import Caching
internal import Dedup

/// Compares the library's own counts with what happened.
struct StatisticsOracle {
    private(set) var problems: [String] = []

    init(_ evidence: Evidence, _ core: CoreEvidence) {
        let seen = SeenOutcomes(evidence)
        let statistics = core.statistics
        let outcomes = statistics.outcomes
        compare("requests", statistics.requests, evidence.calls.count)
        compare("hits", statistics.hits + outcomes.confirmed, seen.hits)
        compare("executed", outcomes.executed, seen.executed)
        compare("joined", outcomes.joined, seen.joined)
        compare("failed and cached failures", outcomes.failed + outcomes.cachedFailures, seen.stepFailed)
        compare("rejected", outcomes.rejected, seen.rejected)
        compare("overdue", outcomes.overdue, seen.overdue)
        compare("cancelled", outcomes.cancelled, seen.cancelled)
        compare("past their deadline", outcomes.deadlineExceeded, seen.deadlineExceeded)
        compare("recursive", outcomes.recursive, seen.recursive)
        compare("refused", outcomes.refused, seen.refused)
        compare("executions running at the end", statistics.executions.running, 0)
        compare("flights at the end", statistics.flights, 0)
        compare("alarms at the end", evidence.alarms, 0)
        judgeExecutions(evidence, core)
    }

    private mutating func compare(_ name: String, _ reported: Int, _ seen: Int) {
        if reported != seen { problems.append("the library counts \(reported) \(name), and there were \(seen)") }
    }

    private mutating func judgeExecutions(_ evidence: Evidence, _ core: CoreEvidence) {
        let executions = core.statistics.executions
        let began = evidence.executions.count
        if evidence.program.configuration.recordStoreFailure == .failOpen {
            compare("executions", executions.started, began)
            compare("failed executions", executions.failed, evidence.executions.count { !$0.succeeded })
        } else if executions.started < began {
            problems.append("the library counts \(executions.started) executions, and \(began) began")
        }
        let shutdownWasLate = evidence.shutdown.map { shutdown in
            shutdown.wasOrderly && shutdown.runningAtEnd > 0
        }
        if shutdownWasLate == true { problems.append("shutdown said that all had ended while steps were running") }
    }
}

/// How calls ended, counted as the library counts them.
private struct SeenOutcomes {
    var hits = 0
    var executed = 0
    var joined = 0
    var stepFailed = 0
    var rejected = 0
    var overdue = 0
    var cancelled = 0
    var deadlineExceeded = 0
    var recursive = 0
    var refused = 0

    init(_ evidence: Evidence) {
        for call in evidence.calls {
            switch call.ending {
            case .answered(let answer) where answer.source == .hit: hits += 1
            case .answered(let answer) where answer.source == .joined: joined += 1
            case .answered: executed += 1
            case .stepFailed: stepFailed += 1
            case .cancelled: cancelled += 1
            case .refused(.rejected, _): rejected += 1
            case .refused(.overdue, _): overdue += 1
            case .refused(.deadlineExceeded, _): deadlineExceeded += 1
            case .refused(.recursiveExecution, _): recursive += 1
            case .refused: refused += 1
            case .unexpected, nil: break
            }
        }
    }
}
