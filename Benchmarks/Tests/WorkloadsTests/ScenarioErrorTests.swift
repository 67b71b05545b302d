internal import Foundation
internal import Testing
internal import Workloads

@Suite struct ScenarioErrorTests {
    static let valid = """
        schema_version: 1
        name: test
        system:
          cache: {capacity: 100, policy: lru}
        workload:
          keys:
            distribution: zipf
            count: 10
            skew: 1
          operation:
            latency: 1ms
        phases:
          - name: storm
            model: closed
            clients: 8
            operations: 100
          - name: arrivals
            model: poisson
            rate: 100/s
            duration: 1s
        gates:
          - dedup.prevented == 100%
        """

    @Test func aByteOrderMarkIsNoPartOfTheScenario() throws {
        let marked = try ScenarioLoader.load(yaml: "\u{FEFF}" + Self.valid, named: "x.yaml")
        #expect(try marked == ScenarioLoader.load(yaml: Self.valid, named: "x.yaml"))
    }

    private func error(_ yaml: String) throws -> ScenarioError {
        try #require(throws: ScenarioError.self) {
            try ScenarioLoader.load(yaml: yaml, named: "x.yaml", vocabulary: Self.vocabulary)
        }
    }

    private static let vocabulary = ScenarioVocabulary(policies: ["lru", "sieve"], subjects: ["dedup", "none"]) {
        gate, scenario in
        gate == "dedup.prevented == 100%" ? nil : "no gate of \(scenario.phases.map(\.name).joined(separator: ", "))"
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        /// What is replaced in the valid file, and by what.
        let old: String
        let new: String
        let line: Int
        let column: Int
        let field: String
        let kind: ScenarioProblem.Kind
        var suggestion: String?
        var testDescription: String { "\(old) -> \(new)" }

        init(
            _ old: String, _ new: String, _ line: Int, _ column: Int, _ field: String, _ kind: ScenarioProblem.Kind,
            _ suggestion: String? = nil
        ) {
            (self.old, self.new, self.line, self.column) = (old, new, line, column)
            (self.field, self.kind, self.suggestion) = (field, kind, suggestion)
        }
    }

    static let mistakes: [Mistake] = [
        Mistake("    skew: 1", "    skeww: 1", 9, 5, "workload.keys.skeww", .unknownKey, "skew"),
        Mistake("    clients: 8", "    Clients: 8", 15, 5, "phases.storm.Clients", .unknownKey, "clients"),
        Mistake("gates:", "zzz: 1\ngates:", 21, 1, "zzz", .unknownKey),
        Mistake("schema_version: 1", "schema_version: 2", 1, 17, "schema_version", .outOfRange),
        Mistake("schema_version: 1\n", "", 1, 1, "schema_version", .missing),
        Mistake("    distribution: zipf\n", "", 7, 5, "workload.keys.distribution", .missing),
        Mistake("distribution: zipf", "distribution: zpif", 7, 19, "workload.keys.distribution", .illTyped),
        Mistake("count: 10\n", "count: ten\n", 8, 12, "workload.keys.count", .illTyped),
        Mistake("count: 10\n", "count: \"10\"\n", 8, 12, "workload.keys.count", .illTyped),
        Mistake("count: 10\n", "count: 1.5\n", 8, 12, "workload.keys.count", .illTyped),
        Mistake("count: 10\n", "count: -1\n", 8, 12, "workload.keys.count", .illTyped),
        Mistake("count: 10\n", "count: 0\n", 8, 12, "workload.keys.count", .outOfRange),
        Mistake("count: 10\n", "count: 99999999999999999999\n", 8, 12, "workload.keys.count", .illTyped),
        Mistake("count: 10\n", "count:\n", 8, 11, "workload.keys.count", .illTyped),
        Mistake("count: 10\n", "count: [1]\n", 8, 12, "workload.keys.count", .illTyped),
        Mistake("    count: 10\n", "", 7, 5, "workload.keys.count", .missing),
        Mistake("skew: 1", "skew: 11", 9, 11, "workload.keys.skew", .outOfRange),
        Mistake("    skew: 1\n", "", 7, 5, "workload.keys.skew", .missing),
        Mistake("skew: 1", "skew: 1\n    burst: 3", 10, 12, "workload.keys.burst", .conflict),
        Mistake("latency: 1ms", "latency: 1", 11, 14, "workload.operation.latency", .illTyped),
        Mistake("latency: 1ms", "latency: 5s", 11, 14, "workload.operation.latency", .outOfRange),
        Mistake("latency: 1ms", "files: 3", 11, 12, "workload.operation.files", .conflict),
        Mistake("latency: 1ms", "value_size: recorded", 11, 17, "workload.operation.value_size", .conflict),
        Mistake("latency: 1ms", "kind: git", 11, 5, "workload.operation.repositories", .missing),
        Mistake("capacity: 100", "capacity: 0", 4, 21, "system.cache.capacity", .outOfRange),
        Mistake("policy: lru", "policy: LRU", 4, 34, "system.cache.policy", .illTyped),
        Mistake("{capacity: 100, policy: lru}", "lru", 4, 10, "system.cache", .illTyped),
        Mistake("    operations: 100\n", "", 13, 5, "phases.storm.operations", .missing),
        Mistake("clients: 8", "rate: 5/s", 15, 11, "phases.storm.rate", .conflict),
        Mistake("clients: 8", "speed: 5x", 15, 12, "phases.storm.speed", .conflict),
        Mistake("clients: 8", "memory: {}", 16, 17, "phases.storm.operations", .conflict),
        Mistake("clients: 8", "clients: 8\n    edge: {}", 16, 11, "phases.storm.edge.at", .missing),
        Mistake("clients: 8", "clients: 8\n    edge: {at: noon}", 16, 16, "phases.storm.edge.at", .illTyped),
        Mistake(
            "clients: 8", "clients: 8\n    edge: {at: start, sweep: 0us}", 16, 30, "phases.storm.edge.sweep",
            .outOfRange),
        Mistake("clients: 8", "clients: 1\n    edge: {at: start}", 15, 14, "phases.storm.clients", .outOfRange),
        Mistake("clients: 8", "clients: 2\n    edge: {at: invalidation}", 15, 14, "phases.storm.clients", .outOfRange),
        Mistake(
            "clients: 8", "clients: 8\n    think_time: 1ms\n    edge: {at: start}", 16, 17, "phases.storm.think_time",
            .conflict),
        Mistake(
            "duration: 1s", "duration: 1s\n    clients: 9\n    edge: {at: start}", 18, 12, "phases.arrivals.model",
            .conflict),
        Mistake("    rate: 100/s\n", "", 17, 5, "phases.arrivals.rate", .missing),
        Mistake("rate: 100/s", "rate: 100", 19, 11, "phases.arrivals.rate", .illTyped),
        Mistake("duration: 1s", "duration: 10", 20, 15, "phases.arrivals.duration", .illTyped),
        Mistake("duration: 1s", "duration: 0s", 20, 15, "phases.arrivals.duration", .outOfRange),
        Mistake("duration: 1s", "duration: 1000000h", 19, 11, "phases.arrivals.rate", .outOfRange),
        Mistake(
            "rate: 100/s", "stages: [{rate: 1/s, duration: 1s}]", 20, 15, "phases.arrivals.duration", .conflict),
        Mistake("rate: 100/s\n    duration: 1s", "stages: []", 19, 13, "phases.arrivals.stages", .outOfRange),
        Mistake(
            "rate: 100/s\n    duration: 1s", "stages: [{rate: 0/s, duration: 1s}]", 19, 13, "phases.arrivals.stages",
            .conflict),
        Mistake(
            "rate: 100/s\n    duration: 1s", "stages: [{rate: 9/s, duration: 1s}, {rate: 0/s, duration: 1s}]", 19, 13,
            "phases.arrivals.stages", .conflict),
        Mistake(
            "rate: 100/s\n    duration: 1s", "stages: [{rate: 0.5/s, duration: 1s}]", 19, 13, "phases.arrivals.stages",
            .conflict),
        Mistake(
            "rate: 100/s\n    duration: 1s", "stages: [{rate: 1/s..9000000/s, duration: 9000s}]", 19, 13,
            "phases.arrivals.stages", .outOfRange),
        Mistake(
            "rate: 100/s\n    duration: 1s", "stages: [{rate: 5/s}]", 19, 14, "phases.arrivals.stages.0.duration",
            .missing),
        Mistake(
            "rate: 100/s\n    duration: 1s", "stages: [{rate: 5, duration: 1s}]", 19, 21,
            "phases.arrivals.stages.0.rate", .illTyped),
        Mistake("clients: 8", "stages: [{rate: 1/s, duration: 1s}]", 15, 13, "phases.storm.stages", .conflict),
        Mistake("rate: 100/s", "rate: 100/s\n    think_time: 1ms", 20, 17, "phases.arrivals.think_time", .conflict),
        Mistake("clients: 8", "think_time: 9s", 15, 17, "phases.storm.think_time", .outOfRange),
        Mistake("duration: 1s", "duration: 1s\n    warmup: yes", 21, 13, "phases.arrivals.warmup", .illTyped),
        Mistake("duration: 1s", "duration: 1s\n    until: steady", 21, 12, "phases.arrivals.until", .conflict),
        Mistake("clients: 8", "clients: 8\n    until: steady", 16, 12, "phases.storm.until", .conflict),
        Mistake("clients: 8", "warmup: true\n    until: stable", 16, 12, "phases.storm.until", .illTyped),
        // No trace is read so often.
        Mistake(
            "rate: 100/s\n    duration: 1s",
            "rate: 30000/s\n    duration: 1000s\n    keys: {distribution: trace, file: a.csv}",
            19, 11, "phases.arrivals.rate", .outOfRange),
        Mistake("model: poisson\n    rate: 100/s", "model: trace", 18, 12, "phases.arrivals.model", .conflict),
        Mistake("name: arrivals", "name: storm", 17, 11, "phases.1.name", .conflict),
        Mistake("name: arrivals", "name: 7", 17, 11, "phases.7.name", .illTyped),
        Mistake("gates:\n  - dedup.prevented == 100%", "gates: a", 21, 8, "gates", .illTyped),
        Mistake("  - dedup.prevented == 100%", "  - {a: b}", 22, 5, "gates.0", .illTyped),
        Mistake("name: test\n", "name: test\nsubjects: [a, a]\n", 3, 15, "subjects.1", .conflict),
        Mistake("policy: lru", "policy: lur", 4, 34, "system.cache.policy", .unknownName, "lru"),
        Mistake("name: test\n", "name: test\nsubjects: [none, dedupe]\n", 3, 18, "subjects.1", .unknownName, "dedup"),
        Mistake("- dedup.prevented", "- dedup.prevent", 22, 5, "gates.0", .unknownName),
        Mistake("name: test\n", "name: test\nsubjects: []\n", 3, 11, "subjects", .outOfRange),
        Mistake("name: test\n", "name: test\nseed: -1\n", 3, 7, "seed", .illTyped),
        Mistake("name: test\n", "name: test\nname: again\n", 2, 1, "", .duplicateKey),
        Mistake("    clients: 8", "\tclients: 8", 15, 1, "", .syntax),
        Mistake("  operation:", "  operation: [", 12, 7, "", .syntax),
    ]

    @Test(arguments: mistakes) func aMistakeIsNamedWithItsPlace(mistake: Mistake) throws {
        let changed = Self.valid.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
        #expect(changed != Self.valid)
        let error = try error(changed)
        let problem = try #require(error.problems.first { $0.field == mistake.field && $0.kind == mistake.kind })
        #expect(problem.line == mistake.line)
        #expect(problem.column == mistake.column)
        #expect(problem.suggestion == mistake.suggestion)
        #expect(problem.description.hasPrefix("x.yaml:\(mistake.line):\(mistake.column): \(mistake.field)"))
    }

    @Test func theTemplateItselfIsRight() throws {
        let scenario = try ScenarioLoader.load(yaml: Self.valid, named: "x.yaml", vocabulary: Self.vocabulary)
        #expect(scenario.phases.count == 2)
    }

    @Test func allMistakesAreReportedAtOnceInTheOrderOfTheFile() throws {
        let changed = Self.valid.replacing("skew: 1", with: "skeww: 1").replacing("clients: 8", with: "clients: many")
            .replacing("capacity: 100", with: "capacity: 0").replacing("rate: 100/s", with: "rate: fast")
        let error = try error(changed)
        #expect(error.problems.map(\.line) == [4, 9, 15, 19])
        #expect(error.description.split(separator: "\n").count == 4)
    }

    @Test func aMessageNamesTheFaultAndTheAllowedValues() throws {
        let typo = try error(Self.valid.replacing("skew: 1", with: "skeww: 1"))
        #expect(
            typo.description == "x.yaml:9:5: workload.keys.skeww: unknown key; did you mean `skew`? (allowed: "
                + "distribution, count, skew, hot_keys, hot_requests, burst, file)")
        let unit = try error(Self.valid.replacing("duration: 1s", with: "duration: 10"))
        #expect(
            unit.description
                == "x.yaml:20:15: phases.arrivals.duration: `10`: the unit is missing (allowed: a duration "
                + "with its unit (ns, us or µs, ms, s, m, h), such as 250ms or 10s)")
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n...\n", "--- \n"]) func anEmptyFileIsNoScenario(
        yaml: String
    ) throws {
        #expect(try [.notAScenario, .illTyped].contains(error(yaml).problems[0].kind))
    }

    @Test(arguments: [
        "1", "[1]", "a: b: c", "{", "'", "\"\\uD800\"", "a: *b", "&a [*a]", "---\na: 1\n---\nb: 2\n", "%YAML 9\n---\n",
        "? ? ?", "!!binary x",
    ])
    func oddYAMLIsAnErrorAndNoTrap(yaml: String) throws {
        #expect(try !error(yaml).problems.isEmpty)
    }

    @Test func bombsAreRefused() throws {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let references = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(references)]\n"
        }
        #expect(try error(yaml).problems[0].kind == .notAScenario)
        #expect(try error(String(repeating: "[", count: 100_000)).problems[0].kind == .syntax)
        #expect(try error(String(repeating: "- ", count: 100_000)).problems[0].kind == .syntax)
        #expect(try error(String(repeating: "a", count: 300_000)).problems[0].kind == .notAScenario)
    }

    @Test func aFewReferencesAreFine() throws {
        let yaml =
            Self.valid.replacing("duration: 1s", with: "duration: &d 1s") + "\n"
            + "system2: 1".replacing("system2: 1", with: "description: '*stars* are no references'")
        #expect(try ScenarioLoader.load(yaml: yaml, named: "x").description == "*stars* are no references")
    }

    @Test func filesThatCannotBeReadAreNamed() throws {
        for (file, kind) in [("/nonexistent.yaml", ScenarioProblem.Kind.unreadable), ("/tmp", .unreadable)] {
            let error = try #require(throws: ScenarioError.self) { try ScenarioLoader.load(file: file) }
            #expect(error.problems[0].kind == kind)
            #expect(error.description.hasPrefix("\(file): "))
        }
    }

    @Test func aFileThatIsNotTextIsRefused() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data([0x6E, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: file))
        #expect(
            try #require(throws: ScenarioError.self) { try ScenarioLoader.load(file: file) }.problems[0].kind
                == .notAScenario)
        try Data(repeating: 0x23, count: 300_000).write(to: URL(fileURLWithPath: file))
        #expect(
            try #require(throws: ScenarioError.self) { try ScenarioLoader.load(file: file) }.problems[0].kind
                == .notAScenario)
    }

    @Test func aMissingTraceIsNamedWithItsField() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try """
        schema_version: 1
        name: test
        workload:
          keys: {distribution: trace, file: missing.csv}
        phases:
          - {name: replay, model: trace}
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let problem = try #require(throws: ScenarioError.self) { try ScenarioLoader.load(file: file) }.problems[0]
        #expect(problem.kind == .unreadable)
        #expect(problem.field == "workload.keys.file")
        #expect(problem.line == 4)
    }

    /// Any text gives a scenario that writes and reads back equal, or a `ScenarioError`; and never a trap.
    @Test(arguments: Fixtures.scenarios, 0..<150 as Range<UInt64>)
    func mutatedScenariosNeverTrap(name: String, seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "fuzz/\(name)")
        var bytes = Array(try Fixtures.text(name).utf8)
        let alphabet = Array("\n\t :-[]{}&*!|>'\"%@`#,?0159azAZ._~\0\u{7F}é".utf8)
        for _ in 0...random.below(6) {
            let place = Int(random.below(UInt64(bytes.count)))
            switch random.below(4) {
            case 0: bytes[place] = alphabet[Int(random.below(UInt64(alphabet.count)))]
            case 1: bytes.insert(alphabet[Int(random.below(UInt64(alphabet.count)))], at: place)
            case 2: bytes.removeSubrange(place..<min(place + Int(random.below(20)) + 1, bytes.count))
            default:
                let from = Int(random.below(UInt64(bytes.count)))
                bytes.insert(contentsOf: bytes[from..<min(from + 30, bytes.count)], at: place)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        do {
            let scenario = try ScenarioLoader.load(yaml: text, named: name)
            #expect(try ScenarioLoader.load(yaml: scenario.resolvedYAML, named: "resolved") == scenario)
        } catch let error as ScenarioError {
            #expect(!error.problems.isEmpty && error.problems.allSatisfy { !$0.reason.isEmpty })
        }
    }
}
