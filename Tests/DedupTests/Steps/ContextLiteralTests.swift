import Caching
import Dedup
import DedupTesting
import Testing

/// The calls by name take contexts as they are written down, with variables in them and without.
@Suite(.timeLimit(.minutes(1))) struct ContextLiteralTests {
    let registry = StepRegistry(time: ManualTimeSource())

    init() throws {
        try registry.register(Step<JSONValue, JSONValue>(dynamic: "echo", ttl: nil) { $0 })
        try registry.register(Step("status") { (repository: Repository) in repository.path })
    }

    @Test func variablesMayStandBesideLiterals() async throws {
        let (path, depth, name, tags) = ("/srv", 3, String?.none, ["a", "b"])
        let given = [
            try await registry.execute("echo", context: ["path": path], as: JSONValue.self).value,
            try await registry.execute("echo", context: ["path": path, "depth": depth], as: JSONValue.self).value,
            try await registry.execute(
                "echo", context: ["path": path, "name": name, "tags": tags, "all": true, "since": nil, "ratio": 0.5],
                as: JSONValue.self, scope: "tenant"
            ).value,
            try await registry.execute(
                "echo", context: ["filter": ["path": path, "limit": 3], "mixed": [1, path, nil, ["depth": depth]]],
                as: JSONValue.self
            ).value,
        ]
        let expected: [JSONValue] = [
            ["path": "/srv"], ["path": "/srv", "depth": 3],
            ["path": "/srv", "name": nil, "tags": ["a", "b"], "all": true, "since": nil, "ratio": 0.5],
            ["filter": ["path": "/srv", "limit": 3], "mixed": [1, "/srv", nil, ["depth": 3]]],
        ]
        #expect(given == expected)
        let erased = try await registry.execute("echo", context: ["path": path, "depth": depth])
        #expect(erased.value as? JSONValue == expected[1])
    }

    /// As members with values of Swift's own types the integer would not fit, and the array would be of fractions.
    @Test func aContextWithoutVariablesIsTheValueThatItWasBefore() async throws {
        let given = [
            try await registry.execute("echo", as: JSONValue.self).value,
            try await registry.execute("echo", context: [:], as: JSONValue.self).value,
            try await registry.execute("echo", context: nil, as: JSONValue.self).value,
            try await registry.execute("echo", context: ["a": [1, 2.5], "b": ["c": nil]], as: JSONValue.self).value,
            try await registry.execute("echo", context: ["n": 18_446_744_073_709_551_615], as: JSONValue.self).value,
        ]
        let expected: [JSONValue] = [
            [:], [:], nil, ["a": [.integer(1), 2.5], "b": ["c": nil]], ["n": .unsigned(.max)],
        ]
        #expect(given == expected)
        #expect(try await registry.execute("echo", context: [:]).value as? JSONValue == [:])
    }

    @Test func whatInspectsTakesVariablesToo() async throws {
        let (path, other, depth) = ("/srv", "/tmp", 2)
        let input = Repository(path: path, depth: depth)
        #expect(
            try registry.fingerprint(of: "status", context: ["path": path, "depth": depth])
                == registry.fingerprint(of: "status", context: JSONValue(input)))
        #expect(
            try registry.explain("status", ["path": path], ["path": other, "depth": nil]).map(\.path) == ["$.path"])
        _ = try await registry.execute("status", context: ["path": path, "depth": depth])
        #expect(try await registry.record(of: "status", context: ["path": path, "depth": depth])?.executions == 1)
        #expect(try registry.invalidate("status", context: ["path": path, "depth": depth]))
    }

    @Test func aContextThatHasNoJSONIsARefusalThatIsCounted() async throws {
        let numbers = Set([1])
        let unordered = await #expect(throws: FingerprintError.self) {
            try await registry.execute("echo", context: ["list": [1, ["s": numbers, "t": 1]]])
        }
        #expect(unordered?.code == .unordered && unordered?.path == "$.list[1].s")
        let twice = await #expect(throws: FingerprintError.self) {
            let one = 1
            _ = try await registry.execute("echo", context: ["a": one, "a": "x"], as: JSONValue.self)
        }
        #expect(twice?.code == .duplicateName)
        #expect(registry.deduplicator.statistics.outcomes.refused == 2)
    }
}
