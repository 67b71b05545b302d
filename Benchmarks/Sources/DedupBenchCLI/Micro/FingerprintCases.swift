internal import Crypto
internal import Dedup
internal import Measurement

/// Fingerprints of a context of 200 bytes, beside SHA-256 of as many bytes.
enum FingerprintCases {
    static let all = [
        MicroCase(name: "fingerprint, JSON context") { await json($0) },
        MicroCase(name: "fingerprint, Encodable input") { await encodable($0) },
    ]

    /// About 200 bytes as JSON, with nothing secret in it.
    struct Input: Codable, Sendable {
        var repository = "/srv/repositories/example-project"
        var command = "log"
        var branch = "feature/deduplicate-executions"
        var limit = 250
        var follow = true
        var paths = ["Sources/Dedup", "Sources/Caching", "Tests"]
        var format = "%H %an %ad %s"
    }

    static let context: JSONValue = [
        "repository": "/srv/repositories/example-project", "command": "log",
        "branch": "feature/deduplicate-executions", "limit": 250, "follow": true,
        "paths": ["Sources/Dedup", "Sources/Caching", "Tests"], "format": "%H %an %ad %s",
    ]

    private static let bytes = [UInt8](repeating: 0x61, count: 200)
    static let fingerprinter = Fingerprinter(namespace: "micro").prepare(step: "git.log", version: "1")

    @Sendable
    private static func hash(_ iterations: Int) {
        for _ in 0..<iterations { consume(UInt64(SHA256.hash(data: bytes).first { _ in true } ?? 0)) }
    }

    private static func json(_ engine: MicroEngine) async -> [MicroResult] {
        let measured = await engine.compare(
            "fingerprint, 200-byte JSON context", control: "SHA-256 of 200 bytes",
            { iterations in
                for _ in 0..<iterations { consume((try? fingerprinter.fingerprint(context))?.words.0 ?? 0) }
            }, hash)
        guard let (comparison, allocated) = measured else { return [] }
        return [
            MicroResult(comparison, bytes: allocated, target: "0.5 µs, at most 2x the control") { rate, ratio in
                rate >= 2e6 && ratio <= 2
            }
        ]
    }

    private static func encodable(_ engine: MicroEngine) async -> [MicroResult] {
        let input = Input()
        let measured = await engine.compare(
            "fingerprint, Encodable input", control: "SHA-256 of 200 bytes",
            { iterations in
                for _ in 0..<iterations { consume((try? fingerprinter.fingerprint(of: input))?.words.0 ?? 0) }
            }, hash)
        guard let (comparison, allocated) = measured else { return [] }
        return [MicroResult(comparison, bytes: allocated, target: "2 µs") { rate, _ in rate >= 5e5 }]
    }
}
