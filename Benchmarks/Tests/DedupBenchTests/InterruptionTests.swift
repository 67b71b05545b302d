import DedupBenchCLI
import Foundation
import Testing

@Suite(.serialized) final class InterruptionTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    @Test(arguments: [(SIGINT, 130, "Ctrl-C"), (SIGTERM, 143, "SIGTERM")] as [(Int32, Int32, String)])
    func phasesThatDidNotRunAreListedAndTheBundleIsMarked(_ signal: Int32, _ code: Int32, _ reason: String) async throws
    {
        let interruption = Interruption()
        interruption.interrupt(signal)
        let result = try await bench.run(scenario: Scenarios.storm, interruption: interruption)
        #expect(result.code == code && result.out.contains("PARTIAL") && result.out.contains("not run: dedup"))
        let manifest = try bench.manifest()
        #expect(manifest["partial"] as? Bool == true && manifest["verdict"] as? String == "interrupted")
        #expect((manifest["partial_reason"] as? String)?.contains(reason) == true)
    }

    @Test func anErrorKeepsTheResultsFinishedBeforeIt() async throws {
        let settings = ["--set", "cache.capacity=100", "--set", "cache.shards=500"]
        let subjects = ["--subject", "none", "--subject", "dedup", "--subject", "noop"]
        let result = try await bench.run(scenario: Scenarios.storm, settings + subjects)
        #expect(result.code == 65)
        #expect(result.out.contains("shards is 500") && result.out.contains("not run: dedup, noop"))
        #expect(try bench.rows("summary.csv").map { $0["subject"] } == ["none"])
        #expect(try bench.manifest()["partial"] as? Bool == true)
        // With nothing finished there is nothing to keep.
        let alone = try await bench.run(scenario: Scenarios.storm, settings)
        #expect(alone.code == 65 && alone.out.isEmpty && alone.error.contains("shards is 500"))
    }
}
