package import DedupVerification
internal import Evidence
package import Judging
internal import LoadGeneration
internal import Reporting

/// A defect, a scenario in which it must show, and what must catch it.
package struct SelftestCase: Sendable {
    /// What catches a defect.
    package enum Catcher: Hashable, Sendable {
        /// A gate of the scenario must fail.
        case gate(String)
        /// The checker must find violations of this kind.
        case violation(ViolationKind)
        /// The subject must be found to hang.
        case hang

        package var description: String {
            switch self {
            case .gate(let expression): expression
            case .violation(let kind): kind.rawValue
            case .hang: "hang"
            }
        }
    }

    package let defect: Defect
    package let scenario: SelftestScenario
    /// All of these must catch it; of the honest subject there are none, and nothing may.
    package let catchers: [Catcher]

    private init(_ defect: Defect, in scenario: SelftestScenario, by catchers: Catcher...) {
        (self.defect, self.scenario, self.catchers) = (defect, scenario, catchers)
    }

    /// The honest subject in every scenario, then every defect.
    package static let all = SelftestScenario.allCases.map { SelftestCase(.honest, in: $0) } + defects

    private static let prevented = Catcher.gate("dedup.prevented == 100%")
    private static let repeated = Catcher.gate("hit_rate.repeat > 80%")
    private static let leak = Catcher.gate("memory.leak_bytes_per_op < 0.5B")
    private static let p50 = Catcher.gate("hit.latency.p50 < 50ms")
    private static let p99 = Catcher.gate("hit.latency.p99 < 50ms")

    private static let defects = [
        SelftestCase(.noDeduplication, in: .herds, by: prevented, repeated, .violation(.overlap)),
        SelftestCase(.checkThenAct, in: .herds, by: prevented, .violation(.overlap)),
        SelftestCase(.earlyRelease, in: .requests, by: prevented, .violation(.unjustifiedExecution)),
        SelftestCase(.lostWaiter, in: .herds, by: .hang, .violation(.lostCall)),
        SelftestCase(.refusedDuplicate, in: .herds, by: .violation(.unjustifiedRejection)),
        SelftestCase(.cachedError, in: .requests, by: .violation(.lateFailure)),
        SelftestCase(.unexplainedError, in: .requests, by: .violation(.unexplainedFailure)),
        SelftestCase(.staleResult, in: .expiry, by: .violation(.staleHit)),
        SelftestCase(.staleAnswer, in: .expiry, by: .violation(.staleHit)),
        SelftestCase(.earlyExpiry, in: .expiry, by: .violation(.prematureExpiry)),
        SelftestCase(.forgottenResult, in: .requests, by: repeated),
        SelftestCase(.otherKey, in: .requests, by: .violation(.wrongKey)),
        SelftestCase(.otherValue, in: .requests, by: .violation(.corruptValue)),
        SelftestCase(.wrongCounter, in: .requests, by: .violation(.counterMismatch)),
        SelftestCase(.slowHits, in: .hits, by: p50, p99),
        SelftestCase(.sometimesSlowHits, in: .hits, by: p99),
        SelftestCase(.leakedObject, in: .memory, by: leak),
        SelftestCase(.unboundedMap, in: .memory, by: leak),
        SelftestCase(.ignoredCapacity, in: .capacity, by: .gate("memory.live_peak_bytes < 64MiB")),
    ]

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
            doubts += report.invalidity + [report.growth?.explanation].compactMap(\.self)
            let audits = report.phases.flatMap(\.load.audits)
            doubts += audits.filter { $0.name == "threads" }.map(\.explanation)
            if case .hung = report.ending { caught.append(.hang) }
            let kinds = report.verification?.violationsByKind.keys.sorted { $0.rawValue < $1.rawValue } ?? []
            caught += kinds.map(Catcher.violation)
        }
    }

    /// Whether it came out as it must.
    package func isBorneOut(by outcome: Outcome) -> Bool {
        if defect == .honest { return outcome.verdict == .pass }
        return [.fail, .hung].contains(outcome.verdict) && Set(catchers).isSubset(of: outcome.caught)
    }

    /// Drives the subject with the defect through the scenario.
    ///
    /// - Throws: ``Failure`` if that cannot be done at all.
    package func run(in context: CommandContext) async throws(Failure) -> Outcome {
        let blueprint = DefectiveSubject.blueprint(defect)
        // A lost waiter is waited for until the watchdog gives up; whatever else there is to wait for takes far less.
        let watchdog = Duration.seconds(defect == .lostWaiter ? 2 : 30)
        let plan = try RunPlan(
            try scenario.scenario(), named: scenario.rawValue, subjects: [blueprint],
            load: LoadConfiguration(workers: context.workers, watchdog: watchdog))
        let driver = RunDriver(plan: plan, context: context, progress: ProgressDisplay(isOff: true, in: context))
        do {
            let runner = try driver.makeRunner(for: plan.combinations[0])
            let evidence = try await driver.run(blueprint, in: plan.combinations[0], with: runner)
            return Outcome(SubjectReport(evidence, gates: plan.gates))
        } catch {
            throw Failure("\(defect.rawValue) cannot be driven: \(error)", .internalError)
        }
    }
}
