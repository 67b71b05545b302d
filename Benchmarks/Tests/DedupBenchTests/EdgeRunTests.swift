import DedupBenchCLI
import DedupBenchKit
import Foundation
import Testing
import Workloads

/// Runs whose herds come at an event, in simulated time.
@Suite(.timeLimit(.minutes(10))) struct EdgeRunTests {
    private static func scenario(_ event: String) -> String {
        """
        schema_version: 1
        name: edges
        subjects: [none]
        system: {cache: {capacity: 6, policy: fifo, shards: 1, ttl: 'fixed:20ms'}}
        workload:
          keys: {distribution: uniform, count: 1}
          operation: {latency: 2ms, value_size: 8B}
        phases:
          - {name: edge, model: closed, clients: 4, operations: 480, edge: {at: \(event), sweep: 1ms, steps: 10}}
        """
    }

    @Test func whatHerdsMetIsInTheTablesAndThePictures() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = try await bench.run(scenario: Self.scenario("publication"))
        #expect(result.code == 2, "\(result.error)")
        #expect(result.out.contains("herds at the") && result.out.contains("±1.00 ms"))
        let rows = try bench.rows("edges.csv")
        #expect(
            rows.map { $0["offset_low_ns"] } == stride(from: -1_000_000, to: 1_000_000, by: 200_000).map { "\($0)" })
        #expect(rows.allSatisfy { $0["event"] == "publication" && $0["herds"] == "12" && $0["executed"] == "36" })
        // It executes every call: each of a herd, and what the leader has caused.
        #expect(rows.allSatisfy { $0["executions"] == "48" && $0["duplicate_executions"] == "36" })
        #expect(rows.allSatisfy { $0["violations"] != "0" })
        let page = try bench.file("report.html")
        #expect(page.contains("before and after the publication") && page.contains("violations a herd"))

        let again = await bench.run(["report", bench.results + "/latest", "--out", bench.folder + "/again", "--quiet"])
        #expect(again.code == 2)
        let copy = try String(contentsOfFile: bench.folder + "/again/latest/edges.csv", encoding: .utf8)
        #expect(try copy == bench.file("edges.csv"))
    }

    /// But for those in which a caller leaves: this subject lets none go before the execution has ended.
    @Test(arguments: EdgeSettings.Event.allCases.filter { $0 != .deadline && $0 != .cancellation })
    func everyEventIsMet(event: EdgeSettings.Event) async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = await bench.run(
            ["run", try bench.write(Self.scenario(event.rawValue)), "--subject", "honest", "--out", bench.results],
            subjects: try Bench.withHonest)
        #expect(result.code == 0, "\(result.out) \(result.error)")
        let rows = try bench.rows("edges.csv")
        let herds = rows.map { Int($0["herds"] ?? "") ?? 0 }
        // An eviction takes four turns, so there are fewer rounds.
        #expect(herds == Array(repeating: event == .eviction ? 3 : 12, count: 10))
        #expect(rows.allSatisfy { $0["violations"] == "0" && $0["duplicate_executions"] == "0" })
        // What is done again after the event, and is not before.
        let again: Set<EdgeSettings.Event> = [.failure, .expiry, .eviction, .invalidation]
        for (row, herds) in zip(rows, herds) {
            let isAfter = row["offset_low_ns"]?.hasPrefix("-") == false
            #expect(row["executions"] == "\(isAfter && again.contains(event) ? 2 * herds : herds)", "\(row)")
        }
    }

    /// What herds met is the same whether their history stays in memory or goes through files in between.
    @Test(arguments: [EdgeSettings.Event.publication, .expiry, .eviction])
    func herdsMayGoOnForLongerThanTheHistoryHolds(event: EdgeSettings.Event) async throws {
        var edges: [[[String]]] = []
        for limit in ["4000000", "100"] {
            let bench = try Bench()
            defer { bench.remove() }
            // The subject without a cache reports no eviction.
            let subjects = event == .eviction ? ["honest"] : ["honest", "none"]
            let result = await bench.run(
                [
                    "run", try bench.write(Self.scenario(event.rawValue)), "--history-limit", limit, "--out",
                    bench.results,
                ]
                    + subjects.flatMap { ["--subject", $0] },
                subjects: try Bench.withHonest)
            #expect(result.code == (subjects.count == 1 ? 0 : 2), "\(result.out)\(result.error)")
            let rows = try bench.rows("edges.csv")
            #expect(rows.count == 10 * subjects.count && rows.allSatisfy { $0["herds"] != "0" })
            #expect(rows.contains { $0["violations"] != "0" } == (subjects.count > 1))
            let counted = [
                "subject", "herds", "executions", "duplicate_executions", "violations", "executed", "joined",
            ]
            edges.append(rows.map { row in counted.map { row[$0] ?? "" } })
        }
        #expect(edges[0] == edges[1])
    }

    @Test func timeAloneMayEndAPhaseOfHerds() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let scenario = Self.scenario("publication").replacing("operations: 480", with: "duration: 2s")
        for limit in ["4000000", "100"] {
            let result = await bench.run(
                [
                    "run", try bench.write(scenario), "--subject", "honest", "--history-limit", limit, "--out",
                    bench.results,
                ], subjects: try Bench.withHonest)
            #expect(result.code == 0, "\(result.out)\(result.error)")
            let herds = try bench.rows("edges.csv").map { Int($0["herds"] ?? "") ?? 0 }
            #expect(herds.allSatisfy { $0 > 12 }, "\(herds)")
        }
    }

    @Test func herdsAtAServiceOfWhichOnlyAnswersAreSeenAreSaidToBeUnknown() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        var service = DefectiveSubject.blueprint(.honest)
        service.proof = .answers(allowsFailures: false, needsCount: false)
        let result = await bench.run(
            ["run", try bench.write(Self.scenario("publication")), "--subject", "honest", "--out", bench.results],
            subjects: try SubjectCatalog(adding: [service]))
        #expect(
            result.out.contains("phase edge: herds came where the event was expected"), "\(result.out)\(result.error)")
        #expect(throws: (any Error).self) { try bench.file("edges.csv") }
    }

    @Test func aSubjectThatCannotMakeTheEventIsRefused() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = try await bench.run(scenario: Self.scenario("invalidation"))
        #expect(result.code == 65 && result.error.contains("`edge` asks for invalidate"))
        #expect(result.error.contains("leave the phase out"))
    }
}
