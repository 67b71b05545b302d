internal import DedupBenchKit
internal import DedupVerification
internal import Evidence
internal import Judging
internal import LoadGeneration
internal import Reporting
internal import Workloads

/// What will be run, complete and checked: nothing is found wrong later than here that could be found here.
struct RunPlan {
    /// One combination of the matrix.
    struct Combination {
        let strategy: [StrategySetting]
        let scenario: Scenario
    }

    /// The scenario file.
    let file: String
    /// The combinations; one without settings when there is no matrix.
    let combinations: [Combination]
    /// What is driven, in order.
    let subjects: [SubjectBlueprint]
    /// What every subject must keep.
    let gates: [Gate]
    /// Gates of the scenario that are not asked for, because `--phase` leaves out what they are about.
    let gatesLeftOut: [Gate]
    /// How load is generated.
    private(set) var load: LoadConfiguration
    /// Whether the command line says what fixes everything random.
    let seedIsGiven: Bool

    /// The scenario of the first combination: the others differ from it in the fields of the matrix only.
    var scenario: Scenario { combinations[0].scenario }

    /// The scenario as it is run, as YAML, with the subjects and gates that the command line asked for; of a matrix,
    /// followed by its axes in comments.
    var resolvedScenario: String {
        get throws {
            var scenario = scenario
            scenario.subjects = subjects.map(\.name)
            scenario.gates = gates.map(\.expression.description)
            let strategies = combinations.map(\.strategy).filter { !$0.isEmpty }
            let comments = strategies.map { strategy in
                "# run with " + strategy.map { "\($0.parameter)=\($0.value)" }.joined(separator: " ") + "\n"
            }
            return try scenario.resolvedYAML + comments.joined()
        }
    }

    /// Reads and checks everything.
    ///
    /// - Parameter historyFolder: Where a history is kept that is too large for memory; nil: nowhere.
    /// - Throws: ``Failure`` with code 64 for what the command line got wrong and 65 for what the scenario did.
    init(_ options: PlanOptions, in context: CommandContext, historyFolder: String? = nil) throws(Failure) {
        let file = try ScenarioFile.locate(options.scenario)
        self.file = file
        let overrides = try Self.overrides(options)
        let matrix = try Self.checked { () throws(ScenarioError) in try ScenarioMatrix(options.matrix) }
        seedIsGiven = overrides.map(\.path).contains("seed") || matrix.axes.map(\.path).contains("seed")
        combinations = try Self.combinations(
            matrix, overrides: overrides, file: file, phases: options.phases, subjects: context.subjects)
        guard let scenario = combinations.first?.scenario else { throw Failure("nothing is to be run", .usage) }
        subjects = try Self.subjects(options.subjects, of: scenario, from: context.subjects)
        let asked = try GateBook.gates(ofOptions: options.gates)
        let written = try GateBook.gates(ofScenario: scenario.gates, file: file)
        gatesLeftOut = options.phases.isEmpty ? [] : written.filter { GateBook.problem(of: $0, in: scenario) != nil }
        let given = written.filter { [gatesLeftOut] in !gatesLeftOut.contains($0) }
        gates = given + asked.filter { !given.contains($0) }
        load = LoadConfiguration(
            workers: context.workers, historyLimit: options.historyLimit, historyFolder: historyFolder,
            stoppingRule: GateStoppingRule(gates))
        guard load.historyLimit > 0 else { throw Failure("--history-limit: must be at least 1", .usage) }
        try checkPhases()
        try checkVerbs()
        try check(asked, arePhasesLeftOut: !options.phases.isEmpty)
    }

    /// A warm-up is not judged, so a run needs more than that.
    private func checkPhases() throws(Failure) {
        let names = scenario.phases.map(\.name)
        if scenario.phases.allSatisfy(\.warmup) {
            throw Failure(
                "\(file): phases: nothing would be measured, as \(names.joined(separator: ", ")) only warms up; give a "
                    + "phase without `warmup: true`", .badScenario)
        }
    }

    /// A subject must be able to do what the phases ask for.
    private func checkVerbs() throws(Failure) {
        for phase in scenario.phases {
            for subject in subjects where subject.isJudged {
                let missing = scenario.usedVerbs(of: phase).subtracting(subject.verbs).map(\.name).sorted()
                if phase.edge?.at == .eviction, subject.promises.eviction != .reported {
                    throw Failure(
                        "\(file): phase `\(phase.name)` waits for evictions, which the subject `\(subject.name)` does not report; "
                            + "leave the phase out, or drive another subject", .badScenario)
                }
                guard missing.isEmpty else {
                    let place = phase.edge == nil ? "leave that out of `verbs`" : "leave the phase out"
                    throw Failure(
                        "\(file): phase `\(phase.name)` asks for \(missing.joined(separator: ", ")), which the subject "
                            + "`\(subject.name)` cannot do; \(place), or drive another subject", .badScenario)
                }
            }
        }
    }

