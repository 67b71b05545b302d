internal import ArgumentParser
internal import DedupBenchKit
internal import DedupVerification
internal import Evidence
internal import Judging
internal import LoadGeneration
internal import Reporting
internal import Wording
internal import Workloads

/// `dedupbench capacity`
struct CapacityCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity",
        abstract: "Finds the highest rate of arrivals at which the gates of a scenario hold.",
        discussion: """
            Examples:
              dedupbench capacity --phase arrivals
              dedupbench capacity --phase arrivals --gate 'call.latency.p99 < 20ms'
              dedupbench capacity my/scenario.yaml --phase open --precision 5

            The phase must have a rate (model constant or poisson). The gates are those of --gate, or else those of the scenario \
            that the phase measures. The rate is doubled until a gate breaks or the subject does not \
            keep up, bisected until the rates that hold and break are near to each other, and the one that holds is confirmed. \
            The warm-ups before the phase run each time. Gates on time and rates that break because the generator could not keep \
            up end the search, too, and the result says so: the subject may be able to do more.

            Exit code 0 when a rate was found, 2 when not even the lowest one holds, 6 when the CSV cannot be written, 75 when the machine is the limit or a rate \
            makes too few requests to decide the gates.
            """)

    @OptionGroup(title: "What is run") var plan: PlanOptions
    @OptionGroup(title: "What is run") var audits: AuditOptions

    @Option(
        help: ArgumentHelp(
            "How near the rates that hold and break are in the end. Default: 10 %.", valueName: "percent"))
    var precision = 10.0

    @Option(help: ArgumentHelp("How often the rate must hold that is found. Default: 3.", valueName: "number"))
    var confirmations = 3

    @Option(help: ArgumentHelp("Write what each rate came to to this file as CSV, too.", valueName: "path"))
    var csv: String?

    @Flag(help: "Show no progress.")
    var noProgress = false

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let first = try RunPlan(plan, in: context)
        let (phase, start) = try searched(first)
        let limits = try audits.limits()
        try BundleFile.checkOptions(csv)
        context.interruption.listen()
        var search = CapacitySearch(from: start, precision: precision / 100, confirmations: confirmations)
        var table = TerminalTable([("rate", .right), ("", .left), ("why", .left)])
        var rows = CSVTable(columns: ["rate_per_s", "outcome", "reason"])
        while let rate = search.next {
            let tried = try await attempt(rate, phase, limits, context)
            if context.interruption.stop.isSet { break }
            let outcome = tried.trial == .held ? "holds" : tried.trial == .broke ? "breaks" : "spoiled"
            table.append([
                .init(HumanNumber.count(rate) + "/s"), .init(outcome, tried.role), .init(tried.reason),
            ])
            rows.append([.number(rate), .text(outcome), .text(tried.reason)])
            search.note(tried.trial)
        }
        context.console.out(table.text(context.console.terminal) + "\n")
        let code = search.result.map(Self.exitCode) ?? context.interruption.exitCode
        if let result = search.result { context.console.out(Self.text(result) + "\n") }
        return BundleFile.write(rows.text, toOption: csv, after: code, reportingTo: context.console)
    }

    /// The phase whose rate is searched, and the rate that it has.
    private func searched(_ plan: RunPlan) throws(Failure) -> (phase: String, rate: Double) {
        guard precision > 0, precision <= 100 else { throw Failure("--precision: from 0 to 100 per cent", .usage) }
        guard (1...100).contains(confirmations) else { throw Failure("--confirmations: from 1 to 100", .usage) }
        guard plan.subjects.count == 1, plan.combinations.count == 1 else {
            throw Failure("one subject at a time has a capacity: name one --subject, and no --matrix", .usage)
        }
        let open = plan.scenario.phases.filter { !$0.warmup && $0.rate != nil }
        guard open.count == 1, let phase = open.first, let rate = phase.rate?.perSecond else {
            let names = open.map(\.name).joined(separator: ", ")
            throw Failure(
                open.isEmpty
                    ? "no phase that is measured has one rate, which the model constant or poisson has unless stages change it"
                    : "--phase: name one of the phases with a rate: \(names)", .usage)
        }
        guard try !gates(of: plan, phase.name).isEmpty else {
            throw Failure(
                "without a gate that phase `\(phase.name)` measures any rate holds: give the scenario one, or --gate",
                .usage)
        }
        return (phase.name, rate)
    }

    /// What must hold: the gates of the command line, or else those of the scenario that the phase measures.
    private func gates(of plan: RunPlan, _ phase: String) throws(Failure) -> [Gate] {
        let asked = try GateBook.gates(ofOptions: self.plan.gates)
        return (asked.isEmpty ? plan.gates : asked).filter { gate in
            [nil, phase].contains(gate.expression.phase)
                && GateBook.missingSource(of: gate.expression.metric, in: plan.scenario, phase: phase) == nil
        }
    }

    private struct Attempt {
        var trial: CapacitySearch.Trial
        var role: Terminal.Role
        var reason: String
    }

    /// Runs the scenario at a rate; once more where the machine spoiled it.
    private func attempt(
        _ rate: Double, _ phase: String, _ limits: AuditLimits, _ context: CommandContext
    ) async throws -> Attempt {
        var last = Attempt(trial: .spoiled, role: .doubtful, reason: "")
        for _ in 0..<2 where last.trial == .spoiled && !context.interruption.stop.isSet {
            last = try await attemptOnce(rate, phase, limits, context)
        }
        return last
    }

    private func attemptOnce(
        _ rate: Double, _ phase: String, _ limits: AuditLimits, _ context: CommandContext
    ) async throws -> Attempt {
        var asked = plan
        let text = ArrivalRate(perSecond: rate).scenarioText
        asked.settings = plan.settings + ["phases.\(phase).rate=\(text)"]
        let runPlan = try RunPlan(asked, in: context)
        context.console.error("capacity: \(text)\n")
        guard let evidence = try await drive(runPlan, context) else {
            return Attempt(trial: .spoiled, role: .doubtful, reason: RunVerdict.interrupted.rawValue)
        }
        let report = SubjectReport(evidence, gates: try gates(of: runPlan, phase), audits: limits)
        let reason = report.gateReasons.first
        switch report.verdict {
        case .pass: return Attempt(trial: .held, role: .good, reason: "")
        case .fail, .hung:
            return Attempt(trial: .broke, role: .bad, reason: reason ?? "the history breaks a promise")
        case .inconclusive where !report.shortfalls.isEmpty:
            throw Failure(report.shortfalls[0], exitCode: report.verdict.exitCode)
        case .inconclusive:
            // Fewer requests would tell even less.
            throw Failure(
                "at \(text) the gates cannot be decided: \(reason ?? "nothing was proved"); make the phase longer, or start "
                    + "at a higher rate", exitCode: report.verdict.exitCode)
        case .invalid where report.measured.allSatisfy({ $0.saturation == nil && $0.load.disturbance == nil }):
            // Calls waited too long for a client, and it was not the machine that held them up.
            return Attempt(trial: .broke, role: .bad, reason: reason ?? report.verdict.rawValue)
        case .invalid, .interrupted:
            return Attempt(trial: .spoiled, role: .doubtful, reason: reason ?? report.verdict.rawValue)
        }
    }

    /// What driving the one subject of a plan yields; nil if it was interrupted before there was anything.
    private func drive(_ plan: RunPlan, _ context: CommandContext) async throws(Failure) -> SubjectEvidence? {
        let (subject, combination) = (plan.subjects[0], plan.combinations[0])
        let driver = RunDriver(
            plan: plan, context: context, progress: ProgressDisplay(isOff: noProgress, in: context))
        defer { driver.progress.clear() }
        do {
            return try await driver.run(subject, in: combination, with: driver.makeRunner(for: combination))
        } catch {
            // What fails because of an interruption is no failure of its own.
            if context.interruption.stop.isSet { return nil }
            throw RunDriver.failure(from: error, driving: "\(plan.file): \(subject.name)")
        }
    }

    private static func text(_ result: CapacitySearch.Result) -> String {
        switch result {
        case .none(let lowest): return "not even \(HumanNumber.count(lowest))/s holds"
        case .found(let rate, nil, _):
            return "capacity: \(HumanNumber.count(rate))/s or more, the highest rate there is"
        case .found(let rate, let brokeAt?, let isGenerators):
            let what = isGenerators ? "the machine that makes the load could not do" : "it broke at"
            return
                "capacity: \(HumanNumber.count(rate))/s\(isGenerators ? " or more" : ""); \(what) \(HumanNumber.count(brokeAt))/s"
        }
    }

    private static func exitCode(_ result: CapacitySearch.Result) -> Int32 {
        switch result {
        case .none: RunVerdict.fail.exitCode
        case .found(_, _, let isGeneratorsLimit): isGeneratorsLimit ? RunVerdict.inconclusive.exitCode : 0
        }
    }
}

extension SubjectReport {
    /// Why gates were not kept, and why the run proves nothing.
    fileprivate var gateReasons: [String] {
        let open = gates.filter { $0.verdict != .pass }.map { "\($0.gate.expression.description): \($0.reason)" }
        let violation = evidence.verification?.violations.first.map { "\($0.kind.rawValue): \($0.explanation)" }
        return [violation].compactMap(\.self) + open + overload + invalidity
    }
}
