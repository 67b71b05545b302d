import DedupBenchCLI
import Foundation
import Testing

/// `run --heap-profile`.
@Suite(.timeLimit(.minutes(10))) final class HeapProfileTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private static let scenario = """
        schema_version: 1
        name: leak
        subjects: [reference]
        system: {cache: {capacity: 100, policy: lru, ttl: forever}}
        workload:
          keys: {distribution: uniform, count: 1000000}
          operation: {latency: 1us, value_size: 100B}
        phases: [{name: memory, model: closed, clients: 1, memory: {samples: 12, operations: 200, discarded: 2}}]
        gates: [memory.leak_bytes_per_op < 0.5B]
        """

    /// The original design keeps something of every key for ever.
    @Test func whereALeakComesFromIsSaid() throws {
        let path = try bench.write(Self.scenario)
        let result = try Child(
            ["run", path, "--heap-profile", "--no-progress", "--out", bench.results], in: bench
        ).finish()
        #expect(result.code == 2, "\(result.error)")
        #expect(result.out.contains("what was allocated and not freed comes from"), "\(result.out)")
        #expect(result.out.contains("Service."), "\(result.out)")
        let left = try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path)
        #expect(!left.contains { $0.hasPrefix("dedupbench-heap-") }, "the profiles are gone")
        // The functions are evidence, so a report that is made again names them, too.
        let again = try Child(["report", bench.results + "/latest", "--out", bench.folder + "/again"], in: bench)
            .finish()
        #expect(again.out.contains("what was allocated and not freed comes from"))
    }

    @Test func withoutJeprofItIsSixtyNine() throws {
        let tools = try Child.folder(with: ["sh", "git"], in: bench)
        let result = try Child(
            ["run", try bench.write(Self.scenario), "--heap-profile", "--out", bench.results], in: bench,
            environment: ["PATH": tools]
        ).finish()
        #expect(result.code == 69 && result.error.contains("jeprof"), "\(result.code): \(result.error)")
    }

    @Test func aRunWithoutMemoryPhasesHasNothingToProfile() async throws {
        let result = try await bench.run(
            scenario: Self.scenario.replacingOccurrences(
                of: "memory: {samples: 12, operations: 200, discarded: 2}", with: "operations: 100"
            ).replacingOccurrences(of: "gates: [memory.leak_bytes_per_op < 0.5B]", with: ""), ["--heap-profile"])
        #expect(result.code == 64 && result.error.contains("no phase that samples memory"), "\(result.error)")
    }

    @Test func theInnermostFunctionsThatAreNotOfSwiftAreNamed() {
        let stacks = """
            start_thread;$s5Bench3runyyF<01>;$s5Bench4leakyyF<02>;$sSaMa<03>;swift_slowAlloc 300
            start_thread;$s5Bench3runyyF[inline];$s5Bench4leakyyF[inline];$s10Foundation4DataV<06>;malloc 50
            start_thread;$s5Bench3runyyF<07>;$s5Bench4leakyyF<08>;$s5Bench4leakyyF<09>;malloc 7
            start_thread;$s5Bench3runyyF<0a>;swift_slowAlloc -20
            start_thread;$s5Bench5othery5Bench1SVF<0b>;malloc 400
            start_thread;malloc 1000000

            no stack
            """
        let grown = HeapCallSites.grown(in: stacks)
        #expect(grown.map(\.frames) == [["$s5Bench5othery5Bench1SVF"], ["$s5Bench4leakyyF", "$s5Bench3runyyF"]])
        #expect(grown.map(\.bytes) == [400, 357])
    }
}