    /// A gate needs a phase that measures it. The loader has seen to those of the scenario, in all its phases.
    private func check(_ asked: [Gate], arePhasesLeftOut: Bool) throws(Failure) {
        let problems = combinations.lazy.flatMap { combination in
            asked.compactMap { GateBook.problem(of: $0, in: combination.scenario) }
        }
        guard let problem = problems.first else { return }
        throw Failure("--gate: \(problem)" + (arePhasesLeftOut ? "; --phase leaves all others out" : ""), .usage)
    }

    /// Divides the memory for histories among runs that go on at the same time.
    mutating func shareHistory(among runs: Int) {
        load.historyLimit = max(1, load.historyLimit / runs)
        load.historySharers = runs
    }

    /// Has heap profiles of the memory phases made.
    ///
    /// - Returns: The folder that they are written to.
    /// - Throws: ``Failure`` where that cannot be done, or there is no memory phase.
    mutating func profileHeap(in context: CommandContext) async throws(Failure) -> ScratchFolder {
        guard scenario.phases.contains(where: { $0.memory != nil }) else {
            throw Failure("--heap-profile: \(file) has no phase that samples memory, or --phase leaves it out", .usage)
        }
        try await HeapCallSites.prepare(in: context)
        let folder = try ScratchFolder(of: "heap")
        load.heapProfileFolder = folder.path
        return folder
    }

    /// A plan of one scenario, which is complete and checked already.
    ///
    /// - Throws: ``Failure`` with code 65 for a gate that cannot be evaluated.
    init(
        _ scenario: Scenario, named name: String, subjects: [SubjectBlueprint], load: LoadConfiguration
    ) throws(Failure) {
        file = name
        seedIsGiven = false
        combinations = [Combination(strategy: [], scenario: scenario)]
        self.subjects = subjects
        gates = try GateBook.gates(ofScenario: scenario.gates, file: name)
        gatesLeftOut = []
        var load = load
        load.stoppingRule = GateStoppingRule(gates)
        self.load = load
    }

    private static func overrides(_ options: PlanOptions) throws(Failure) -> [ScenarioOverride] {
        var overrides: [ScenarioOverride] = []
        for text in options.settings {
            overrides.append(try checked { () throws(ScenarioError) in try ScenarioOverride(text) })
        }
        if let seed = options.seed {
            overrides.append(ScenarioOverride(path: "seed", value: "\(seed)", option: "--seed"))
        }
        return overrides
    }

    private static func combinations(
        _ matrix: ScenarioMatrix, overrides: [ScenarioOverride], file: String, phases: [String],
        subjects: SubjectCatalog
    ) throws(Failure) -> [Combination] {
        var combinations: [Combination] = []
        for combination in matrix.combinations {
            let scenario = try checked { () throws(ScenarioError) in
                try ScenarioLoader.load(file: file, overrides: overrides + combination, vocabulary: subjects.vocabulary)
            }
            let strategy = combination.map { StrategySetting(parameter: $0.path, value: $0.value) }
            combinations.append(Combination(strategy: strategy, scenario: try select(phases, of: scenario)))
        }
        return combinations
    }

    private static func select(_ names: [String], of scenario: Scenario) throws(Failure) -> Scenario {
        guard !names.isEmpty else { return scenario }
        let known = scenario.phases.map(\.name)
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw Failure(
                "--phase: the scenario has no phase `\(unknown)` (it has: \(known.joined(separator: ", ")))", .usage)
        }
        // A phase that is chosen finds the subject as its warm-ups leave it: a cold cache that fills looks like a leak.
        let last = scenario.phases.lastIndex { names.contains($0.name) } ?? 0
        var selected = scenario
        selected.phases = scenario.phases.enumerated().filter { number, phase in
            names.contains(phase.name) || (phase.warmup && number < last)
        }.map(\.element)
        return selected
    }

    private static func subjects(
        _ names: [String], of scenario: Scenario, from catalog: SubjectCatalog
    ) throws(Failure) -> [SubjectBlueprint] {
        let chosen = names.isEmpty ? scenario.subjects : names
        var subjects: [SubjectBlueprint] = []
        for name in chosen where !subjects.contains(where: { $0.name == name }) {
            guard let blueprint = catalog.blueprint(named: name) else {
                // The loader has looked up those of the scenario.
                let known = catalog.all.map(\.name).joined(separator: ", ")
                throw Failure("--subject: there is no subject `\(name)` (known: \(known))", .usage)
            }
            subjects.append(blueprint)
        }
        return subjects
    }

    /// Scenario errors as failures: 64 when all of them came in by the command line.
    private static func checked<Result>(
        _ body: () throws(ScenarioError) -> Result
    ) throws(Failure) -> Result {
        do throws(ScenarioError) {
            return try body()
        } catch {
            let usage = error.problems.allSatisfy { $0.override != nil }
            throw Failure("\(error)", usage ? .usage : .badScenario)
        }
    }
}
