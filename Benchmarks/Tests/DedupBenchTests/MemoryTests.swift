import Foundation
import LoadGeneration
import Simulation
import Testing

/// How growth is judged: by the subject, by the limit of the gate, and by how many samples are left.
@Suite(.serialized) final class MemoryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var subject = "dedup"
        var clients = 1
        var samples = 60
        var discarded = 2
        /// Bytes an operation.
        var growth = 0
        var limit = "8B"
        let verdict: String
        let code: Int32

        var testDescription: String {
            "\(subject), \(clients) clients, \(growth) bytes in each of \(samples) samples without \(discarded), limit \(limit): \(verdict)"
        }
    }

    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// What grows by 40 bytes an operation leaks unless more is allowed. The reference promises no joins; of the library
    /// nothing is known where no call waited.
    @Test(arguments: [
        Case(clients: 4, verdict: "CLEAN", code: 0),
        Case(verdict: "INCONCLUSIVE", code: 75),
        Case(clients: 4, growth: 40, verdict: "LEAK", code: 2),
        Case(subject: "reference", growth: 40, verdict: "LEAK", code: 2),
        Case(subject: "reference", growth: 40, limit: "1KiB", verdict: "CLEAN", code: 0),
        Case(clients: 4, samples: 6, discarded: 0, verdict: "INCONCLUSIVE", code: 75),
        Case(clients: 4, samples: 24, discarded: 20, verdict: "INCONCLUSIVE", code: 75),
        Case(subject: "reference", samples: 24, discarded: 20, growth: 40, verdict: "INCONCLUSIVE", code: 75),
    ])
    func growthIsJudged(_ row: Case) async throws {
        let scenario = Scenarios.memory(
            samples: row.samples, discarded: row.discarded, limit: row.limit, clients: row.clients)
        let memory = SimulatedMemory(growth: row.growth * Scenarios.operationsPerSample)
        let result = try await bench.run(
            scenario: scenario, ["--subject", row.subject], on: SimulatedMachine(memory: memory))
        #expect(result.code == row.code, "\(result.out)\(result.error)")
        #expect(result.out.contains(" \(row.verdict) "), "\(result.out)")
        if row.verdict != "INCONCLUSIVE" {
            #expect(result.out.contains("the size class of 64 bytes grows") == (row.verdict == "LEAK"))
        }
        let samples = try bench.rows("memory.csv")
        #expect(samples.count == row.samples)
        #expect(samples.map { $0["discarded"] == "true" } == (0..<row.samples).map { $0 < row.discarded })
    }

    /// Whether the allocator of this process shows the leak of the reference, at least 40 bytes for every request, is
    /// for the machine to say: it may be inconclusive, but never clean.
    @Test func aLeakOfThisProcessIsNotCalledClean() async throws {
        let scenario = Scenarios.memory(samples: 60, discarded: 2, limit: "8B", clients: 1)
        let result = try await bench.run(scenario: scenario, ["--subject", "reference"], on: RealMachine(), workers: 1)
        let row = try #require(try bench.rows("summary.csv").first)
        let verdict = try #require(row["memory_verdict"])
        #expect(["LEAK", "INCONCLUSIVE"].contains(verdict), "\(result.out)")
        if verdict == "INCONCLUSIVE" { print("inconclusive on this machine, now:\n\(result.out)") }
    }
}
