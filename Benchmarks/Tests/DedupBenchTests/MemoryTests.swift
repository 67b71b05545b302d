import Foundation
import Testing

/// How growth is judged: by the subject, by the limit of the gate, and by how many samples are left.
@Suite(.serialized) final class MemoryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var subject = "dedup"
        var clients = 1
        var samples = 60
        var discarded = 2
        var limit = "8B"
        let verdict: String
        let code: Int32

        var testDescription: String {
            "\(subject), \(clients) clients, \(samples) samples without \(discarded), limit \(limit): \(verdict)"
        }
    }

    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// The reference keeps a line of at least 40 bytes for every request, and forgets none. It promises no joins; of the
    /// library nothing is known where nobody waited.
    @Test(arguments: [
        Case(clients: 4, verdict: "CLEAN", code: 0),
        Case(verdict: "INCONCLUSIVE", code: 75),
        Case(subject: "reference", verdict: "LEAK", code: 2),
        Case(subject: "reference", limit: "1KiB", verdict: "CLEAN", code: 0),
        Case(clients: 4, samples: 6, discarded: 0, verdict: "INCONCLUSIVE", code: 75),
        Case(clients: 4, samples: 24, discarded: 20, verdict: "INCONCLUSIVE", code: 75),
        Case(subject: "reference", samples: 24, discarded: 20, verdict: "INCONCLUSIVE", code: 75),
    ])
    func growthIsJudged(_ row: Case) throws {
        let scenario = Scenarios.memory(
            samples: row.samples, discarded: row.discarded, limit: row.limit, clients: row.clients)
        let result = try bench.run(scenario: scenario, ["--subject", row.subject])
        #expect(result.code == row.code, "\(result.out)\(result.error)")
        #expect(result.out.contains(" \(row.verdict) "), "\(result.out)")
        let samples = try bench.rows("memory.csv")
        #expect(samples.count == row.samples)
        #expect(samples.map { $0["discarded"] == "true" } == (0..<row.samples).map { $0 < row.discarded })
    }

    @Test func aLeakNamesWhatGrows() throws {
        let scenario = Scenarios.memory(samples: 60, discarded: 2, limit: "8B", clients: 1)
        let result = try bench.run(scenario: scenario, ["--subject", "reference"])
        #expect(result.out.contains("the size class of"))
    }
}
