import Dedup
import DedupTesting
import Testing

/// The rule that decides for a field, and the rules that are refused.
@Suite struct FieldRulesTests {
    static let fingerprinter = Fingerprinter(secretKey: .random)

    static func fingerprint(_ context: JSONValue, _ rules: FieldRules) throws -> Fingerprint {
        try fingerprinter.fingerprint(step: "step", version: "1", rules: rules, context: context)
    }

    /// Two contexts that are the same work under the rules, or not.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var names: [String: FieldRule] = [:]
        var paths: [String: FieldRule] = [:]
        let first: JSONValue
        let second: JSONValue
        let isSame: Bool

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "an ignored name", names: ["at": .ignore], first: ["id": 1, "at": 5], second: ["id": 1, "at": 6],
            isSame: true),
        Case(
            name: "an ignored name that is absent", names: ["at": .ignore], first: ["at": 5], second: [:], isSame: true),
        Case(
            name: "any letter case", names: ["requestId": .ignore], first: ["REQUESTID": 1], second: ["requestid": 2],
            isSame: true),
        Case(
            name: "at any depth", names: ["at": .ignore], first: ["a": [["b": ["at": 1]]]],
            second: ["a": [["b": ["at": 2]]]],
            isSame: true),
        Case(
            name: "a part of a name is no name", names: ["at": .ignore], first: ["cat": 1], second: ["cat": 2],
            isSame: false),
        Case(
            name: "an ignored path", paths: ["$.o.at": .ignore], first: ["o": ["at": 1]], second: ["o": ["at": 2]],
            isSame: true),
        Case(
            name: "that path elsewhere", paths: ["$.o.at": .ignore], first: ["at": 1], second: ["at": 2], isSame: false),
        Case(
            name: "a path in another letter case", paths: ["$.at": .ignore], first: ["At": 1], second: ["At": 2],
            isSame: false),
        Case(
            name: "every element", paths: ["$.l[*].at": .ignore], first: ["l": [["at": 1], ["at": 2]]],
            second: ["l": [["at": 3], [:]]], isSame: true),
        Case(
            name: "one element", paths: ["$.l[1]": .ignore], first: ["l": [1, 2, 3]], second: ["l": [1, 9, 3]],
            isSame: true),
        Case(
            name: "another element", paths: ["$.l[1]": .ignore], first: ["l": [1, 2]], second: ["l": [9, 2]],
            isSame: false),
        Case(
            name: "an index wins over every", paths: ["$.l[*]": .ignore, "$.l[0]": .include], first: ["l": [1, 2]],
            second: ["l": [9, 2]], isSame: false),
        Case(
            name: "an index keeps what is stated for every and not for it",
            paths: ["$.l[*].at": .ignore, "$.l[0].by": .ignore], first: ["l": [["at": 1, "by": 1]]],
            second: ["l": [["at": 2, "by": 2]]], isSame: true),
        Case(
            name: "a path wins over a name", names: ["at": .ignore], paths: ["$.at": .include], first: ["at": 1],
            second: ["at": 2], isSame: false),
        Case(
            name: "a name in quotes", paths: [#"$['a.b']['it\'s']"#: .ignore], first: ["a.b": ["it's": 1]],
            second: ["a.b": ["it's": 2]], isSame: true),
        Case(
            name: "composed and decomposed names are two", paths: ["$.\u{e9}": .ignore], first: ["e\u{301}": 1],
            second: ["e\u{301}": 2], isSame: false),
        Case(name: "secrets take part", first: ["password": "a"], second: ["password": "b"], isSame: false),
        Case(name: "the type of a secret takes part", first: ["password": 1], second: ["password": "1"], isSame: false),
        Case(name: "a secret null is not absent", first: ["password": nil], second: [:], isSame: false),
        Case(
            name: "the order in a secret does not", first: ["token": ["a": 1, "b": 2]],
            second: ["token": ["b": 2, "a": 1]], isSame: true),
        Case(
            name: "a default ignored explicitly", names: ["Token": .ignore], first: ["token": "a"],
            second: ["token": "b"],
            isSame: true),
        Case(
            name: "a secret in an ignored object is not lost", paths: ["$.headers": .ignore],
            first: ["headers": ["authorization": "a", "date": 1]],
            second: ["headers": ["authorization": "b", "date": 1]],
            isSame: false),
        Case(
            name: "beside it the object is ignored", paths: ["$.headers": .ignore],
            first: ["headers": ["authorization": "a", "date": 1]],
            second: ["headers": ["date": 2, "authorization": "a"]],
            isSame: true),
        Case(
            name: "a secret in an ignored object, ignored itself",
            paths: ["$.headers": .ignore, "$.headers.authorization": .ignore],
            first: ["headers": ["authorization": "a"]], second: ["headers": ["authorization": "b"]], isSame: true),
        Case(
            name: "a path below an ignored one", paths: ["$.o": .ignore, "$.o.id": .include],
            first: ["o": ["id": 1, "x": 1]],
            second: ["o": ["id": 2, "x": 1]], isSame: false),
        Case(
            name: "what is ignored in a secret", paths: ["$.cookie.seen": .ignore],
            first: ["cookie": ["id": 1, "seen": 1]],
            second: ["cookie": ["id": 1, "seen": 2]], isSame: true),
        Case(name: "the whole context", paths: ["$": .ignore], first: ["a": 1], second: [1, 2], isSame: true),
        Case(
            name: "the whole context as a secret", paths: ["$": .secret], first: ["a": 1], second: ["a": 2],
            isSame: false),
    ]

    @Test(arguments: cases)
    func theMostSpecificRuleDecides(_ example: Case) throws {
        let rules = try FieldRules(names: example.names, paths: example.paths)
        let first = try Self.fingerprint(example.first, rules)
        let second = try Self.fingerprint(example.second, rules)
        #expect((first == second) == example.isSame)
        let differences = try Self.fingerprinter.explain(example.first, example.second, rules: rules)
        #expect(differences.isEmpty == example.isSame, "\(differences)")
    }

    /// The quick filter for names never misses a name that has a rule.
    @Test(arguments: [81, 82] as [UInt64])
    func everyNameWithARuleIsFound(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let letters = Array("abcxyzABCXYZ019_-.é€😀\u{1}\"")
        for _ in 0..<400 {
            let names = (0..<4).map { _ in
                String(
                    (0..<Int.random(in: 1...24, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a"
                    })
            }
            guard Set(names.map { $0.lowercased() }).count == names.count else { continue }
            let rules = try FieldRules(names: Dictionary(uniqueKeysWithValues: names.map { ($0, .ignore) }))
            for name in names {
                let spelling = String(
                    String.UnicodeScalarView(
                        name.unicodeScalars.map { scalar in
                            guard scalar.isASCII, Bool.random(using: &random) else { return scalar }
                            return Unicode.Scalar(String(scalar).uppercased()) ?? scalar
                        }))
                let context = JSONValue.object(try JSONObject([(spelling, .integer(1)), ("kept-member", .null)]))
                #expect(
                    try Self.fingerprint(context, rules) == Self.fingerprint(["kept-member": nil], rules),
                    "seed \(seed), \(name) spelled \(spelling)")
            }
        }
    }

    @Test(arguments: [
        (JSONValue.number(.nan), JSONValue.number(.infinity)),
        (.string(String(repeating: "x", count: 2_000)), .string(String(repeating: "y", count: 2_000))),
        (.array([.array([.array([.array([])])])]), .null),
    ])
    func anIgnoredFieldNeedsNoCanonicalFormToBeExplained(_ first: JSONValue, _ second: JSONValue) throws {
        let fingerprinter = Fingerprinter(limits: try FingerprintLimits(maximumBytes: 1_000, maximumDepth: 6))
        let rules = try FieldRules(names: ["noise": .ignore])
        let step = fingerprinter.prepare(step: "s", version: "1", rules: rules)
        let contexts: [JSONValue] = [["id": 1, "noise": first], ["id": 1, "noise": second]]
        #expect(try step.fingerprint(contexts[0]) == step.fingerprint(contexts[1]))
        #expect(try step.explain(contexts[0], contexts[1]).isEmpty)
        #expect(try fingerprinter.explain(contexts[0], contexts[1], rules: rules).isEmpty)
        #expect(try step.explain(contexts[0], ["id": 2, "noise": second]).map(\.path) == ["$.id"])
    }

    @Test func anExplanationNeedsTwoContextsWithAFingerprint() {
        for pair in [(JSONValue.number(.nan), JSONValue.null), (.null, .number(.nan))] {
            #expect(throws: FingerprintError.self) { try Self.fingerprinter.explain(pair.0, pair.1) }
        }
    }

    @Test func explanationsNamePathKindAndRemedy() throws {
        let first: JSONValue = [
            "a": 1, "b": "x", "c": ["d e": [true, 1]], "gone": nil, "token": "canary-1", "mixed": ["password": "p"],
        ]
        let second: JSONValue = [
            "a": 2, "b": 1, "c": ["d e": [true, 2, 3]], "new": [:], "token": "canary-2", "mixed": "p",
        ]
        let differences = try Self.fingerprinter.explain(first, second)
        #expect(
            differences == [
                FieldDifference(path: "$.a", kind: .valueDiffers), FieldDifference(path: "$.b", kind: .typeDiffers),
                FieldDifference(path: "$.c['d e'][1]", kind: .valueDiffers),
                FieldDifference(path: "$.c['d e'][2]", kind: .onlyInSecond),
                FieldDifference(path: "$.gone", kind: .onlyInFirst),
                FieldDifference(path: "$.mixed", kind: .typeDiffers),
                FieldDifference(path: "$.new", kind: .onlyInSecond),
                FieldDifference(path: "$.token", kind: .secretDiffers),
            ])
        #expect(differences[0].description == "$.a differs; mark it .ignore if it does not change the result.")
        #expect(differences.allSatisfy { $0.description.contains(".ignore") && !$0.description.contains("canary") })
    }

    @Test(arguments: [
        "", "a", ".a", "$a", "$.", "$..a", "$.a.", "$[", "$[]", "$[a]", "$[-1]", "$[01]", "$[1", "$['a", "$['a'",
        #"$['\a']"#,
        "$.a b", "$[99999999999999999999]", "$.*", "$ ", "$.a[*",
    ])
    func unreadablePathsAreErrorsThatNameTheRule(_ path: String) {
        let error = #expect(throws: FieldRulesError.self) { try FieldRules(paths: [path: .ignore]) }
        #expect(error?.rule == path)
        #expect(error?.problem.hasSuffix(".") == true)
        #expect(error?.description.contains("\"\(path)\"") == true)
    }

    @Test func namesAndPathsGivenTwiceAreErrors() {
        #expect(throws: FieldRulesError.self) { try FieldRules(names: ["pin": .ignore, "PIN": .secret]) }
        #expect(throws: FieldRulesError.self) { try FieldRules(paths: ["$.a": .ignore, "$['a']": .secret]) }
        #expect(throws: FieldRulesError.self) { try FieldRules(names: ["": .ignore]) }
    }

    /// As everywhere else, names with different scalars are different even if they look alike.
    @Test func namesOfRulesAreToldApartByTheirBytes() throws {
        let (composed, decomposed) = ("\u{e9}", "e\u{301}")
        #expect(try FieldRules(names: [composed: .secret]) != FieldRules(names: [decomposed: .secret]))
        #expect(try FieldRules(names: [composed: .secret]) == FieldRules(names: [composed: .secret]))
        #expect(try FieldRules(paths: ["$.\(composed)": .ignore]) != FieldRules(paths: ["$.\(decomposed)": .ignore]))
        let rules = try Set([composed, decomposed, composed].map { try FieldRules(names: [$0: .secret]) })
        #expect(rules.count == 2)
        let places = [composed, decomposed].map { FieldDifference(path: "$.\($0)", kind: .valueDiffers) }
        #expect(places[0] != places[1] && Set(places).count == 2)
        let problems = try [composed, decomposed].map { name in
            try #require(throws: FieldRulesError.self) { try FieldRules(paths: [name: .ignore]) }
        }
        #expect(problems[0] != problems[1])
        let errors = try [composed, decomposed].map { name in
            try #require(throws: FingerprintError.self) {
                try CanonicalJSON.bytes(of: .object(JSONObject([(name, .number(.nan))])))
            }
        }
        #expect(errors[0] != errors[1] && errors[0] == errors[0])
    }

    @Test func rulesAreEqualWhenTheyStateTheSame() throws {
        #expect(try FieldRules(names: ["a": .ignore]) == FieldRules(names: ["a": .ignore]))
        #expect(try FieldRules(names: ["a": .ignore]) != FieldRules(names: ["a": .secret]))
        #expect(try FieldRules() == .standard)
        #expect(FieldRules.standard != .includeAll)
    }
}
