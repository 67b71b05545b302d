import Dedup
import DedupTesting
import Testing

/// The parts of a request that change its fingerprint, and those that do not.
@Suite struct FingerprinterTests {
    static let fingerprinter = Fingerprinter(namespace: "tests")

    static func fingerprint(_ context: JSONValue, scope: String? = nil) throws -> Fingerprint {
        try fingerprinter.fingerprint(step: "step", version: "1", scope: scope, context: context)
    }

    struct Request: Hashable, Sendable {
        var namespace = "n"
        var step = "s"
        var version = "v"
        var scope: String?
        var context: JSONValue = [:]

        func fingerprint() throws -> Fingerprint {
            try Fingerprinter(namespace: namespace).fingerprint(
                step: step, version: version, scope: scope, context: context)
        }
    }

    @Test func differentRequestsHaveDifferentFingerprints() throws {
        var requests = [
            Request(), Request(namespace: "ns", step: "", version: "v"),
            Request(namespace: "n", step: "sv", version: ""),
            Request(namespace: "", step: "ns", version: "v"), Request(scope: ""), Request(scope: "a"),
            Request(scope: "O"), Request(scope: "J"), Request(version: "v\0"), Request(step: "é"),
            Request(step: "e\u{301}"),
            Request(step: "s", version: "vP\0\0\0\u{1}a"), Request(scope: String(repeating: "a", count: 3_000)),
        ]
        requests += JSONValueTests.distinct.filter { (try? CanonicalJSON.bytes(of: $0)) != nil }.map {
            Request(context: $0)
        }
        let fingerprints =
            try requests.filter { $0 != Request() }.map { try $0.fingerprint() } + [Request().fingerprint()]
        #expect(Set(fingerprints).count == fingerprints.count)
    }

    @Test func contextsOfTenMegabytesThatDifferInTheLastByteDiffer() throws {
        let fingerprinter = Fingerprinter(limits: try FingerprintLimits(maximumBytes: 1 << 24))
        let text = String(repeating: "x", count: 10_000_000)
        let first = try fingerprinter.fingerprint(step: "s", version: "1", context: .string(text + "a"))
        #expect(try first != fingerprinter.fingerprint(step: "s", version: "1", context: .string(text + "b")))
        #expect(try first == fingerprinter.fingerprint(step: "s", version: "1", context: .string(text + "a")))
    }

    @Test func aPreparedStepAndAOneOffCallAgree() throws {
        let context: JSONValue = ["path": "/srv/app", "password": "p"]
        let prepared = Self.fingerprinter.prepare(step: "step", version: "1")
        for scope in [nil, "", "tenant"] {
            #expect(try prepared.fingerprint(context, scope: scope) == Self.fingerprint(context, scope: scope))
        }
    }

    struct Repository: Encodable {
        var path: String
        var depth: Int?
        var tags: [String]
        var owner: Owner
        var apiKey: String
        struct Owner: Encodable {
            var id: UInt64
            var ratio: Double
        }
    }

    @Test func typedInputsAndDynamicContextsAgree() throws {
        for index in 0..<50 {
            let tags = (0..<index % 4).map { "tag \($0)\n" }
            let owner = Repository.Owner(id: .max - UInt64(index), ratio: Double(index) / 7)
            let typed = Repository(
                path: "/srv/\(index)", depth: index.isMultiple(of: 2) ? index : nil, tags: tags, owner: owner,
                apiKey: "k\(index)")
            var members: [(String, JSONValue)] = [
                ("apiKey", .string("k\(index)")), ("path", .string("/srv/\(index)")),
                ("tags", .array(tags.map { .string($0) })),
                ("owner", ["ratio": .number(owner.ratio), "id": .unsigned(owner.id)]),
            ]
            if index.isMultiple(of: 2) { members.append(("depth", .number(Double(index)))) }
            let dynamic = JSONValue.object(try JSONObject(members.shuffled()))
            let typedPrint = try Self.fingerprinter.fingerprint(step: "step", version: "1", scope: "t", input: typed)
            #expect(try typedPrint == Self.fingerprint(dynamic, scope: "t"))
            #expect(try Self.fingerprinter.explain(typed, dynamic) == [])
            let text = try CanonicalJSON.bytes(encoding: typed)
            #expect(try typedPrint == Self.fingerprint(JSONValue(parsing: text), scope: "t"))
        }
    }

