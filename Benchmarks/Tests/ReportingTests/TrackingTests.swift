import EvidenceFixture
import Foundation
import Judging
import Reporting
import Testing

/// What a run leaves for the services around it.
@Suite struct TrackingTests {
    private static func report(_ gates: [String], broken: Bool = false, subject: String = "dedup") throws -> RunReport {
        let evidence = EvidenceFixture.run([EvidenceFixture.subject(subject, broken: broken)])
        return RunReport(evidence, gates: try gates.map { try Gate(parsing: $0) })
    }

    @Test func figuresOfWhichLessIsBetterAreAList() throws {
        let text = TrackedFigures(try Self.report([])).smallerIsBetter
        let entries = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        let p50 = try #require(entries.first { $0["name"] as? String == "dedup, storm: hit.latency.p50" })
        #expect(p50["unit"] as? String == "ns" && (p50["value"] as? Double ?? 0) > 0)
        let names = entries.compactMap { $0["name"] as? String }
        #expect(names.count == entries.count && Set(names).count == names.count)
        #expect(!names.contains { $0.contains("throughput") || $0.contains("warm:") })
    }

    @Test func bencherGetsEachFigureWithItsInterval() throws {
        let text = TrackedFigures(try Self.report([])).bencher
        let all = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [String: [String: Double]]])
        let measures = try #require(all["storm/dedup/storm"])
        #expect(all.count == 1 && (measures["throughput"]?["value"] ?? 0) > 0)
        let p99 = try #require(measures["hit.latency.p99"])
        #expect(try #require(p99["lower_value"]) <= p99["value"] ?? 0)
    }

    @Test func aJobShowsWhatWasNotKept() throws {
        let kept = WorkflowAnnotations(try Self.report(["dedup.prevented == 100%"]))
        #expect(kept.lines.isEmpty)
        let broken = WorkflowAnnotations(
            try Self.report(["dedup.prevented == 100%", "rejected.latency.p50 < 1s"], broken: true))
        let errors = broken.lines.filter { $0.hasPrefix("::error title=dedupbench%2C ") }
        #expect(errors.contains { $0.contains("dedup%3A overlap::two executions of key") })
        #expect(errors.contains { $0.contains("dedup.prevented == 100%25%3A fail::dedup, storm: ") })
        #expect(broken.lines.contains { $0.hasPrefix("::warning ") && $0.contains("rejected.latency.p50") })
    }

    /// Nothing in a name can be a command of its own, or end one.
    @Test func hostileNamesStayText() throws {
        let name = "a::error title=x::y\r\n::set-env name=P::q, %0A"
        let lines = WorkflowAnnotations(try Self.report([], broken: true, subject: name)).lines
        #expect(!lines.isEmpty)
        for line in lines {
            #expect(!line.contains { $0.isNewline })
            #expect(line.firstRange(of: "::error ")?.lowerBound == line.startIndex)
            let property = line.dropFirst(2).prefix { $0 != ":" }
            #expect(!property.contains("\n") && property.contains("%25"))
        }
    }
}
