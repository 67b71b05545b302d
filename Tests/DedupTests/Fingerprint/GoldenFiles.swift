import Foundation
import Testing

/// The files under `Fixtures/golden`, read with Foundation so that our parser does not read its own test data.
enum GoldenFiles {
    struct Fingerprints: Decodable {
        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            let name: String
            let namespace: String
            let step: String
            let version: String
            let scope: String?
            let names: [String: String]
            let paths: [String: String]
            let context: String
            let fingerprint: String

            var testDescription: String { name }
        }

        let secret_key_hex: String
        let cases: [Case]
    }

    struct RFC8785: Decodable {
        struct Document: Decodable, Sendable, CustomTestStringConvertible {
            let name: String
            let input: String
            let canonical: String

            var testDescription: String { name }
        }

        struct Number: Decodable, Sendable {
            let bits: String
            let text: String
        }

        let documents: [Document]
        let numbers: [Number]
        let not_numbers: [String]
        let es6_static_bits: [String]
        let es6_checksums: [String: String]
    }

    static func fingerprints() throws -> Fingerprints { try read("fingerprints.json") }

    static func rfc8785() throws -> RFC8785 { try read("rfc8785.json") }

    private static func read<Content: Decodable>(_ name: String) throws -> Content {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Fixtures/golden")
        return try JSONDecoder().decode(Content.self, from: Data(contentsOf: root.appending(path: name)))
    }
}
