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
}
