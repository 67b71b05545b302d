package import DedupVerification
internal import Evidence
package import Judging
internal import LoadGeneration
internal import Reporting
internal import Workloads

/// A defect, a scenario in which it must show, and what must catch it.
package struct SelftestCase: Sendable {
    /// What catches a defect.
    package enum Catcher: Hashable, Sendable {
        /// A gate of the scenario must fail.
        case gate(String)
        /// The checker must find violations of this kind.
        case violation(ViolationKind)
        /// The harness must find that the load is not what the scenario says.
        case audit(String)
        /// The subject must be found to hang.
        case hang

        package var description: String {
            switch self {
            case .gate(let expression): expression
            case .violation(let kind): kind.rawValue
            case .audit(let name): "audit of \(name)"
            case .hang: "hang"
            }
        }
    }

    package let defect: Defect
    package let scenario: SelftestScenario
    /// All of these must catch it; of the honest subject there are none, and nothing may.
    package let catchers: [Catcher]
    /// What may catch it, too: what follows from the defect, but not every time.
    package let followers: Set<Catcher>

    private init(
        _ defect: Defect, in scenario: SelftestScenario, by catchers: Catcher..., and followers: Set<Catcher> = []
    ) {
        (self.defect, self.scenario, self.catchers, self.followers) = (defect, scenario, catchers, followers)
    }

    /// The honest subject in every scenario, then every defect.
    package static let all = SelftestScenario.allCases.map { SelftestCase(.honest, in: $0) } + defects

    private static let prevented = Catcher.gate("dedup.prevented == 100%")
    private static let repeated = Catcher.gate("hit_rate.repeat > 80%")
    private static let leak = Catcher.gate("memory.leak_bytes_per_op < 0.5B")
    private static let smallLeak = Catcher.gate("memory.leak_bytes_per_op < 0.02B")
    private static let p50 = Catcher.gate("hit.latency.p50 < 50ms")
    private static let p99 = Catcher.gate("hit.latency.p99 < 50ms")

    /// What follows where work is done again.
    private static let again: Set<Catcher> = [prevented, repeated, .violation(.unjustifiedExecution)]
    /// What follows where a result comes late, when there may be a newer one.
    private static let late = again.union([.violation(.outdatedHit), .violation(.servedAfterRemoval)])

    /// What follows where requests are released some at a time: gaps between them that are not those declared, and clients that are
    /// too few for all at once.
    private static let bunched: Set<Catcher> = [.audit("arrivals"), .audit("backlog")]

    private static let defects = [
        SelftestCase(.noDeduplication, in: .herds, by: prevented, repeated, .violation(.overlap), and: again),
        SelftestCase(.checkThenAct, in: .herds, by: prevented, .violation(.overlap), and: [repeated]),
        SelftestCase(.earlyRelease, in: .requests, by: prevented, .violation(.unjustifiedExecution), and: late),
        SelftestCase(.briefGap, in: .edges, by: prevented, .violation(.unjustifiedExecution), and: late),
        SelftestCase(.lostWaiter, in: .herds, by: .hang, .violation(.lostCall)),
        SelftestCase(.refusedDuplicate, in: .herds, by: .violation(.unjustifiedRejection)),
        SelftestCase(.cachedError, in: .requests, by: .violation(.lateFailure), and: [repeated]),
        SelftestCase(.unexplainedError, in: .requests, by: .violation(.unexplainedFailure)),
        SelftestCase(.staleResult, in: .expiry, by: .violation(.staleHit)),
        SelftestCase(.staleAnswer, in: .expiry, by: .violation(.staleHit)),
        SelftestCase(.earlyExpiry, in: .expiry, by: .violation(.prematureExpiry), and: again),
        SelftestCase(.forgottenResult, in: .requests, by: repeated, .violation(.prematureEviction), and: again),
        SelftestCase(.otherKey, in: .requests, by: .violation(.wrongKey)),
        SelftestCase(.otherValue, in: .requests, by: .violation(.corruptValue)),
        SelftestCase(.wrongCounter, in: .requests, by: .violation(.counterMismatch)),
        SelftestCase(.hiddenRelease, in: .requests, by: .violation(.prematureEviction), prevented, and: late),
        SelftestCase(.smallerCapacity, in: .requests, by: .violation(.prematureEviction), and: again),
        SelftestCase(.keptEvicted, in: .evictions, by: .violation(.servedAfterRemoval)),
        SelftestCase(.resurrectedResult, in: .evictions, by: .violation(.outdatedHit), and: late),
        SelftestCase(.ttlOffByOne, in: .hot, by: .violation(.staleHit)),
        SelftestCase(.droppedSecret, in: .requests, by: .violation(.wrongKey)),
        SelftestCase(.inventedAnswer, in: .requests, by: .violation(.unknownExecution)),
        SelftestCase(.swallowedError, in: .requests, by: .violation(.wrongOutcome)),
        SelftestCase(
            .earlyAnswer, in: .alone, by: .violation(.answerFromFuture),
            and: [repeated]),
        SelftestCase(.mislabelledHit, in: .requests, by: .violation(.lateJoin)),
        SelftestCase(.mislabelledJoin, in: .herds, by: .violation(.foreignExecution)),
        SelftestCase(.lateWakeup, in: .herds, by: .gate("joined.wakeup.max < 1s if any")),
        SelftestCase(
            .ignoredInvalidation, in: .verbs, by: .violation(.servedAfterRemoval), and: [.violation(.outdatedHit)]),
        SelftestCase(.lateEpoch, in: .verbs, by: .violation(.servedAfterRemoval), and: late),
        SelftestCase(.missedResult, in: .verbs, by: .violation(.missedResult)),
        SelftestCase(.cancelledForAll, in: .verbs, by: .violation(.unexplainedFailure), and: [repeated]),
        SelftestCase(.givenUp, in: .requests, by: .violation(.unjustifiedAbandonment)),
        SelftestCase(.slowHits, in: .hits, by: p50, p99),
        SelftestCase(.sometimesSlowHits, in: .hits, by: p99),
        SelftestCase(.rarelySlowHits, in: .hits, by: p99),
        SelftestCase(.fewerRequests, in: .arrivals, by: .audit("keys")),
        SelftestCase(.slowerArrivals, in: .arrivals, by: .audit("arrivals")),
        SelftestCase(.wrongSkew, in: .arrivals, by: .audit("keys")),
        SelftestCase(.leakedObject, in: .memory, by: leak, smallLeak),
        SelftestCase(.rarelyLeakedObject, in: .memory, by: smallLeak),
        SelftestCase(.unboundedMap, in: .memory, by: leak, smallLeak),
        SelftestCase(.ignoredCapacity, in: .capacity, by: .gate("memory.live_peak_bytes < 64MiB")),
        SelftestCase(.tooSlow, in: .arrivals, by: .audit("backlog")),
        SelftestCase(.floodedExcuses, in: .evictions, by: .audit("history"), and: again),
        SelftestCase(.lateReleases, in: .arrivals, by: .audit("lag"), and: bunched),
        SelftestCase(.stalledReleases, in: .arrivals, by: .audit("pace"), and: bunched.union([.audit("lag")])),
        SelftestCase(.missedEvents, in: .edges, by: .audit("edges")),
        SelftestCase(.starvedClients, in: .threads, by: .audit("concurrency")),
        SelftestCase(.unreadableMemory, in: .memory, by: .audit("memory")),
    ]

    /// Everything that catches something: the rules of the checker, the gates of the scenarios, the audits of the load.
    package static let checks: [Catcher] = {
        var gates: [Catcher] = []
        for gate in all.flatMap(\.catchers) where !gates.contains(gate) {
            if case .gate = gate { gates.append(gate) }
        }
        let audits = [
            "memory", "history", "concurrency", "keys", "arrivals", "pace", "lag", "backlog", "edges",
        ]
        return ViolationKind.allCases.map { .violation($0) } + gates + [.hang] + audits.map { .audit($0) }
    }()

    /// What came of driving it.
    package struct Outcome: Sendable {
        /// Everything that caught it: gates in their order, then violations by name.
        package var caught: [Catcher]
        package var verdict: RunVerdict
        /// What was said about gates that did neither pass nor fail.
        package var doubts: [String]

        /// An outcome from its parts.
        package init(caught: [Catcher], verdict: RunVerdict, doubts: [String] = []) {
            self.caught = caught
            self.verdict = verdict
            self.doubts = doubts
        }

        init(_ report: SubjectReport) {
            verdict = report.verdict
            caught = report.gates.filter { $0.verdict == .fail }.map { .gate($0.gate.expression.description) }
            doubts = report.gates.filter { $0.verdict == .inconclusive || $0.verdict == .invalid }.map(\.reason)
            doubts += report.overload + report.invalidity + [report.growth?.explanation].compactMap(\.self)
            let audits = report.phases.flatMap(\.audits)
            doubts += audits.filter { $0.name == "threads" }.map(\.explanation)
            if case .hung = report.ending { caught.append(.hang) }
            let kinds = report.verification?.violationsByKind.keys.sorted { $0.rawValue < $1.rawValue } ?? []
            caught += kinds.map(Catcher.violation)
            caught += Set(audits.filter { !$0.passed }.map(\.name)).sorted().map(Catcher.audit)
        }

        /// What came of it if a check had been switched off.
        func without(_ check: Catcher) -> Outcome {
            var outcome = self
            outcome.caught.removeAll { $0 == check }
            return outcome
        }
    }

    /// Whether it came out as it must: what must catch it does, and nothing beside it without a reason.
    package func isBorneOut(by outcome: Outcome) -> Bool {
        if defect == .honest { return outcome.verdict == .pass }
        let expected: [RunVerdict] = defect.isInvalid ? [.invalid] : [.fail, .hung]
        return expected.contains(outcome.verdict) && Set(catchers).isSubset(of: outcome.caught)
            && unreasoned(outcome).isEmpty
    }

    /// What caught it without a reason. An audit that says that the machine was too slow accuses no subject.
    package func unreasoned(_ outcome: Outcome) -> [Catcher] {
        outcome.caught.filter { catcher in
            if case .audit = catcher, !defect.isOfGenerator { return false }
            return !catchers.contains(catcher) && !followers.contains(catcher)
        }
    }

    /// Drives the subject with the defect through the scenario.
    ///
    /// - Throws: ``Failure`` if that cannot be done at all.
    package func run(in context: CommandContext) async throws(Failure) -> Outcome {
        let blueprint = DefectiveSubject.blueprint(defect)
        var context = context
        if defect.isOfGenerator { context.machine = DefectiveMachine(context.machine, defect) }
        // A lost waiter is waited for until the watchdog gives up; whatever else there is to wait for takes far less.
        let watchdog = Duration.seconds(defect == .lostWaiter ? 2 : 30)
        let plan = try RunPlan(
            try scenario.scenario(), named: scenario.rawValue, subjects: [blueprint],
            load: LoadConfiguration(workers: context.workers, watchdog: watchdog))
        let driver = RunDriver(plan: plan, context: context, progress: ProgressDisplay(isOff: true, in: context))
        do {
            let runner =
                try defect.isOfGenerator ? misdrawn(plan, context) : driver.makeRunner(for: plan.combinations[0])
            let evidence = try await driver.run(blueprint, in: plan.combinations[0], with: runner)
            return Outcome(SubjectReport(evidence, gates: plan.gates))
        } catch {
            throw Failure("\(defect.rawValue) cannot be driven: \(error)", .internalError)
        }
    }

    /// A runner that says it does what the scenario says, and does something else.
    private func misdrawn(_ plan: RunPlan, _ context: CommandContext) throws -> LoadRunner {
        var drawn = plan.scenario
        for phase in drawn.phases.indices { defect.misdraw(&drawn.phases[phase]) }
        let builder = try StreamBuilder(drawn)
        return try LoadRunner(
            plan.scenario, streams: drawn.phases.map { builder.stream(for: $0) }, configuration: plan.load,
            machine: context.machine, stop: context.interruption.stop)
    }
}
