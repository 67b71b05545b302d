import Foundation
import LoadGeneration
import Simulation
import Testing

/// How growth is judged: by the subject, by the limit of the gate, and with as many samples as it takes.
@Suite(.serialized) final class MemoryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var subject = "dedup"
        var clients = 1
        var samples = 60
        var discarded = 2
        /// Bytes an operation.
        var growth = 0
        var limit = "8B"
        /// How many samples may be taken at most, and how many it takes; nil: as many as are asked for.
        var most: Int?
        var taken: Int?
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
        Case(clients: 4, samples: 24, discarded: 20, taken: 48, verdict: "CLEAN", code: 0),
        Case(subject: "reference", samples: 24, discarded: 20, growth: 40, taken: 48, verdict: "LEAK", code: 2),
        Case(subject: "reference", growth: 40, limit: "40B", most: 130, taken: 130, verdict: "INCONCLUSIVE", code: 75),
    ])
    func growthIsJudged(_ row: Case) async throws {
        let scenario = Scenarios.memory(
            samples: row.samples, most: row.most, discarded: row.discarded, limit: row.limit, clients: row.clients)
        let memory = SimulatedMemory(growth: row.growth * Scenarios.operationsPerSample)
        let result = try await bench.run(
            scenario: scenario, ["--subject", row.subject], on: SimulatedMachine(memory: memory))
        #expect(result.code == row.code, "\(result.out)\(result.error)")
        #expect(result.out.contains(" \(row.verdict) "), "\(result.out)")
        if row.verdict != "INCONCLUSIVE" {
            #expect(result.out.contains("the size class of 64 bytes grows") == (row.verdict == "LEAK"))
        }
        let samples = try bench.rows("memory.csv")
        let taken = row.taken ?? row.samples
        #expect(samples.count == taken)
        #expect(samples.map { $0["discarded"] == "true" } == (0..<taken).map { $0 < row.discarded })
        // The audit of keys expects as many requests as were asked for, and not as many as might have been.
        #expect(try bench.rows("summary.csv").first?["operations"] == "\(taken * Scenarios.operationsPerSample)")
    }

    @Test(arguments: ["scenario", "option"])
    func aGateOnGrowthThatCanNeverBeDecidedIsRefused(origin: String) async throws {
        let scenario = Scenarios.memory(samples: 6, most: 21, discarded: 2, limit: "8B", clients: 4)
        let limit = origin == "scenario" ? [] : ["--gate", "memory.leak_bytes_per_op < 7B"]
        let text =
            origin == "scenario"
            ? scenario : scenario.replacing("memory.leak_bytes_per_op < 8B", with: "dedup.prevented == 100%")
        let result = try await bench.run(
            scenario: text, limit, on: SimulatedMachine(memory: SimulatedMemory(growth: 0)))
        #expect(result.code == (origin == "scenario" ? 65 : 64), "\(result.error)")
        #expect(
            result.error.contains("can never be decided in `memory`") && result.error.contains("raise `max_samples`"))
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