    /// Every leaf of random contexts is changed in turn: the fingerprint follows unless a rule ignores the leaf.
    @Test(arguments: [41, 42, 43, 44] as [UInt64])
    func everyFieldThatTakesPartIsSensitiveAndNoOther(_ seed: UInt64) throws {
        var random = SeededJSON(seed: seed)
        let rules = try FieldRules(
            names: ["a": .ignore, "b": .secret, "Z": .include], paths: ["$.f0": .ignore, "$.f1": .secret])
        let prepared = Self.fingerprinter.prepare(step: "step", version: "1", rules: rules)
        var changes = (same: 0, different: 0)
        for _ in 0..<50 {
            let fields = (0..<4).map { ("f\($0)", random.value(depth: 3)) }
            let named = ["a", "b", "Z", "password"].map { ($0, random.value(depth: 2)) }
            let context = JSONValue.object(try JSONObject(fields + [("nest", .object(try JSONObject(named)))]))
            for path in leaves(of: context) {
                let changed = replacing(path[...], in: context, with: "changed-\(random.generator.next())")
                let isSame = try prepared.fingerprint(context) == prepared.fingerprint(changed)
                #expect(isSame == isIgnored(path), "seed \(seed), path \(path)")
                #expect(try prepared.explain(context, changed).isEmpty == isSame, "seed \(seed), path \(path)")
                if isSame { changes.same += 1 } else { changes.different += 1 }
            }
        }
        #expect(changes.same > 50 && changes.different > 400, "\(changes)")
    }

    /// Random pairs: nothing to explain exactly when the fingerprints are the same.
    @Test(arguments: [51, 52] as [UInt64])
    func explainIsEmptyExactlyForTheSameFingerprint(_ seed: UInt64) throws {
        var random = SeededJSON(seed: seed)
        let rules = try FieldRules(
            names: ["a": .ignore, "e": .secret],
            paths: ["$[0]": .ignore, "$[*].b": .ignore, "$[1]": .secret, "$[1].a": .include])
        let prepared = Self.fingerprinter.prepare(step: "step", version: "1", rules: rules)
        let values = (0..<150).map { _ in random.value(depth: 2) }
        for first in values {
            for second in values {
                let isSame = try prepared.fingerprint(first) == prepared.fingerprint(second)
                #expect(try prepared.explain(first, second).isEmpty == isSame, "seed \(seed): \(first) and \(second)")
            }
        }
    }

    @Test func fingerprintsAreTheSameFromManyTasksAtOnce() async throws {
        let prepared = Self.fingerprinter.prepare(step: "step", version: "1")
        let contexts = (0..<8).map {
            JSONValue.object((try? JSONObject([("id", .integer(Int64($0))), ("token", "t")])) ?? .init())
        }
        let expected = try contexts.map { try prepared.fingerprint($0) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    try (0..<500).allSatisfy { round in
                        let index = (worker + round) % contexts.count
                        return try prepared.fingerprint(contexts[index]) == expected[index]
                    }
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func contextsOverAnyLimitAreTypedErrors() throws {
        let context: JSONValue = ["list": [1, 2, 3], "password": "0123456789"]
        var refused = 0
        for size in 1...200 {
            let fingerprinter = Fingerprinter(limits: try FingerprintLimits(maximumBytes: size))
            do {
                _ = try fingerprinter.fingerprint(step: "step", version: "1", scope: "scope", context: context)
            } catch {
                #expect(error.code == .tooLarge)
                refused += 1
            }
        }
        #expect((50..<200).contains(refused))
    }

    private func isIgnored(_ path: [String]) -> Bool {
        guard let own = path.lastIndex(where: { ["a", "b", "z", "password"].contains($0.lowercased()) }) else {
            return path[0] == "f0"
        }
        return path[own].lowercased() == "a"
    }

    private func leaves(of value: JSONValue) -> [[String]] {
        switch value {
        case .object(let object) where !object.isEmpty:
            object.members.flatMap { member in leaves(of: member.value).map { [member.name] + $0 } }
        case .array(let elements) where !elements.isEmpty:
            elements.indices.flatMap { index in leaves(of: elements[index]).map { ["#\(index)"] + $0 } }
        default: [[]]
        }
    }

    private func replacing(_ path: ArraySlice<String>, in value: JSONValue, with leaf: JSONValue) -> JSONValue {
        guard let first = path.first else { return leaf }
        switch value {
        case .object(let object):
            let members = object.members.map { member in
                let isOnPath = Array(member.name.utf8) == Array(first.utf8)
                return (
                    member.name, isOnPath ? replacing(path.dropFirst(), in: member.value, with: leaf) : member.value
                )
            }
            return .object((try? JSONObject(members)) ?? JSONObject())
        case .array(let elements):
            return .array(
                elements.enumerated().map { index, element in
                    "#\(index)" == first ? replacing(path.dropFirst(), in: element, with: leaf) : element
                })
        default: return value
        }
    }
}
