import Foundation
import Testing

@Suite(.serialized) final class SelftestTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    @Test(arguments: ["check-then-act", "cached-error", "sometimes-slow-hits"])
    func aDefectIsCaughtByWhatMustCatchIt(_ defect: String) throws {
        let result = try bench.run(["selftest", "--filter", defect])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        #expect(result.out.contains(defect) && result.out.contains("every one of 1 defects was caught"))
    }

    @Test func everyGateOfTheMainScenarioHasADefectThatFailsIt() throws {
        let list = try bench.run(["selftest", "--list"])
        let gates = [
            "dedup.prevented == 100%", "hit_rate.repeat > 80%", "hit.latency.p99 < 50ms", "hit.latency.p50 < 50ms",
            "memory.leak_bytes_per_op < 0.5B",
        ]
        for gate in gates { #expect(list.out.contains(gate), "\(gate)") }
        #expect(list.out.contains("must be caught by") && list.out.contains("lost_call"))
    }

    @Test func aFilterThatFindsNothingIsSixtyFour() throws {
        let result = try bench.run(["selftest", "--filter", "nothing like it"])
        #expect(result.code == 64 && result.error.contains("nothing like it"))
    }
}
