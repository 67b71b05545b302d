internal import Testing
internal import Workloads

@Suite struct OverrideTests {
    private func load(_ changes: [String]) throws -> Scenario {
        try ScenarioLoader.load(
            yaml: ScenarioErrorTests.valid, named: "x.yaml",
            overrides: changes.map { change throws(ScenarioError) in try ScenarioOverride(change) })
    }

    private func error(_ change: String) throws -> ScenarioProblem {
        try #require(try #require(throws: ScenarioError.self) { try load([change]) }.problems.first)
    }

    @Test func pathsMayBeLongOrShort() throws {
        #expect(try load(["system.cache.policy=sieve"]).system.cache.policy == "sieve")
        #expect(try load(["cache.policy=sieve"]).system.cache.policy == "sieve")
        #expect(try load(["duplicates=reject"]).system.duplicates == .reject)
        #expect(try load(["workload.keys.skew=0.5"]).workload.keys.skew == 0.5)
        #expect(try load(["keys.skew=0.5"]).workload.keys.skew == 0.5)
        #expect(try load(["seed=7"]).seed == 7)
        #expect(try load(["name=other"]).name == "other")
    }

    @Test func elementsAreNamedByNumberOrByName() throws {
        #expect(try load(["phases.0.clients=9"]).phases[0].clients == 9)
        #expect(try load(["phases.storm.clients=9"]).phases[0].clients == 9)
        #expect(try load(["phases.arrivals.rate=7/s"]).phases[1].rate == ArrivalRate(perSecond: 7))
        #expect(try load(["gates.0=a < 1B"]).gates == ["a < 1B"])
    }

