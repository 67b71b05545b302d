/// What fields must be together: the rules that no single field can check.
enum ScenarioRules {
    static func check(_ keys: KeySettings, report: SectionType<KeySettings>.Report) {
        let given: [(name: String, isGiven: Bool)] = [
            ("count", keys.count != nil), ("skew", keys.skew != nil), ("hot_keys", keys.hotKeys != nil),
            ("hot_requests", keys.hotRequests != nil), ("burst", keys.burst != nil), ("file", keys.file != nil),
        ]
        // Whether `count` is needed depends on the operation: see the rules of a scenario.
        let (required, possible): ([String], [String]) =
            switch keys.distribution {
            case .uniform: ([], ["count"])
            case .zipf: (["skew"], ["count"])
            case .hotspot: (["hot_keys", "hot_requests"], ["count"])
            case .burst: (["burst"], ["count", "skew"])
            case .trace: (["file"], [])
            }
        for field in given where field.isGiven && !(required + possible).contains(field.name) {
            let reason = "the distribution `\(keys.distribution.rawValue)` has no such parameter; leave it out"
            report([.field(field.name)], .conflict, reason, (required + possible).joined(separator: ", "))
        }
        for field in given where !field.isGiven && required.contains(field.name) {
            report([.field(field.name)], .missing, "the distribution `\(keys.distribution.rawValue)` needs it", nil)
        }
        if let share = keys.hotKeys, share.percent == 0 {
            report([.field("hot_keys")], .outOfRange, "no key would be hot", "more than 0%")
        }
    }

    static func check(_ verbs: VerbSettings, report: SectionType<VerbSettings>.Report) {
        let total = verbs.shares.reduce(0) { $0 + $1.share }
        if total > 1 + 1e-9 {
            report(
                [.field("get")], .conflict, "get, invalidate, cancel and deadline add up to more than all requests",
                "together 100% at most")
        }
    }

    static func check(_ operation: OperationSettings, report: SectionType<OperationSettings>.Report) {
        let standard = OperationSettings()
        let simulated: [(String, Bool)] = [
            ("latency", operation.latency != standard.latency), ("failures", operation.failures != standard.failures),
            ("value_size", operation.valueSize != standard.valueSize),
        ]
        let git: [(String, Bool)] = [
            ("repositories", operation.repositories != nil), ("commits", operation.commits != nil),
            ("files", operation.files != nil), ("steps", operation.steps != nil),
        ]
        let kind = operation.kind.rawValue
        for (name, isGiven) in operation.kind == .git ? simulated : git where isGiven {
            report([.field(name)], .conflict, "has no meaning for operations of the kind `\(kind)`; leave it out", nil)
        }
        for (name, isGiven) in git where operation.kind == .git && !isGiven {
            report([.field(name)], .missing, "operations of the kind `git` need it", nil)
        }
        if let steps = operation.steps, Set(steps).count < steps.count {
            report([.field("steps")], .conflict, "the same command is listed twice", nil)
        }
    }

    static func check(_ phase: Phase, report: SectionType<Phase>.Report) {
        checkEnd(phase, report: report)
        checkRate(phase, report: report)
        if phase.thinkTime != nil, phase.model != .closed {
            report([.field("think_time")], .conflict, "only clients of the model closed wait between requests", nil)
        }
        if phase.model != .trace, phase.speed != nil {
            report([.field("speed")], .conflict, "only the model trace has a speed", nil)
        }
        if phase.until != nil, !phase.warmup || phase.model != .closed || phase.edge != nil {
            let reason = "only a warm-up of the model closed, without an edge, waits for that"
            report([.field("until")], .conflict, reason, nil)
        }
        if let memory = phase.memory { check(memory, of: phase, report: report) }
        EdgeRules.check(phase, report: report)
    }

    private static func checkRate(_ phase: Phase, report: SectionType<Phase>.Report) {
        let hasRate = phase.model == .constant || phase.model == .poisson
        if hasRate, phase.rate == nil, phase.stages == nil {
            let reason = "the model `\(phase.model.rawValue)` needs it, or stages"
            report([.field("rate")], .missing, reason, ArrivalRate.allowed)
        }
        for (name, isGiven) in [("rate", phase.rate != nil), ("stages", phase.stages != nil)] where isGiven && !hasRate
        {
            report([.field(name)], .conflict, "only the models constant and poisson have a rate", nil)
        }
        for (name, isGiven) in [("rate", phase.rate != nil), ("duration", phase.duration != nil)]
        where isGiven && phase.stages != nil {
            report([.field(name)], .conflict, "the stages say it; leave it out", nil)
        }
        guard let course = phase.course else { return }
        let place = FieldPath.Part.field(phase.stages == nil ? "rate" : "stages")
        if phase.stages != nil, course.total < 1 {
            report([place], .conflict, "fewer than one request would arrive: raise a rate or a duration", nil)
        }
        if let last = phase.stages?.last?.rate, last.from == 0, last.to == 0 {
            report(
                [place], .conflict, "the last stage is a pause, and the phase ends with its last request; leave it out",
                nil)
        }
        // With room for how far a Poisson process may be off.
        if min(course.total * 1.001, Double(phase.operations ?? .max)) > Double(UInt32.max) {
            let reason = "more than \(UInt32.max) requests cannot be numbered; lower rate or duration"
            report([place], .outOfRange, reason, nil)
        }
    }

