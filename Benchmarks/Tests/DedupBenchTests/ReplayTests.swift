import DedupBenchCLI
import DedupVerification
import Evidence
import Foundation
import Reporting
import Testing

/// `dedupbench replay`: the violations of a bundle, checked again.
@Suite(.serialized) final class ReplayTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private var latest: String { bench.results + "/latest" }

    @Test func theViolationsOfARunAreShownAgain() async throws {
        #expect(try await bench.run(scenario: Scenarios.storm, ["--subject", "none"]).code == 2)
        let evidence = try BundleReader.evidence(of: latest)
        let violations = evidence.subjects.flatMap { $0.verification?.violations ?? [] }
        #expect(!violations.isEmpty && violations.allSatisfy { $0.proof != nil })

        let replay = await bench.run(["replay", latest])
        #expect(replay.code == 2, "\(replay.error)")
        #expect(replay.out.contains(" of \(violations.count): none, overlap"))
        #expect(replay.out.contains("shown again by 2 executions; results live"))
        #expect(replay.out.contains("\(violations.count) of \(violations.count) violations shown again"))

        let key = try #require(violations.first { $0.kind == .overlap }?.key)
        let one = await bench.run(["replay", latest, "--kind", "overlap", "--key", "\(key)", "--subject", "none"])
        #expect(one.code == 2 && one.out.contains("1 of "), "\(one.out)\(one.error)")
        let none = await bench.run(["replay", latest, "--kind", "stale_hit"])
        #expect(none.code == 0 && none.out.contains("the bundle holds no such violation"))
    }

    @Test func aRunWithoutViolationsHasNothingToShow() async throws {
        #expect(try await bench.run(scenario: Scenarios.storm).code == 0)
        let replay = await bench.run(["replay", latest])
        #expect(replay.code == 0 && replay.out == "the run found no violation\n", "\(replay.error)")
    }

    @Test func aProofThatShowsSomethingElseIsRefused() async throws {
        #expect(try await bench.run(scenario: Scenarios.storm, ["--subject", "none"]).code == 2)
        let text = try String(contentsOfFile: latest + "/evidence.json", encoding: .utf8)
        let changed = text.replacing("two executions of key", with: "three executions of key")
        #expect(changed != text)
        let file = bench.folder + "/evidence.json"
        try changed.write(toFile: file, atomically: true, encoding: .utf8)
        let replay = await bench.run(["replay", file])
        #expect(replay.code == 65 && replay.out.contains("NOT shown again"), "\(replay.out)")
        #expect(replay.error.contains("do not show their violation"), "\(replay.error)")
    }

    @Test(arguments: [
        (["--subject", "other"], Int32(64), "no subject `other`"), (["--kind", "overlaps"], 64, "--kind"),
        (["--key", "-1"], 64, "--key"),
    ])
    func whatCannotBeChosenIsRefused(options: [String], code: Int32, message: String) async throws {
        #expect(try await bench.run(scenario: Scenarios.storm).code == 0)
        let replay = await bench.run(["replay", latest] + options)
        #expect(replay.code == code && replay.error.contains(message), "\(replay.error)")
        let missing = await bench.run(["replay", bench.folder + "/nowhere"])
        #expect(missing.code == 65 && missing.error.contains("nowhere"), "\(missing.error)")
    }
}
