import CSVReading
import DedupBenchCLI
import Foundation
import Testing

/// `dedupbench simulate` on the trace that comes with the project.
@Suite(.serialized) final class SimulateTests {
    private let bench: Bench
    private let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private func rows(_ file: String) throws -> [[String: String]] {
        try CSVReader.rows(try String(contentsOfFile: file, encoding: .utf8))
    }

    /// Writes a small trace.
    private func small(_ text: String) throws -> String {
        let path = bench.folder + "/small.csv"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private var trace: String { fixtures.appending(path: "traces/swift-build.csv.zst").path }

    /// Counted a second time, by the policies of `make_replay.py`.
    @Test(arguments: [false, true])
    func hitsAreThoseOfTheSecondImplementation(bySize: Bool) async throws {
        let golden = try rows(fixtures.appending(path: "golden/replay.csv").path).filter {
            ($0["weight"] == "size") == bySize
        }
        try #require(golden.count == (bySize ? 6 : 22))
        let policies = Set(golden.compactMap { $0["policy"] }).sorted().joined(separator: ",")
        let capacities = Set(golden.compactMap { $0["capacity"] }).sorted().joined(separator: ",")
        let file = bench.folder + "/simulated.csv"
        let result = await bench.run(
            ["simulate", "--trace", trace, "--policy", policies, "--capacity", capacities, "-o", file]
                + (bySize ? ["--by-size"] : []))
        #expect(result.code == 0, "\(result.error)")
        let rows = try rows(file)
        #expect(rows.count == golden.count)
        for expected in golden {
            let row = try #require(
                rows.first { $0["policy"] == expected["policy"] && $0["capacity"] == expected["capacity"] })
            #expect(row["hits"] == expected["hits"] && row["requests"] == expected["requests"])
            #expect(row["trace"] == "swift-build.csv.zst" && (row["hit_bytes"] != "") == bySize)
        }
    }

    @Test func theBestOfEachCapacityIsMarkedAndTheBoundIsNot() async throws {
        let trace = try small("key\na\nb\na\nc\na\nb\n")
        let result = await bench.run(["simulate", "--trace", trace, "--policy", "fifo,lru,belady", "--capacity", "2"])
        #expect(result.code == 0 && result.out.contains("small.csv: 6 requests for 3 keys"))
        let lines = result.out.split(separator: "\n")
        #expect(lines.filter { $0.contains("*") }.map { $0.prefix(4) } == ["lru "])
        #expect(lines.contains { $0.hasPrefix("belady") && $0.contains("33.3 %") })
    }

    @Test(arguments: [
        (["--policy", "arx"], "`arx` is no policy; did you mean `arc`?"), (["--capacity", "0"], "`0` is no capacity"),
        (["--policy", "lru,"], "`` is no policy"), (["--by-size", "--policy", "belady"], "entries of equal size only"),
    ])
    func aWrongOptionIsNamed(options: [String], problem: String) async throws {
        let trace = try small("key\na\n")
        let result = await bench.run(["simulate", "--trace", trace] + options)
        #expect(result.code == 64 && result.error.contains(problem), "\(result.error)")
        #expect(result.out == "")
    }

    @Test(arguments: [("key\n", [], ": holds no request"), ("key\na\n", ["--by-size"], ":1:size: no such column")])
    func aTraceThatDoesNotServeIsNamed(text: String, options: [String], problem: String) async throws {
        let trace = try small(text)
        let result = await bench.run(["simulate", "--trace", trace] + options)
        #expect(result.code == 65 && result.error.contains("small.csv\(problem)"), "\(result.error)")
    }

    @Test func aFileThatCannotBeWrittenIsRefusedBeforeAnythingIsSimulated() async throws {
        let trace = try small("key\na\n")
        let result = await bench.run(["simulate", "--trace", trace, "-o", bench.folder])
        #expect(result.code == 6 && result.error.contains("cannot write \(bench.folder)") && result.out == "")
    }

    @Test func theTraceIsNotOverwritten() async throws {
        let trace = try small("key\na\n")
        let result = await bench.run(["simulate", "--trace", trace, "-o", bench.folder + "/./small.csv"])
        #expect(result.code == 64 && result.error.contains("is the trace itself"), "\(result.error)")
        #expect(try String(contentsOfFile: trace, encoding: .utf8) == "key\na\n")
    }

    @Test func aCapacityBeyondAllKeysIsOne() async throws {
        let trace = try small("key\na\nb\na\n")
        let result = await bench.run([
            "simulate", "--trace", trace, "--capacity", "\(Int.max)", "--policy", "lru,belady",
        ])
        #expect(result.code == 0 && result.out.contains("(all keys)"), "\(result.error)")
    }

    @Test func anInterruptedSimulationSaysSo() async throws {
        let trace = try small("key\na\na\n")
        let interruption = Interruption()
        interruption.interrupt(SIGINT)
        let result = await bench.run(["simulate", "--trace", trace], interruption: interruption)
        #expect(result.code == 130 && result.error.contains("interrupted by Ctrl-C: there are no more rows"))
    }
}