    private static func checkEnd(_ phase: Phase, report: SectionType<Phase>.Report) {
        let hasEnd = phase.operations != nil || phase.duration != nil || phase.stages != nil
        if !hasEnd, phase.memory == nil, phase.model != .trace {
            report(
                [.field("operations")], .missing, "the phase would never end: give operations, duration or both", nil)
        }
    }

    private static func check(_ memory: MemorySampling, of phase: Phase, report: SectionType<Phase>.Report) {
        if phase.model != .closed {
            report([.field("model")], .conflict, "memory is sampled at rest, which only `closed` phases reach", nil)
        }
        for (name, isGiven) in [("operations", phase.operations != nil), ("duration", phase.duration != nil)]
        where isGiven {
            report([.field(name)], .conflict, "the length of a memory phase is memory.samples x memory.operations", nil)
        }
        if phase.warmup { report([.field("warmup")], .conflict, "a memory phase cannot be a warm-up", nil) }
        if memory.samples - memory.discarded < 3 {
            let reason = "fewer than 3 samples would be left; lower it or raise samples"
            report([.field("memory"), .field("discarded")], .conflict, reason, nil)
        }
        if memory.mostSamples < memory.samples {
            let reason = "must be at least samples, which is \(memory.samples)"
            report([.field("memory"), .field("max_samples")], .conflict, reason, nil)
        }
    }

    static func check(_ scenario: Scenario, report: SectionType<Scenario>.Report) {
        checkNames(scenario, report: report)
        var reported: Set<[FieldPath.Part]> = []
        for (index, phase) in scenario.phases.enumerated() {
            let place: [FieldPath.Part] = [.field("phases"), .element(index)]
            let keysPlace = (phase.keys == nil ? [.field("workload")] : place) + [.field("keys")]
            let operationPlace = (phase.operation == nil ? [.field("workload")] : place) + [.field("operation")]
            for problem in problems(of: phase, in: scenario, place, keysPlace, operationPlace)
            where reported.insert(problem.at).inserted {
                report(problem.at, problem.kind, problem.reason, nil)
            }
        }
    }

    private static func checkNames(_ scenario: Scenario, report: SectionType<Scenario>.Report) {
        var names: Set<String> = []
        for (index, phase) in scenario.phases.enumerated() where !names.insert(phase.name).inserted {
            let place: [FieldPath.Part] = [.field("phases"), .element(index), .field("name")]
            report(place, .conflict, "an earlier phase is named `\(phase.name)` too", nil)
        }
        names = []
        for (index, subject) in scenario.subjects.enumerated() where !names.insert(subject).inserted {
            report([.field("subjects"), .element(index)], .conflict, "`\(subject)` is listed twice", nil)
        }
    }

    private struct Broken {
        let at: [FieldPath.Part]
        let kind: ScenarioProblem.Kind
        let reason: String
    }

    /// What does not fit between a phase and the keys and the operation that apply to it.
    private static func problems(
        of phase: Phase, in scenario: Scenario, _ place: [FieldPath.Part], _ keysPlace: [FieldPath.Part],
        _ operationPlace: [FieldPath.Part]
    ) -> [Broken] {
        guard phase.edge == nil else {
            return EdgeRules.problems(of: phase, in: scenario, place).map {
                Broken(at: $0.at, kind: .conflict, reason: $0.reason)
            }
        }
        let keys = scenario.keys(of: phase)
        let isTrace = keys.distribution == .trace
        let operation = scenario.operation(of: phase)
        var found = countProblems(of: keys, operation, keysPlace)
        if phase.thinkTime != nil, keys.distribution == .burst {
            let reason = "clients of a burst are released together, and do not wait alone"
            found.append(Broken(at: place + [.field("think_time")], kind: .conflict, reason: reason))
        }
        if phase.model == .trace, !isTrace {
            let reason = "the model `trace` needs keys with the distribution `trace`"
            found.append(Broken(at: place + [.field("model")], kind: .conflict, reason: reason))
        }
        if isTrace, min(phase.course?.total ?? 0, Double(phase.operations ?? .max)) > 20_000_000 {
            let reason =
                "more than 20000000 requests would have to be read from the trace before; lower rate or duration"
            found.append(
                Broken(at: place + [.field(phase.stages == nil ? "rate" : "stages")], kind: .outOfRange, reason: reason)
            )
        }
        if operation.valueSize == .recorded, !isTrace {
            let reason = "only the keys of a trace have recorded sizes"
            found.append(Broken(at: operationPlace + [.field("value_size")], kind: .conflict, reason: reason))
        }
        return found
    }

    /// Whether the number of keys is known, and once only.
    private static func countProblems(
        of keys: KeySettings, _ operation: OperationSettings, _ place: [FieldPath.Part]
    ) -> [Broken] {
        let count = place + [.field("count")]
        switch (operation.kind, keys.distribution) {
        case (.git, .trace):
            let reason = "git operations have keys of their own, which a trace does not know"
            return [Broken(at: place + [.field("distribution")], kind: .conflict, reason: reason)]
        case (.git, _):
            guard let given = keys.count, given != operation.gitKeyCount else { return [] }
            let reason = "git operations have repositories x steps = \(operation.gitKeyCount) keys; leave it out"
            return [Broken(at: count, kind: .conflict, reason: reason)]
        case (.simulated, .trace):
            return []
        case (.simulated, _):
            return keys.count == nil ? [Broken(at: count, kind: .missing, reason: "required, and not there")] : []
        }
    }
}
