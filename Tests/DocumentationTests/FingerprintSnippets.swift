import Dedup
import Testing

// snippet: Sources/Dedup/Fingerprint/JSON/JSONConvertible.swift
struct Money: JSONConvertible, Codable {
    var cents: Int
    var jsonValue: JSONValue { ["cents": JSONValue(cents)] }
}
// end

@Suite struct FingerprintSnippets {
    @Test func valuesOfATypeOfOnesOwn() throws {
        #expect(JSONValue([Money(cents: 5)]) == [["cents": 5]])
    }

    @Test func variablesInLiterals() throws {
        let (path, depth, name) = ("/srv/app", 2, "x")
        // snippet: Sources/Dedup/Fingerprint/JSON/JSONLiteral.swift
        let context = try JSONValue([
            "path": path, "depth": depth, "all": true, "since": nil, "filter": ["name": name, "limit": 3],
        ])
        // end
        #expect(
            context == [
                "path": "/srv/app", "depth": 2, "all": true, "since": nil, "filter": ["name": "x", "limit": 3],
            ])
    }
}
