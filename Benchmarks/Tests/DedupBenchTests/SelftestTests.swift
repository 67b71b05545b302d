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
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let scenario = root.appending(path: "Fixtures/scenarios/duplicate-storm.yaml")
        let lines = try String(contentsOf: scenario, encoding: .utf8).split(separator: "\n")
        let gates = lines.drop { $0 != "gates:" }.dropFirst().prefix { $0.hasPrefix("  - ") }.map { $0.dropFirst(4) }
        try #require(gates.count >= 5, "\(gates)")
        for gate in gates { #expect(list.out.contains(gate), "\(gate)") }
        #expect(list.out.contains("must be caught by") && list.out.contains("lost_call"))
    }

    @Test func aFilterThatFindsNothingIsSixtyFour() throws {
        let result = try bench.run(["selftest", "--filter", "nothing like it"])
        #expect(result.code == 64 && result.error.contains("nothing like it"))
    }
}
