import Foundation
import Testing

@Suite(.serialized) final class InterruptionTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSignalLeavesAPartialMarkedBundle(_ signal: Int32, _ code: Int32) throws {
        let path = try bench.write(Scenarios.endless)
        let child = try bench.start(["run", path, "--out", bench.results, "--subject", "dedup", "--subject", "none"])
        // The first progress line says that the phase is under way.
        #expect(child.waits(for: "long 1/1"))
        child.send(signal)
        let result = try child.finish()
        #expect(result.code == code)
        #expect(result.out.contains("PARTIAL") && result.out.contains("not run: none"))
        let manifest = try bench.manifest()
        #expect(manifest["partial"] as? Bool == true)
        #expect((manifest["partial_reason"] as? String)?.isEmpty == false)
        #expect(manifest["verdict"] as? String == "interrupted")
        #expect(manifest["exit_code"] as? Int == Int(code))
        let rows = try bench.rows("summary.csv")
        #expect(!rows.isEmpty && rows.allSatisfy { $0["verdict"] == "interrupted" && $0["partial"] == "true" })
    }

    @Test func whileRepositoriesAreMadeItLeavesAMarkedBundleAndNoRepositories() throws {
        let temporary = bench.folder + "/temporary"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        let arguments = ["run", try bench.write(Scenarios.manyRepositories), "--out", bench.results]
        let child = try bench.start(arguments, environment: ["TMPDIR": temporary])
        #expect(child.waits(for: "drawing the requests"))
        child.send(SIGINT)
        let result = try child.finish()
        #expect(result.code == 130, "\(result.error)")
        #expect(result.out.contains("PARTIAL") && result.out.contains("not run: dedup"))
        #expect(try bench.manifest()["partial"] as? Bool == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.results).count == 2)
    }

    @Test func anErrorKeepsWhatWasFinishedBeforeIt() throws {
        let settings = ["--set", "cache.capacity=100", "--set", "cache.shards=500"]
        let subjects = ["--subject", "none", "--subject", "dedup", "--subject", "noop"]
        let result = try bench.run(scenario: Scenarios.storm, settings + subjects)
        #expect(result.code == 65)
        #expect(result.out.contains("shards is 500") && result.out.contains("not run: dedup, noop"))
        #expect(try bench.rows("summary.csv").map { $0["subject"] } == ["none"])
        #expect(try bench.manifest()["partial"] as? Bool == true)
        // With nothing finished there is nothing to keep.
        let alone = try bench.run(scenario: Scenarios.storm, settings)
        #expect(alone.code == 65 && alone.out.isEmpty && alone.error.contains("shards is 500"))
    }
}
