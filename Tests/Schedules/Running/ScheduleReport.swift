internal import Dedup

/// What came of one schedule.
struct ScheduleReport {
    let seed: UInt64
    let scenario: Scenario
    /// What is wrong, in sentences; empty when nothing is.
    let problems: [String]
    /// The same for the same choices in the same order.
    let digest: UInt64
    let steps: Int
    /// How much was explored.
    let coverage: Coverage
    /// What happened, a line each; empty unless it was asked for.
    let log: [String]

    init(
        seed: UInt64, program: Program, problems: [String], digest: UInt64 = 0, steps: Int = 0,
        observer: Observer? = nil
    ) {
        self.seed = seed
        scenario = program.scenario
        self.problems = problems
        self.digest = digest
        self.steps = steps
        coverage = observer.map { Coverage($0) } ?? Coverage()
        log = observer?.log ?? []
    }
}

/// How much of the semantics schedules went through: a simulation that never meets a case proves nothing about it.
struct Coverage {
    private(set) var counts: [String: Int] = [:]

    init() {}

    init(_ observer: Observer) {
        for call in observer.calls {
            count("calls")
            if call.parent != nil { count("calls from inside a step") }
            switch call.ending {
            case .answered(let answer): count("\(answer.source)")
            case .stepFailed: count("step failed")
            case .cancelled: count("cancelled")
            case .refused(let code, _): count(code.rawValue)
            case .unexpected, nil: break
            }
        }
        for execution in observer.executions {
            count("executions")
            if execution.cancelledAt != nil { count("executions cancelled") }
        }
        for _ in observer.invalidations { count("invalidations") }
        if let shutdown = observer.shutdown { count(shutdown.wasOrderly ? "orderly shutdowns" : "hasty shutdowns") }
    }

    private mutating func count(_ name: String) {
        counts[name, default: 0] += 1
    }

    mutating func add(_ other: Coverage) {
        counts.merge(other.counts, uniquingKeysWith: +)
    }
}
