import Dedup
import Testing

/// No byte of a secret shows anywhere, and no content imitates a digest.
@Suite struct SecretTests {
    static let canary = "SECRET-9f2b7c41"

    @Test func aKeyShowsNothingAndShortOnesAreRefused() throws {
        let key = try SecretKey.symmetric(Array("\(Self.canary)-\(Self.canary)-0123456789".utf8))
        var dumped = ""
        dump(key, to: &dumped)
        dump(Fingerprinter(secretKey: key), to: &dumped)
        dump(Fingerprinter(secretKey: key).prepare(step: "s", version: "1"), to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\(Fingerprinter(secretKey: key))"] {
            #expect(!text.contains(Self.canary))
            #expect(!text.contains("83, 69, 67, 82, 69, 84"))
        }
        for count in [0, 1, 16, 31] {
            let error = #expect(throws: FingerprintError.self) {
                try SecretKey.symmetric(Array(repeating: 7, count: count))
            }
            #expect(error?.code == .shortSecretKey)
            #expect(error?.description.contains("32") == true)
        }
    }

    @Test func fingerprintsDependOnTheKeyOnlyIfThereAreSecrets() throws {
        let first = Fingerprinter(secretKey: try .symmetric(Array(repeating: 1, count: 32)))
        let second = Fingerprinter(secretKey: try .symmetric(Array(repeating: 2, count: 32)))
        let plain: JSONValue = ["user": "ada"]
        let secret: JSONValue = ["user": "ada", "password": "p"]
        #expect(
            try first.fingerprint(step: "s", version: "1", context: plain)
                == second.fingerprint(step: "s", version: "1", context: plain))
        #expect(
            try first.fingerprint(step: "s", version: "1", context: secret)
                != second.fingerprint(step: "s", version: "1", context: secret))
        let third = Fingerprinter(secretKey: try .symmetric(Array(repeating: 1, count: 32)))
        #expect(
            try first.fingerprint(step: "s", version: "1", context: secret)
                == third.fingerprint(step: "s", version: "1", context: secret))
        #expect(
            try Fingerprinter().fingerprint(step: "s", version: "1", context: secret)
                == Fingerprinter().fingerprint(step: "s", version: "1", context: secret))
    }

    static let contexts: [JSONValue] = [
        ["password": .string(canary)], ["a": [["Token": [.string(canary), 1]]]],
        ["cookie": .object((try? JSONObject([(canary, .string(canary))])) ?? .init())],
        ["headers": ["authorization": .string(canary), "date": 1]],
    ]

    @Test(arguments: contexts)
    func noByteOfASecretIsHashed(_ context: JSONValue) throws {
        for rules in [FieldRules.standard, try FieldRules(paths: ["$.headers": .ignore])] {
            let prepared = Fingerprinter().prepare(step: "step", version: "1", rules: rules)
            let form = try prepared.canonicalForm(of: context)
            #expect(!String(decoding: form, as: UTF8.self).contains(Self.canary))
            #expect(form.drop { $0 != UInt8(ascii: "{") }.contains(1), "a digest stands in the context")
        }
        let plain = Fingerprinter().prepare(step: "step", version: "1", rules: .includeAll)
        #expect(try String(decoding: plain.canonicalForm(of: context), as: UTF8.self).contains(Self.canary))
    }

    @Test(arguments: contexts)
    func explanationsAndErrorsHoldNoSecret(_ context: JSONValue) throws {
        let fingerprinter = Fingerprinter()
        for other in Self.contexts {
            let differences = try fingerprinter.explain(context, other)
            #expect(!"\(differences)".contains(Self.canary))
            #expect(differences.allSatisfy { !$0.description.contains(Self.canary) })
        }
        let broken: JSONValue = ["password": [.string(Self.canary), .number(.nan)]]
        let error = #expect(throws: FingerprintError.self) {
            try fingerprinter.fingerprint(step: "s", version: "1", context: broken)
        }
        #expect(error?.path == "$.password[1]")
        let text = "{\"password\":\"\(Self.canary)\",,}"
        let parsing = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text) }
        var dumped = ""
        dump(error, to: &dumped)
        dump(parsing, to: &dumped)
        #expect(!dumped.contains(Self.canary))
    }

    @Test func noContentImitatesADigest() throws {
        let prepared = Fingerprinter().prepare(step: "step", version: "1")
        let form = try prepared.canonicalForm(of: ["password": "p"])
        let mark = form.count - 34
        #expect(form[mark] == 1)
        let digest = String(decoding: form[mark..<mark + 33], as: UTF8.self)
        let rules = FieldRules.includeAll
        for forged: JSONValue in [.string(digest), .string("\u{1}"), .integer(1), .array([.string(digest)])] {
            let context: JSONValue = ["password": forged]
            let forgedForm = try Fingerprinter().prepare(step: "step", version: "1", rules: rules).canonicalForm(
                of: context)
            #expect(forgedForm != form)
            #expect(!forgedForm[mark...].contains(1))
        }
    }

    @Test func theNameOfASecretEntersItsDigest() throws {
        let prepared = Fingerprinter().prepare(step: "step", version: "1")
        let password = try prepared.canonicalForm(of: ["password": "p"]).suffix(33)
        let apiKey = try prepared.canonicalForm(of: ["apiKey": "p"]).suffix(33)
        #expect(password != apiKey)
    }
}
