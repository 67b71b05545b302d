import Dedup
import Testing

/// An ignored element is left out; but nothing that separates work is lost with it.
@Suite struct IgnoredElementsTests {
    private static let fingerprinter = Fingerprinter(secretKey: .random)

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var names: [String: FieldRule] = [:]
        let paths: [String: FieldRule]
        /// Contexts that are all different work.
        let contexts: [JSONValue]
        /// Contexts that are the same work as the first one.
        var same: [JSONValue] = []

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "something below an ignored element is included",
            paths: ["$.items[*]": .ignore, "$.items[*].keep": .include],
            contexts: [
                ["items": [["x": 1], ["keep": 2]]], ["items": [["keep": 2], ["x": 1]]], ["items": [["keep": 2]]],
                ["items": [["keep": 2], ["keep": 2]]], ["items": [["keep": 2], 5, 6]],
                ["items": [["keep": 3], ["x": 1]]],
                ["items": []], ["items": nil], [:], ["items": ["keep": 2]],
            ],
            same: [
                ["items": [["x": 2], ["keep": 2]]], ["items": [nil, ["keep": 2, "x": [1]]]],
                ["items": [[], ["keep": 2]]],
            ]),
        Case(
            name: "the array itself is ignored",
            paths: ["$.items": .ignore, "$.items[*].keep": .include],
            contexts: [
                ["items": [["x": 1], ["keep": 2]]], ["items": [["keep": 2], ["x": 1]]], ["items": [["keep": 2]]],
                ["items": []],
            ],
            same: [["items": [1, ["keep": 2]]]]),
        Case(
            name: "a secret by name in an ignored element", paths: ["$[*]": .ignore],
            contexts: [[["token": "t"], 1], [1, ["token": "t"]], [["token": "t"]], [["token": "u"], 1], []],
            same: [[["token": "t", "x": 1], 2]]),
        Case(
            name: "some elements are ignored", paths: ["$[0]": .ignore, "$[2]": .ignore],
            contexts: [
                [["token": "t"], 5, 1], ["x", ["token": "t"], 5], [["token": "t"], 5], [1, 5, ["token": "t"]], [1, 5],
                [["token": "t"], 5, 1, 7],
            ],
            same: [[["token": "t", "x": 1], 5, 2]]),
        Case(
            name: "arrays in arrays",
            paths: ["$[*]": .ignore, "$[*][*][*].keep": .include],
            contexts: [
                [[[["keep": 1]]]], [[[], [["keep": 1]]]], [[], [[["keep": 1]]]], [[[["keep": 1], 1]]],
                [[[1, ["keep": 1]]]],
                [[[["keep": 1]], 1]], [[[["keep": 1]]], 1],
            ],
            same: [[[[["keep": 1, "x": 2]]]]]),
        Case(
            name: "inside a secret",
            paths: ["$.cookie.list[*]": .ignore, "$.cookie.list[*].id": .include],
            contexts: [
                ["cookie": ["list": [["id": 1], 1]]], ["cookie": ["list": [1, ["id": 1]]]],
                ["cookie": ["list": [["id": 1]]]],
            ],
            same: [["cookie": ["list": [["id": 1, "x": 1], 2]]]]),
    ]

    @Test(arguments: cases)
    func placesAndNumberOfElementsCountIfSomethingInOneTakesPart(_ example: Case) throws {
        let rules = try FieldRules(names: example.names, paths: example.paths)
        let step = Self.fingerprinter.prepare(step: "s", version: "1", rules: rules)
        for (left, first) in example.contexts.enumerated() {
            for (right, second) in example.contexts.enumerated() {
                let isSame = left == right
                #expect(try (step.fingerprint(first) == step.fingerprint(second)) == isSame, "\(first) and \(second)")
                #expect(try step.explain(first, second).isEmpty == isSame, "\(first) and \(second)")
            }
        }
        for same in example.same {
            #expect(try step.fingerprint(same) == step.fingerprint(example.contexts[0]), "\(same)")
            #expect(try step.explain(same, example.contexts[0]).isEmpty, "\(same)")
        }
    }

    @Test func anExplanationNamesThePlace() throws {
        let rules = try FieldRules(paths: ["$.items[*]": .ignore, "$.items[*].keep": .include])
        let first: JSONValue = ["items": [["x": 1], ["keep": 2], ["keep": 3]]]
        let second: JSONValue = ["items": [["keep": 2], ["keep": 4], ["x": 1], 5]]
        #expect(
            try Self.fingerprinter.explain(first, second, rules: rules) == [
                FieldDifference(path: "$.items[0].keep", kind: .onlyInSecond),
                FieldDifference(path: "$.items[1].keep", kind: .valueDiffers),
                FieldDifference(path: "$.items[2].keep", kind: .onlyInFirst),
                FieldDifference(path: "$.items[3]", kind: .onlyInSecond),
            ])
    }

    /// The byte in front of a place never occurs in canonical JSON.
    @Test func noContentImitatesThePlaceOfAnElement() throws {
        let rules = try FieldRules(paths: ["$[*]": .ignore, "$[*].keep": .include])
        let step = Self.fingerprinter.prepare(step: "s", version: "1", rules: rules)
        let form = try step.canonicalForm(of: [1, ["keep": 2]])
        let expected = Array("[\u{2}1{\"keep\":2}\u{2}2]".utf8)
        #expect(form.suffix(expected.count) == expected[...])
        #expect(try step.canonicalForm(of: [1, 2]).suffix(2) == Array("[]".utf8))
        for value: JSONValue in ["\u{2}1", ["\u{2}": "\u{2}"], [["\u{2}1{"]]] {
            #expect(try !CanonicalJSON.bytes(of: value).contains(2))
        }
    }
}
