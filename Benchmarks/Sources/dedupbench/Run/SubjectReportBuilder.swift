package import DedupVerification
internal import Foundation
internal import Gates
package import LoadGeneration
internal import Measurement
internal import Reporting
package import Workloads

/// Makes the report of a subject from what driving it yielded: verification, then metrics, then gates.
struct SubjectReportBuilder {
    let combination: RunPlan.Combination
    let gates: [Gate]
    /// Why the run was stopped, if it was.
    let interruption: String?

    func report(of run: SubjectRun) -> SubjectReport {
        var report = SubjectReport(
            subject: run.subject.name, strategy: combination.strategy, seed: combination.scenario.seed)
        report.isJudged = run.subject.isJudged
        if run.subject.isJudged {
            var checker = HistoryChecker(of: run.subject, under: combination.scenario.system)
            // A thread that the machine did not run could not log what it had removed.
            checker.removalLag += run.phases.compactMap(\.hiccups.delays.maximum).max() ?? 0
            report.verification = checker.check(run.history, counters: run.counters)
        }
        report.phases = run.phases.map { phase($0, run, report.verification) }
        report.total = PhaseReport.sum(report.measured)
        report.ending = ending(run)
        report.invalidity = invalidity(run, report.total.counts)
        report.judge(gates)
        return report
    }

    private func phase(_ result: PhaseResult, _ run: SubjectRun, _ verification: VerificationResult?) -> PhaseReport {
        var report = PhaseReport(name: result.name, isWarmup: result.isWarmup)
        report.start = result.start
        report.duration = result.duration
        report.isVerified = verification != nil
        report.counts = verification?.phases[result.number] ?? Self.unverified(result)
        report.latencies = LatencyDistributions(result.latencies)
        report.latencies.isOpen = result.isOpen
        report.series = TimeSeries.points(of: result, in: run.history)
        report.allocatedEnd = result.allocatedEnd
        report.memory = memory(of: result, run.subject, report.counts)
        report.generation = GenerationReport(result)
        report.ending = result.ending
        // Each execution of a command starts one process, so a phase has as many as executions.
        if run.figures.contains(where: { $0.name == "processes_spawned" }) {
            report.processesSpawned = result.executions
        }
        return report
    }

    /// What can be counted without a checker: calls and how they were answered.
    private static func unverified(_ result: PhaseResult) -> VerificationCounts {
        var counts = VerificationCounts()
        counts.operations = result.operations
        counts.executions = result.executions
        counts.maximumConcurrency = result.concurrency.maximum
        counts.lost = result.stuck.count
        for (outcome, latencies) in result.latencies.byOutcome {
            counts.outcomes[Int(outcome.rawValue)] = latencies.count
        }
        return counts
    }

    private func ending(_ run: SubjectRun) -> SubjectEnding {
        if let hang = run.hang {
            let stuck = run.phases.flatMap(\.stuck)
            if stuck.isEmpty { return .hung("the subject hung: it did not return from \(hang.place)") }
            let example = stuck.first.map { ": \($0)" } ?? ""
            return .hung("the subject hung with \(stuck.count) calls open\(example)")
        }
        guard run.isPartial else { return .finished }
        return .interrupted(interruption ?? "the run was stopped")
    }

    private func invalidity(_ run: SubjectRun, _ counts: VerificationCounts) -> [String] {
        var reasons: [String] = []
        for phase in run.phases where !phase.isWarmup && !phase.isPartial {
            reasons += phase.invalidReasons.map { "phase \(phase.name): \($0)" }
        }
        if counts.returned > 0, counts.count(of: .failed) == counts.returned {
            reasons.append("all \(counts.returned) calls failed, so no result was there to be shared")
        }
        return reasons
    }

