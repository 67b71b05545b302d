import Foundation
import Testing

@Suite(.serialized) final class CompareTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    private func compare(_ arguments: [String]) async throws -> Bench.Result {
        await bench.run(["compare", try bench.write(Scenarios.storm), "--out", bench.results] + arguments)
    }

    @Test func aSubjectThatNeverHitsExecutesMore() async throws {
        let result = try await compare([
            "--subject", "dedup", "--subject", "none", "--metric", "dedup.executions", "--rounds", "6",
        ])
        #expect(result.code == 2 && result.out.contains("REGRESSION"), "\(result.out)\(result.error)")
        #expect(result.out.contains("held against dedup") && result.out.contains("none: FAIL"))
        let rows = try bench.rows("comparison.csv")
        #expect(rows.map { $0["arm"] } == ["none"] && rows.map { $0["verdict"] } == ["REGRESSION"])
        #expect(try bench.rows("rounds.csv").count == 6)
    }

    @Test func combinationsOfOneSubjectAreCompared() async throws {
        let result = try await compare([
            "--subject", "dedup", "--matrix", "cache.policy=lru,sieve,s3-fifo", "--metric", "dedup.executions",
            "--rounds",
            "7",
        ])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        let rows = try bench.rows("comparison.csv")
        #expect(rows.map { $0["arm"] } == ["dedup cache.policy=sieve", "dedup cache.policy=s3-fifo"])
        #expect(rows.allSatisfy { $0["verdict"] == "NO REGRESSION" && $0["reference"] == "dedup cache.policy=lru" })
    }

    @Test func anArmThatBreaksPromisesIsNoWinner() async throws {
        let arms = ["--metric", "dedup.lost", "--rounds", "6", "--subject"]
        let broken = try await compare(arms + ["dedup", "--subject", "none"])
        #expect(broken.code == 2 && broken.out.contains("none: FAIL"), "\(broken.out)")
        // What the reference does wrong is why it is compared with.
        let mended = try await compare(arms + ["none", "--subject", "dedup"])
        #expect(mended.code == 0 && mended.out.contains("none: FAIL"), "\(mended.out)")
    }

    @Test(arguments: [
        (["--subject", "dedup"], "nothing to compare"),
        (["--subject", "dedup", "--subject", "none", "--rounds", "3"], "need 7 rounds"),
        (["--subject", "dedup", "--subject", "none", "--metric", "hit.latncy.p50"], "did you mean hit.latency.p50?"),
        (["--subject", "dedup", "--subject", "none", "--effect", "0"], "--effect"),
        (["--subject", "dedup", "--subject", "none", "--gate", "throughput > 1/s"], "holds nothing against gates"),
        (["--subject", "dedup", "--subject", "none", "--metric", "generator.lag.p50"], "is never measured"),
    ])
    func whatCannotBeComparedIsRefused(arguments: [String], problem: String) async throws {
        let result = try await compare(arguments)
        #expect(result.code == 64 && result.error.contains(problem), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: bench.results))
    }
}
