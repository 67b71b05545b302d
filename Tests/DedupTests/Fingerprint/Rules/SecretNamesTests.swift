import Dedup
import DedupTesting
import Foundation
import Testing

/// The fields that are secret by default: whole names, in every spelling in use, and no others.
@Suite struct SecretNamesTests {
    private static let fingerprinter = Fingerprinter()

    /// How a field of that name differs in two contexts, under the standard rules.
    private static func difference(in name: String) throws -> FieldDifference.Kind? {
        let contexts = try ["canary-1", "canary-2"].map { value in
            JSONValue.object(try JSONObject([("outer", .array([.object(try JSONObject([(name, .string(value))]))]))]))
        }
        return try fingerprinter.explain(contexts[0], contexts[1]).first?.kind
    }

    @Test(arguments: FieldRules.defaultSecretNames)
    func aDefaultNameIsSecretInEverySpelling(_ name: String) throws {
        let words = name.replacing(/[A-Z]/) { "_" + $0.output.lowercased() }
        let header = words.split(separator: "_").map(\.capitalized).joined(separator: "-")
        for spelling in [
            name, name.lowercased(), name.uppercased(), words, words.uppercased(), header,
            words.replacing("_", with: "-"),
            "_\(words)", "__\(name)__", "\(name)_", "-\(name)", "\(header)-",
        ] {
            #expect(try Self.difference(in: spelling) == .secretDiffers, "\(spelling)")
        }
    }

    @Test(arguments: [
        "api_key", "x-api-key", "X-API-Key", "apiKey", "APIKEY", "access_token", "accessToken", "refreshToken",
        "refresh_token", "client_secret", "clientSecret", "passwd", "pwd", "private_key", "Authorization", "Cookie",
        "Set-Cookie", "set_cookie", "session_token", "sessionToken", "aws_secret_access_key", "X-Amz-Security-Token",
        "X-CSRF-Token", "_token", "PASSWORD",
    ])
    func theUsualNamesAreSecret(_ name: String) throws {
        #expect(try Self.difference(in: name) == .secretDiffers)
    }

    @Test(arguments: [
        "token_count", "tokens", "max_tokens", "tokenizer", "keyboard", "key", "public_key", "apiKeyId",
        "access_key_id",
        "passwordLength", "password_hint", "compass", "author", "authorized", "secretary", "cookie_consent", "cookbook",
        "session", "session_id", "sessionId", "credit", "pwdx", "to.ken", "pass word", "", "-", "__", "x", "p",
        "a_name_that_is_much_longer_than_any_of_the_secret_names",
    ])
    func aNameThatOnlyHoldsAnotherIsNoSecret(_ name: String) throws {
        #expect(try Self.difference(in: name) == .valueDiffers)
    }

    @Test func aRuleForASpellingReplacesTheDefaultForThatSpelling() throws {
        let rules = try FieldRules(names: ["api_key": .ignore, "Token": .include], paths: ["$.page.cookie": .include])
        let step = Self.fingerprinter.prepare(step: "s", version: "1", rules: rules)
        let first: JSONValue = ["api_key": 1, "apiKey": 1, "token": 1, "_token": 1, "page": ["cookie": 1], "cookie": 1]
        let second: JSONValue = [
            "API_KEY": 2, "apiKey": 2, "token": 2, "_token": 2, "page": ["cookie": 2], "cookie": 2,
        ]
        let kinds = try step.explain(first, second).map { ($0.path, $0.kind) }
        #expect(
            Dictionary(uniqueKeysWithValues: kinds) == [
                "$.apiKey": .secretDiffers, "$.token": .valueDiffers, "$._token": .secretDiffers,
                "$.page.cookie": .valueDiffers, "$.cookie": .secretDiffers,
            ])
        let plain = try FieldRules(usesDefaults: false)
        #expect(try Self.fingerprinter.explain(first, second, rules: plain).allSatisfy { $0.kind != .secretDiffers })
    }

    /// Random names: secret exactly when, without separators and in small letters, they are one of the list.
    @Test(arguments: [91, 92] as [UInt64])
    func aNameIsSecretExactlyWhenItSpellsOneOfTheList(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let listed = Set(FieldRules.defaultSecretNames.map { $0.lowercased() })
        var secrets = 0
        for round in 0..<3_000 {
            var characters = Array(FieldRules.defaultSecretNames.randomElement(using: &random) ?? "")
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: 0...characters.count, using: &random)
                characters.insert(Array("-_-_tk").randomElement(using: &random) ?? "-", at: index)
            }
            if round.isMultiple(of: 3) { characters.remove(at: Int.random(in: characters.indices, using: &random)) }
            let name = String(characters.map { Bool.random(using: &random) ? Character($0.uppercased()) : $0 })
            let isListed = listed.contains(name.lowercased().filter { $0 != "-" && $0 != "_" })
            secrets += isListed ? 1 : 0
            #expect(try (Self.difference(in: name) == .secretDiffers) == isListed, "seed \(seed): \(name)")
        }
        #expect(secrets > 500 && secrets < 2_500)
    }

    @Test func theDocumentationListsTheNames() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../../Sources/Dedup/Fingerprint/Rules/FieldRules.swift")
        let comment = try String(contentsOf: file, encoding: .utf8).split(
            separator: "public static let defaultSecretNames")[0]
        for name in FieldRules.defaultSecretNames { #expect(comment.contains("`\(name)`"), "\(name)") }
    }
}
