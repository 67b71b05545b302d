import Dedup
import Testing

/// A context is brought into canonical form once, and known by a digest that only its step can make.
@Suite struct CanonicalContextTests {
    @Test func equalContextsOfAStepHaveOneDigest() throws {
        let digester = ContextDigester(limits: .standard)
        let context = try CanonicalContext(["a": 1, "b": [nil]], scope: nil, digester: digester)
        let same = try CanonicalContext(["b": [nil], "a": 1.0], scope: nil, digester: digester)
        #expect(try context.digest(in: nil) == same.digest(in: nil))
        #expect(try context.digest(in: nil) == digester.digest(of: context.value, scope: nil))
        let other = try CanonicalContext(["a": 2, "b": [nil]], scope: nil, digester: digester)
        #expect(try context.digest(in: nil) != other.digest(in: nil))
    }

    @Test func anotherScopeHasAnotherDigest() throws {
        let digester = ContextDigester(limits: .standard)
        let scopes = [nil, "", "a", "\u{e9}", "e\u{301}"]
        let contexts = try scopes.map { try CanonicalContext(["x": 1], scope: $0, digester: digester) }
        for context in contexts {
            let digests = try scopes.map { try context.digest(in: $0) }
            #expect(Set(digests).count == scopes.count)
            #expect(try digests == scopes.map { try digester.digest(of: ["x": 1], scope: $0) })
        }
    }

    @Test func anotherStepHasAnotherKey() throws {
        let digests = try (0..<2).map { _ in try ContextDigester(limits: .standard).digest(of: ["x": 1], scope: nil) }
        #expect(digests[0] != digests[1])
    }

    @Test func aContextBeyondTheLimitsIsRefused() throws {
        let digester = ContextDigester(limits: try FingerprintLimits(maximumBytes: 300, maximumDepth: 3))
        for (context, code) in [
            ([[[[1]]]], .tooDeep), (.string(String(repeating: "x", count: 300)), .tooLarge),
            ([.number(.nan)], .notFinite),
        ] as [(JSONValue, FingerprintError.Code)] {
            let error = #expect(throws: FingerprintError.self) {
                try CanonicalContext(context, scope: nil, digester: digester)
            }
            #expect(error?.code == code)
        }
    }

    @Test func aContextIsDecodedAsItIs() throws {
        let digester = ContextDigester(limits: try FingerprintLimits(maximumDepth: 2))
        let context = try CanonicalContext(["a": [1, 2]], scope: nil, digester: digester)
        #expect(try ContextDecoder.decode([String: [Int]].self, from: context) == ["a": [1, 2]])
        let error = #expect(throws: FingerprintError.self) {
            try ContextDecoder.decode([String: [Int8]].self, from: context)
        }
        #expect(error?.code == .tooDeep)
    }
}
