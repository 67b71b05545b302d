internal import Caching
internal import Dedup

/// One schedule: a program, run once in the order that its seed gives.
struct Schedule {
    /// What is run.
    enum Target: Hashable, Sendable {
        case core
        /// The small deduplicator, with a bug or without.
        case small(PlantedBug?)
        /// The library, used so that it cannot see recursion.
        case hiddenRecursion
    }

    /// More steps than any program needs: what runs longer never ends.
    private static let stepLimit = 50_000
    /// Virtual nanoseconds by which every caller must have its answer.
    private static let timeLimit: UInt64 = 1_000_000_000

    let seed: UInt64
    let scenario: Scenario?
    let target: Target
    var isVerbose = false

    /// What the seed makes happen.
    var program: Program { Program(seed: seed, scenario: scenario, supported: supportedFeatures) }

    /// Runs it and judges it.
    func run() -> ScheduleReport {
        let program = program
        let scheduler = DeterministicScheduler(seed: seed ^ 0x5EED, pace: program.pace)
        return RuntimeHooks.withScheduler(scheduler) { run(program, on: scheduler) }
    }

    private var supportedFeatures: Features {
        switch target {
        case .core: .all
        case .small: Scenario.plain.features
        case .hiddenRecursion: [.recursion, .failures]
        }
    }

    private func run(_ program: Program, on scheduler: DeterministicScheduler) -> ScheduleReport {
        let observer = Observer(scheduler: scheduler, isVerbose: isVerbose)
        let escapesBefore = RuntimeHooks.escapeCount
        let waitsBefore = WaitGraph.shared.withLock { $0.isEmpty }
        var stage: Stage?
        do {
            stage = try Stage(program, target, scheduler, observer, seed: seed)
        } catch {
            return ScheduleReport(seed: seed, program: program, problems: ["it could not be set up: \(error)"])
        }
        var problems = stage.map { drive($0, scheduler, observer) } ?? []
        var evidence = Evidence(program: program, observer: observer)
        if problems.isEmpty, let stage { problems += collect(stage, scheduler, &evidence) }
        if problems.isEmpty { problems += Oracle(evidence).problems }
        weak let core = stage?.subject.core
        stage = nil
        while problems.isEmpty, scheduler.step() {}
        if problems.isEmpty, core != nil { problems.append("the deduplicator is still alive although it is not used") }
        problems += leftovers(problems.isEmpty && waitsBefore, escapesBefore)
        return ScheduleReport(
            seed: seed, program: program, problems: problems, digest: scheduler.digest, steps: scheduler.steps,
            observer: observer)
    }

    /// What the schedule has left behind in the process.
    private func leftovers(_ hadNoWaits: Bool, _ escapesBefore: Int) -> [String] {
        var problems: [String] = []
        if hadNoWaits, !WaitGraph.shared.withLock({ $0.isEmpty }) {
            problems.append("an execution still counts as waiting for another although all have ended")
        }
        if RuntimeHooks.escapeCount != escapesBefore {
            problems.append("a task was enqueued from another thread or with a real delay, past the virtual time")
        }
        return problems
    }

    // MARK: - Driving

    /// Runs all actors to the end; says who is stuck if that does not come.
    private func drive(_ stage: Stage, _ scheduler: DeterministicScheduler, _ observer: Observer) -> [String] {
        let limit = scheduler.clock + Self.timeLimit
        stage.start()
        while stage.isActing {
            guard scheduler.step() else { return stuck(observer, "nothing is left to run, but ") }
            if scheduler.steps > Self.stepLimit { return stuck(observer, "it runs and runs, and still ") }
            if scheduler.clock > limit { return stuck(observer, "after a whole virtual second ") }
        }
        stage.endMaintenance()
        while scheduler.step() {
            if scheduler.steps > Self.stepLimit { return stuck(observer, "it runs and runs, and still ") }
        }
        if observer.openCalls + observer.openExecutions > 0 { return stuck(observer, "nothing is left to run, but ") }
        return []
    }

    private func stuck(_ observer: Observer, _ prefix: String) -> [String] {
        let calls = observer.calls.filter { $0.end == nil }.map { "\($0.name) waits for key \($0.key)" }
        let steps = observer.executions.filter { $0.end == nil }.map { "execution \($0.id) of key \($0.key) runs" }
        let shutdown = observer.shutdown.map { $0.end == nil ? ["shutdown has not returned"] : [] } ?? []
        let all = calls + steps + shutdown
        return [prefix + (all.isEmpty ? "a task of the library's has not ended" : all.joined(separator: ", "))]
    }

    /// Collects what the library says of itself when all is over.
    private func collect(
        _ stage: Stage, _ scheduler: DeterministicScheduler, _ evidence: inout Evidence
    ) -> [String] {
        evidence.superseded = stage.subject.supersededEpochs
        guard let core = stage.subject.core else { return [] }
        evidence.alarms = core.alarmCount
        stage.collect()
        while scheduler.step() {}
        guard let collected = stage.collected else { return ["flushing the records at the end does not end"] }
        evidence.core = collected
        evidence.superseded.formUnion(collected.superseded.keys)
        return []
    }
}
