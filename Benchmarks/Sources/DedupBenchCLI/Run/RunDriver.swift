internal import Caching
internal import DedupBenchHTTP
internal import DedupBenchKit
internal import DedupVerification
internal import Evidence
internal import LoadGeneration
internal import Wording
internal import Workloads

/// Runs a plan: every combination, every subject, one after the other.
struct RunDriver {
    let plan: RunPlan
    let context: CommandContext
    let progress: ProgressDisplay
    private let turns: (any Turns)?
    /// What measures the harness itself beside the subjects; nil where that is not wanted.
    private var floor: HarnessFloor?
    private let traces: TraceLibrary

    /// A driver of a plan.
    ///
    /// - Parameters:
    ///   - turns: The turns of the one subject that is run; nil where it runs alone.
    ///   - measuresFloor: Whether the harness itself is measured, too. Not while others have their turns.
    init(
        plan: RunPlan, context: CommandContext, progress: ProgressDisplay, turns: (any Turns)? = nil,
        measuresFloor: Bool = false
    ) {
        (self.plan, self.context, self.progress, self.turns) = (plan, context, progress, turns)
        traces = TraceLibrary()
        floor = measuresFloor && turns == nil ? HarnessFloor(plan, traces: traces, in: context) : nil
    }

    /// Gathers the evidence. What was not run because of an interruption or an error is listed in it, and what was
    /// finished until then is kept.
    ///
    /// - Throws: ``Failure`` when there is nothing to keep: a trace cannot be read, or the first subject cannot be made.
    mutating func run(_ evidence: inout RunEvidence) async throws(Failure) {
        var failure: Failure?
        for combination in plan.combinations { await run(combination, &evidence, &failure) }
        progress.clear()
        if let failure { try note(failure, in: &evidence) }
        if let reason = context.interruption.reason {
            evidence.interruption = RunInterruption(reason, exitCode: context.interruption.exitCode)
        }
    }

    /// Drives every subject through one combination, until one fails.
    private mutating func run(
        _ combination: RunPlan.Combination, _ evidence: inout RunEvidence, _ failure: inout Failure?
    ) async {
        var runner: LoadRunner?
        for subject in plan.subjects {
            let title = SubjectEvidence(subject: subject.name, strategy: combination.strategy).title
            guard failure == nil, !context.interruption.stop.isSet else {
                evidence.skipped.append(title)
                continue
            }
            do {
                let ready = try runner ?? makeRunner(for: combination)
                runner = ready
                let floor = await measureFloor(of: combination, blocks: subject.blocks)
                guard !context.interruption.stop.isSet else {
                    evidence.skipped.append(title)
                    continue
                }
                var driven = try await run(subject, in: combination, with: ready, turns: turns)
                Self.note(floor, in: &driven)
                evidence.subjects.append(driven)
            } catch {
                evidence.skipped.append(title)
                // What fails because of an interruption is no failure of its own.
                guard !context.interruption.stop.isSet else { continue }
                failure = Self.failure(from: error, driving: "\(plan.file): \(title)")
            }
        }
    }

    private mutating func measureFloor(
        of combination: RunPlan.Combination, blocks: Bool
    ) async -> Result<[PhaseFloor], any Error> {
        guard floor != nil else { return .success([]) }
        progress.show("measuring the harness itself")
        do {
            return .success(try await floor?.measure(combination.scenario, blocks: blocks) ?? [])
        } catch {
            return .failure(error)
        }
    }

    /// Notes down what is known of the harness itself, in the phases that the subject came to. A run is none the less where it is not.
    private static func note(_ floor: Result<[PhaseFloor], any Error>, in evidence: inout SubjectEvidence) {
        switch floor {
        case .success(let floors):
            let phases = Set(evidence.phases.map(\.name))
            let known = evidence.isJudged ? floors.filter { phases.contains($0.phase) } : []
            evidence.floors = known.isEmpty ? nil : known
        case .failure(let error):
            evidence.notes.append("what the harness itself takes could not be measured: \(error)")
        }
    }

    private func note(_ failure: Failure, in evidence: inout RunEvidence) throws(Failure) {
        guard !evidence.subjects.isEmpty else { throw failure }
        evidence.interruption = RunInterruption(failure.message, exitCode: failure.exitCode)
    }

    /// Tells whether the scenario is to blame, or what happened while it was run.
    static func failure(from error: any Error, driving subject: String) -> Failure {
        switch error {
        case let failure as Failure: failure
        // The trace is to blame, whatever is driven, and the error names its line.
        case is TraceError: Failure("\(error)", .badScenario)
        case is LoadError, is CacheConfigurationError: Failure("\(subject) cannot be driven: \(error)", .badScenario)
        case is HistoryFileError: Failure("\(subject) cannot be driven: \(error)", .cannotWrite)
        case is GitProcess.MissingTool: Failure("\(subject) cannot be driven: \(error)", .missingTool)
        #if HTTP
        case is HTTPSubjectError: Failure("\(subject) cannot be driven: \(error)", .missingTool)
        #endif
        default: Failure("\(subject) cannot be driven: \(error)", .internalError)
        }
    }

    /// Drives one subject and checks its history.
    ///
    /// - Parameter turns: Its turns among other runs; nil where it runs alone.
    /// - Throws: What making the subject or its operations throws.
    func run(
        _ subject: SubjectBlueprint, in combination: RunPlan.Combination, with runner: LoadRunner,
        turns: (any Turns)? = nil
    ) async throws -> SubjectEvidence {
        let run = try await runner.run(
            subject,
            operations: { [context] in
                try await OperationCatalog.body($0, in: context)
            }, turns: turns)
        progress.show("\(run.subject.name): checking \(HumanNumber.count(run.calls)) calls")
        let builder = EvidenceBuilder(
            combination: combination, gatesLeftOut: plan.gatesLeftOut, interruption: context.interruption.reason)
        var evidence = try builder.evidence(of: run)
        if !run.heapProfiles.isEmpty {
            progress.show("\(run.subject.name): reading heap profiles")
            try await HeapCallSites(interruption: context.interruption).add(to: &evidence, of: run)
        }
        return evidence
    }

    /// What draws the requests of a combination and sends them.
    ///
    /// - Throws: ``LoadError``, or ``TraceError``.
    func makeRunner(for combination: RunPlan.Combination) throws -> LoadRunner {
        let (progress, strategy) = (progress, combination.strategy)
        progress.show("drawing the requests of \(combination.scenario.name)")
        return try LoadRunner(
            combination.scenario, configuration: plan.load, traces: traces, machine: context.machine,
            stop: context.interruption.stop
        ) { now in
            progress.show(now, of: SubjectEvidence(subject: now.subject, strategy: strategy).title)
        }
    }
}