    private func memory(
        of phase: PhaseResult, _ subject: SubjectInformation, _ counts: VerificationCounts
    ) -> MemoryReport? {
        guard let series = phase.memory else { return nil }
        let settings = combination.scenario.phases.first { $0.name == phase.name }?.memory
        let joins = subject.duplicates == .either ? combination.scenario.system.duplicates == .join : nil
        return MemoryJudgement(
            phase: phase.name, series: series, discarded: settings?.discarded ?? 0,
            capacity: subject.isCapacityBounded ? combination.scenario.system.cache.capacity.entries : nil,
            limits: leakLimits, counts: counts,
            mustJoin: subject.isJudged && joins ?? (subject.duplicates == .join)
        ).report
    }

    /// The limits of the gates that ask for no more growth than so much, in their order.
    private var leakLimits: [Double] {
        gates.map(\.expression).filter {
            $0.metric == "memory.leak_bytes_per_op" && [.less, .lessOrEqual].contains($0.comparison) && $0.limit > 0
        }.map(\.limit)
    }
}

extension SubjectHang {
    /// The place in words.
    fileprivate var place: String {
        switch self {
        case .call: "coming to rest while memory was measured"
        case .quiesce: "coming to rest after the last phase"
        case .shutdown: "shutting down"
        }
    }
}

extension LatencyDistributions {
    /// The latencies of a phase in the form of reports.
    init(_ latencies: PhaseLatencies) {
        self.init()
        for (outcome, histogram) in latencies.byOutcome { self[.service, outcome] = histogram }
        for (outcome, histogram) in latencies.responseByOutcome { self[.response, outcome] = histogram }
        self[.lag, nil] = latencies.lag
        self[.wakeup, .joined] = latencies.joinedWakeup
        self[.execution, nil] = latencies.execution
    }
}

extension GenerationReport {
    /// What is known of how the load of a phase was generated.
    init(_ result: PhaseResult) {
        self.init()
        clients = result.concurrency.clients
        workers = result.concurrency.workers
        meanConcurrency = result.concurrency.mean
        maximumConcurrency = result.concurrency.maximum
        overlappingDuplicates = result.concurrency.overlappingDuplicates
        backlogged = result.isOpen ? result.concurrency.backlogged : nil
        herds = result.herds?.herds
        overlappingHerds = result.herds?.overlapping
        longestHiccup = result.hiccups.delays.maximum
        foreignProcessors = result.foreignProcessors
        processors = ProcessInfo.processInfo.activeProcessorCount
        audits = result.audits
    }
}

extension CacheCapacity {
    /// The number of entries, if that is the bound.
    fileprivate var entries: Int? {
        if case .entries(let count) = self { count } else { nil }
    }
}

extension HistoryChecker {
    /// A checker for what a subject promises when it is set up as the scenario says.
    package init(of information: SubjectInformation, under system: SystemSettings) {
        self.init(
            freshness: FreshnessRule(of: system.cache), capacityBounded: information.isCapacityBounded,
            duplicateMode: information.duplicates == .either ? system.duplicates.mode : information.duplicates)
        allowsUnexplainedFailures = information.failsWithoutExecution
        staleAllowance = information.staleAllowance.map(\.nanoseconds)
        removalLag = information.removalLag.nanoseconds
    }
}

extension SystemSettings.Duplicates {
    /// The mode in the words of the checker.
    fileprivate var mode: DuplicateMode {
        switch self {
        case .join: .join
        case .reject: .reject
        }
    }
}

extension FreshnessRule {
    /// How long results live under the scenario's cache settings.
    init(of cache: CacheSettings) {
        let lifetime: Lifetime =
            switch cache.timeToLive.rule {
            case .forever: .unbounded
            case .fixed(let life): .fixed(life.nanoseconds)
            case .sliding(let life, let age): .sliding(life.nanoseconds, maximumAge: age.map(\.nanoseconds))
            }
        self.init(
            lifetime, jitter: cache.timeToLive.jitter.fraction, failureLifetime: cache.failures?.nanoseconds ?? 0)
    }
}
