import Foundation
import Testing

/// How growth is judged: by the subject, by the limit of the gate, and by how many samples are left.
@Suite(.serialized) final class MemoryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var subject = "dedup"
        var samples = 24
        var discarded = 2
        var limit = "8B"
        let verdict: String
        let code: Int32

        var testDescription: String {
            "\(subject), \(samples) samples without \(discarded), limit \(limit): \(verdict)"
        }
    }

    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// The reference keeps a line of at least 40 bytes for every request, and forgets none.
    @Test(arguments: [
        Case(verdict: "CLEAN", code: 0),
        Case(subject: "reference", verdict: "LEAK", code: 2),
        Case(subject: "reference", limit: "1KiB", verdict: "CLEAN", code: 0),
        Case(samples: 6, discarded: 0, verdict: "INCONCLUSIVE", code: 75),
        Case(samples: 24, discarded: 20, verdict: "INCONCLUSIVE", code: 75),
        Case(subject: "reference", samples: 24, discarded: 20, verdict: "INCONCLUSIVE", code: 75),
    ])
    func growthIsJudged(_ row: Case) throws {
        let scenario = Scenarios.memory(samples: row.samples, discarded: row.discarded, limit: row.limit)
        let result = try bench.run(scenario: scenario, ["--subject", row.subject])
        #expect(result.code == row.code, "\(result.out)\(result.error)")
        #expect(result.out.contains(" \(row.verdict) "), "\(result.out)")
        let samples = try bench.rows("memory.csv")
        #expect(samples.count == row.samples)
        #expect(samples.map { $0["discarded"] == "true" } == (0..<row.samples).map { $0 < row.discarded })
    }

    @Test func aLeakNamesWhatGrows() throws {
        let scenario = Scenarios.memory(samples: 24, discarded: 2, limit: "8B")
        let result = try bench.run(scenario: scenario, ["--subject", "reference"])
        #expect(result.out.contains("the size class of"))
    }
}