    @Test func valuesAreYAML() throws {
        #expect(try load(["subjects=[dedup, none]"]).subjects == ["dedup", "none"])
        #expect(try load(["gates=[]"]).gates == [])
        #expect(
            try load(["phases.storm.operation={latency: 2ms}"]).phases[0].operation?.latency
                == .constant(.milliseconds(2)))
        #expect(
            try load(["cache.ttl=sliding:1s,max:10s"]).system.cache.timeToLive
                == TimeToLiveSetting(.sliding(.seconds(1), maximumAge: .seconds(10))))
    }

    @Test func nullRemovesAField() throws {
        let phase = try load(["phases.storm.operations=null", "phases.storm.duration=2s"]).phases[0]
        #expect(phase.operations == nil)
        #expect(phase.duration == .seconds(2))
        #expect(try load(["system=null"]).system == SystemSettings())
    }

    @Test func aLaterOverrideGoesIntoAnEarlierOne() throws {
        let scenario = try load(["cache={capacity: 5}", "cache.policy=sieve"])
        #expect(scenario.system.cache.capacity == .entries(5) && scenario.system.cache.policy == "sieve")
    }

    @Test(arguments: [
        ("seed=1", "seed=2"), ("cache.policy=lru", "system.cache.policy=sieve"), ("cache.policy=lru", "cache={}"),
        ("phases.storm.clients=2", "phases.0.clients=3"), ("phases.storm.clients=2", "phases=null"),
    ])
    func anOverrideThatWouldUndoAnotherIsRefused(first: String, second: String) throws {
        let error = try #require(throws: ScenarioError.self) { try load([first, second]) }
        #expect(error.problems.map(\.override) == ["--set \(second)"])
        #expect(error.description.contains("would undo `--set \(first)`"), "\(error)")
    }

    @Test func sectionsThatAreNotThereAreMade() throws {
        #expect(
            try load(["phases.storm.operation.latency=3ms"]).phases[0].operation?.latency == .constant(.milliseconds(3))
        )
    }

    static let mistakes: [(change: String, field: String, kind: ScenarioProblem.Kind, suggestion: String?)] = [
        ("cache.polcy=lru", "", .override, "system.cache.policy"),
        ("cahce.policy=lru", "", .override, "system.cache.policy"),
        ("policy=lru", "", .override, "system.cache.policy"),
        ("phases.strom.clients=8", "", .override, nil),
        ("phases.2.clients=8", "", .override, nil),
        ("phases.storm.client=8", "", .override, "phases.storm.clients"),
        ("seed.x=1", "", .override, nil),
        ("nonsense=1", "", .override, nil),
        ("phases..clients=8", "", .override, nil),
        ("cache.policy=LRU", "system.cache.policy", .illTyped, nil),
        ("keys.count=0", "workload.keys.count", .outOfRange, nil),
        ("keys={distribution: zipf, cuont: 3, skew: 1}", "workload.keys.cuont", .unknownKey, "count"),
        ("seed=", "seed", .illTyped, nil),
        ("subjects=[a", "subjects", .override, nil),
        ("system=3", "system", .illTyped, nil),
    ]

    @Test(arguments: mistakes)
    func aWrongOverrideIsNamed(change: String, field: String, kind: ScenarioProblem.Kind, suggestion: String?) throws {
        let problem = try error(change)
        #expect(problem.override == "--set \(change)")
        #expect(problem.description.hasPrefix("--set \(change): "))
        #expect(problem.line == nil)
        #expect(problem.field == field)
        #expect(problem.kind == kind)
        #expect(problem.suggestion == suggestion)
    }

    @Test func anOverrideHidesNothingThatIsWrongInTheFile() throws {
        let yaml = ScenarioErrorTests.valid.replacing("skew: 1", with: "skeww: 1")
        let error = try #require(throws: ScenarioError.self) {
            try ScenarioLoader.load(yaml: yaml, named: "x", overrides: [try ScenarioOverride("keys.count=0")])
        }
        #expect(error.problems.map(\.override) == ["--set keys.count=0", nil])
        #expect(error.problems.map(\.line) == [nil, 9])
    }

    @Test(arguments: ["", "seed", "=3"]) func anOverrideIsAPathAndAValue(text: String) throws {
        let error = try #require(throws: ScenarioError.self) { try ScenarioOverride(text) }
        #expect(error.problems[0].kind == .override)
    }

    @Test func aMatrixIsEveryCombinationWithTheLastAxisFastest() throws {
        let matrix = try ScenarioMatrix(["cache.policy=lru,sieve", "cache.ttl=fixed:1s,sliding:1s"])
        let texts = matrix.combinations.map { $0.map { "\($0.path)=\($0.value)" }.joined(separator: " ") }
        #expect(
            texts == [
                "cache.policy=lru cache.ttl=fixed:1s", "cache.policy=lru cache.ttl=sliding:1s",
                "cache.policy=sieve cache.ttl=fixed:1s", "cache.policy=sieve cache.ttl=sliding:1s",
            ])
        #expect(try ScenarioMatrix([]).combinations == [[]])
    }

    @Test(arguments: [
        ("ttl=fixed:1s,sliding:1s,max:10s", ["fixed:1s", "sliding:1s,max:10s"]),
        ("ttl=sliding:1s,max:10s,jitter:5%,forever", ["sliding:1s,max:10s,jitter:5%", "forever"]),
        ("latency=1ms,lognormal:2ms,sigma:0.5,exponential:1ms", ["1ms", "lognormal:2ms,sigma:0.5", "exponential:1ms"]),
        ("subjects=[a,b],[c]", ["[a,b]", "[c]"]),
        ("policy=lru", ["lru"]),
    ]) func aCommaBeforeAnOptionBelongsToTheValue(text: String, values: [String]) throws {
        #expect(try ScenarioMatrix([text]).axes[0].values == values)
    }

    @Test(arguments: [
        ["a"], ["a="], ["a=1,,2"], ["a=1,1"], ["a=1", "a=2"],
        [
            "a=\((0..<40).map(String.init).joined(separator: ","))",
            "b=\((0..<40).map(String.init).joined(separator: ","))",
        ],
    ])
    func aMatrixThatMakesNoSenseIsRefused(texts: [String]) throws {
        let error = try #require(throws: ScenarioError.self) { try ScenarioMatrix(texts) }
        #expect(error.problems[0].override?.hasPrefix("--matrix") == true)
    }

    @Test func aWrongValueInAMatrixNamesTheMatrix() throws {
        let overrides = try ScenarioMatrix(["cache.capacity=0"]).combinations[0]
        let error = try #require(throws: ScenarioError.self) {
            try ScenarioLoader.load(yaml: ScenarioErrorTests.valid, named: "x", overrides: overrides)
        }
        #expect(error.problems[0].override == "--matrix cache.capacity=0")
    }
}
