import DedupBenchCLI
import DedupBenchKit
import Foundation
import Testing

/// The search for the highest rate that holds, and the command around it.
@Suite struct CapacityTests {
    /// A subject that holds up to a rate: the search comes within its precision, from wherever it starts.
    @Test(arguments: [30.0, 999, 1_000, 1_234, 50_000, 777_000], [100.0, 1_000, 123_456])
    func findsTheRateWithinItsPrecision(capacity: Double, start: Double) throws {
        var search = CapacitySearch(from: start)
        var tries = 0
        while let rate = search.next {
            search.note(rate <= capacity ? .held : .broke)
            tries += 1
            try #require(tries < 60)
        }
        guard case .found(let rate, let brokeAt?, false) = search.result else {
            Issue.record("\(String(describing: search.result))")
            return
        }
        #expect(rate <= capacity && brokeAt > capacity && brokeAt / rate < 1.12)
    }

    @Test func whatHoldsOnceButNotAgainIsNotTheResult() throws {
        // Up to 1,000 it always holds, up to 2,000 only the first time.
        var search = CapacitySearch(from: 1_000)
        var seen: Set<Double> = []
        var tries = 0
        while let rate = search.next {
            search.note(rate <= 1_000 || (rate <= 2_000 && seen.insert(rate).inserted) ? .held : .broke)
            tries += 1
            try #require(tries < 200)
        }
        guard case .found(let rate, _, _) = search.result else {
            Issue.record("\(String(describing: search.result))")
            return
        }
        #expect(rate <= 1_000 && rate > 850)
    }

    @Test func whatNeverHoldsHasNone() {
        var search = CapacitySearch(from: 64, within: 1...1_000)
        while search.next != nil { search.note(.broke) }
        #expect(search.result == CapacitySearch.Result.none(lowest: 1))
    }

    @Test func whatAlwaysHoldsEndsAtTheBound() {
        var search = CapacitySearch(from: 64, within: 1...1_000)
        while search.next != nil { search.note(.held) }
        #expect(search.result == .found(rate: 1_000, brokeAt: nil, isGeneratorsLimit: false))
    }

    @Test func aMachineThatCannotDoMoreIsSaidToBeTheLimit() {
        var search = CapacitySearch(from: 100, confirmations: 1)
        while let rate = search.next { search.note(rate <= 700 ? .held : .spoiled) }
        guard case .found(_, _, let isGeneratorsLimit) = search.result else {
            Issue.record("nothing was found")
            return
        }
        #expect(isGeneratorsLimit)
    }

    // MARK: - The command

    private static let scenario = """
        schema_version: 1
        name: capacity
        system: {cache: {capacity: 100000, ttl: forever}}
        workload:
          keys: {distribution: burst, count: 100000, skew: 0, burst: 2}
          operation: {latency: 10ms}
        phases:
          - {name: open, model: constant, rate: 100/s, duration: 10s, clients: 8}
        gates: [call.latency.p99 < 50ms]
        """

    /// Eight clients, and 10 ms a call, also for the one of two that joins: 800 a second is all they can do, in simulated time
    /// on any machine.
    @Test func theClientsOfAPhaseHaveACapacity() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let table = bench.folder + "/rates.csv"
        let result = await bench.run(
            ["capacity", try bench.write(Self.scenario), "--subject", "own", "--no-progress", "--csv", table],
            subjects: try SubjectCatalog(adding: [
                SubjectBlueprint(name: "own", summary: "bytes in a table") { ByteTable($0, .none) }
            ]))
        #expect(result.out.contains("capacity: "), "\(result.out)\(result.error)")
        let rate = result.out.split(separator: "\n").last { $0.hasPrefix("capacity: ") }?.dropFirst(10).prefix {
            $0.isNumber || $0 == "."
        }
        let found = try #require(rate.flatMap { Double($0) })
        #expect(found >= 600 && found <= 900, "\(result.out)")
        let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
        #expect(rows[0] == "rate_per_s,outcome,reason", "\(rows)")
        #expect(rows.contains { $0.hasPrefix("\(rate ?? ""),holds,") }, "\(rows)")
        #expect(rows.contains { $0.contains(",breaks,") })
    }

    @Test func tooFewRequestsAreSaidToBeTooFew() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = await bench.run(
            ["capacity", try bench.write(Self.scenario), "--subject", "own", "--set", "phases.open.duration=1s"],
            subjects: try SubjectCatalog(adding: [
                SubjectBlueprint(name: "own", summary: "bytes in a table") { ByteTable($0, .none) }
            ]))
        #expect(result.code == 75 && result.error.contains("make the phase longer"), "\(result.error)")
    }

    @Test(
        arguments: [
            (["--precision", "0"], "--precision"), (["--confirmations", "0"], "--confirmations"),
            (["--subject", "none", "--subject", "dedup"], "one subject at a time"),
            (
                ["--set", "phases.open.model=closed", "--set", "phases.open.rate=null"],
                "no phase that is measured has one rate"
            ),
            (["--set", "gates=[]"], "without a gate"),
        ])
    func aWrongOptionIsNamed(_ options: [String], _ message: String) async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let result = await bench.run(["capacity", try bench.write(Self.scenario)] + options)
        #expect(result.code == 64 && result.error.contains(message), "\(result.error)")
    }
}
