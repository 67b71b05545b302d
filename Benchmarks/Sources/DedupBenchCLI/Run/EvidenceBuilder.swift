package import DedupBenchKit
package import DedupVerification
internal import Evidence
internal import Judging
internal import LoadGeneration
internal import Measurement
package import Workloads

/// Makes the evidence of a subject from what driving it yielded: its history is checked, and what the checker counted
/// takes the place of what can be counted without it.
struct EvidenceBuilder {
    let combination: RunPlan.Combination
    /// Gates that are not asked for, because what they are about is left out.
    let gatesLeftOut: [Gate]
    /// Why the run was stopped, if it was.
    let interruption: String?

    /// - Throws: ``HistoryFileError`` when a history that is stored cannot be read.
    func evidence(of run: SubjectRun) throws(HistoryFileError) -> SubjectEvidence {
        var evidence = SubjectEvidence(
            subject: run.subject.name, strategy: combination.strategy, seed: combination.scenario.seed)
        evidence.isJudged = run.subject.isJudged
        evidence.notes =
            run.notes + unknownEdges(run)
            + gatesLeftOut.map { "not asked for, as --phase leaves out what it is about: \($0.expression.description)" }
        var edges: [UInt16: EdgeEvidence] = [:]
        if run.subject.isJudged {
            let checker = checker(of: run)
            evidence.verification = try verification(of: run, checker)
            edges = try self.edges(of: run, checker)
        }
        evidence.phases = run.phases.map { phase($0, run, evidence.verification, edges[$0.number]) }
        evidence.ending = ending(run)
        return evidence
    }

    private func checker(of run: SubjectRun) -> HistoryChecker {
        var checker = HistoryChecker(of: run.subject.promises, under: combination.scenario.system)
        // A thread that the machine did not run could not log what it had removed.
        checker.removalLag += run.phases.compactMap(\.load.longestStall).max() ?? 0
        return checker
    }

    private func verification(
        of run: SubjectRun, _ checker: HistoryChecker
    ) throws(HistoryFileError) -> VerificationResult {
        if case .answers(let allowsFailures, let needsCount) = run.subject.proof {
            var answers = AnswerChecker(freshness: checker.freshness)
            answers.allowsFailures = allowsFailures
            answers.needsCount = needsCount
            answers.capacity = run.subject.promises.eviction == .never ? nil : checker.capacity ?? 0
            answers.counted = run.counters.executions
            return answers.check(run.history.calls)
        }
        guard let stored = run.stored else { return checker.check(run.history, counters: run.counters) }
        var unread: HistoryFileError?
        let result = checker.check(parts: HistoryStore.parts, of: stored.facts, counters: run.counters) { number in
            do throws(HistoryFileError) {
                return try stored.part(number)
            } catch {
                unread = error
                return HistoryPart(History())
            }
        }
        if let unread { throw unread }
        return result
    }

    /// What the herds met that came at an event, by the number of their phase.
    private func edges(
        of run: SubjectRun, _ checker: HistoryChecker
    ) throws(HistoryFileError) -> [UInt16: EdgeEvidence] {
        let scenario = combination.scenario
        let schedules = run.phases.map { ($0.number, EdgeSchedule(scenario.phases[Int($0.number)], in: scenario)) }
        // Where only answers are known, it is not known when anything happened.
        if case .answers = run.subject.proof { return [:] }
        guard schedules.contains(where: { $0.1 != nil }) else { return [:] }
        var facts = run.stored?.facts ?? HistoryFacts()
        if run.stored == nil { facts.add(run.history) }
        var analyses = schedules.compactMap { number, schedule in
            schedule.map { (number, EdgeAnalysis($0, phase: number, checker, facts)) }
        }
        for number in 0..<(run.stored == nil ? 1 : HistoryStore.parts) {
            let part = try run.stored?.part(number) ?? HistoryPart(run.history)
            for index in analyses.indices { analyses[index].1.add(part) }
        }
        return Dictionary(uniqueKeysWithValues: analyses.map { ($0.0, $0.1.evidence) })
    }

    /// Says of which herds it is not known what they met.
    private func unknownEdges(_ run: SubjectRun) -> [String] {
        guard case .answers = run.subject.proof else { return [] }
        return run.phases.filter { combination.scenario.phases[Int($0.number)].edge != nil }.map { phase in
            "phase \(phase.name): herds came where the event was expected, and what they met is not shown: only answers are "
                + "seen of this service, which do not tell when the event was; with --origin it is known"
        }
    }

    private func phase(
        _ phase: PhaseEvidence, _ run: SubjectRun, _ verification: VerificationResult?, _ edge: EdgeEvidence?
    ) -> PhaseEvidence {
        var phase = phase
        phase.edge = edge
        // Each execution of a command starts one process, so a phase has as many as executions.
        if run.figures.contains(where: { $0.name == "processes_spawned" }) {
            phase.processesSpawned = phase.counts.executions
        }
        phase.isVerified = verification != nil
        if let counts = verification?.phases[phase.number] { phase.counts = counts }
        return phase
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

extension HistoryChecker {
    /// A checker for what a subject promises when it is set up as the scenario says.
    package init(of promises: Promises, under system: SystemSettings) {
        self.init(
            freshness: promises.freshness ?? FreshnessRule(of: system.cache),
            capacityBounded: promises.eviction != .never,
            duplicateMode: promises.duplicates(under: system))
        let tolerance = promises.clockTolerance.nanoseconds
        freshness.clockTolerance = max(freshness.clockTolerance, tolerance)
        if case .entries(let count) = system.cache.capacity { capacity = count }
        reportsEvictions = promises.eviction == .reported
        allowsUnexplainedFailures = promises.failsWithoutExecution
        allowsEarlyRefresh = promises.refreshesEarly
        staleAllowance = promises.staleAllowance.map(\.nanoseconds)
        removalLag = promises.removalLag.nanoseconds + tolerance
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
