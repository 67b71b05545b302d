import Foundation
import Testing

/// What is driven besides the library: the other subjects, and real programs.
@Suite(.serialized) final class SubjectTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// Both look first and act later, so a herd gets through.
    @Test(arguments: ["reference", "dictionary"])
    func whoChecksThenActsFails(subject: String) throws {
        let result = try bench.run(scenario: Scenarios.herd, ["--subject", subject])
        #expect(result.code == 2, "\(result.out)\(result.error)")
        let row = try #require(try bench.rows("summary.csv").first)
        #expect(row["subject"] == subject && row["verdict"] == "fail")
        let violations = try #require(row["violations"].flatMap { Int($0) })
        #expect(violations > 0)
        #expect(try bench.file("events.csv").split(separator: "\n").count > 1)
    }

    /// With one client at a time there is nothing to join, and both keep what they executed.
    @Test(arguments: ["reference", "dictionary"])
    func whoChecksThenActsPassesAlone(subject: String) throws {
        let result = try bench.run(scenario: Scenarios.alone, ["--subject", subject])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        let row = try #require(try bench.rows("summary.csv").first)
        #expect(row["executions"] == "20" && row["hit_ratio"] == "0.995" && row["violations"] == "0")
    }

    @Test func gitCommandsAreExecutedOnceEach() throws {
        let result = try bench.run(scenario: Scenarios.git, ["--subject", "dedup", "--subject", "none"])
        #expect(result.code == 2, "\(result.out)\(result.error)")
        let rows = try bench.rows("summary.csv")
        #expect(rows.map { $0["executions"] } == ["4", "200"])
        #expect(rows.map { $0["verdict"] } == ["pass", "fail"])
        #expect(result.out.contains("4, saved 196"))
    }
}
