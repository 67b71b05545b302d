import CSVReading
import Evidence
import EvidenceFixture
import Foundation
import Judging
import Reporting
import Testing

@Suite final class RunHistoryTests {
    private let results = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    private let history: RunHistory

    init() throws {
        try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
        history = RunHistory(in: results)
    }

    deinit { try? FileManager.default.removeItem(atPath: results) }

    private static func record(_ id: String) -> RunRecord {
        var run = EvidenceFixture.run([EvidenceFixture.subject(hits: 3)])
        run.identity.id = id
        return RunRecord(RunReport(run, gates: []))
    }

    private func write(_ text: String) throws {
        try text.write(toFile: history.path, atomically: true, encoding: .utf8)
    }

    private var text: String { get throws { try String(contentsOfFile: history.path, encoding: .utf8) } }

    @Test func aRunIsALineAndIsReadBackAsItWas() throws {
        let records = ["one", "two \"\n"].map(Self.record)
        for record in records { try history.append(record) }
        #expect(try text.split(separator: "\n").count == 2)
        let read = try history.read()
        #expect(read.runs == records && read.problems.isEmpty)
    }

    @Test func aLineThatWasCutOffIsNamedAndHarmsNoOther() throws {
        try history.append(Self.record("one"))
        try write(try text + String(try text.prefix(40)))
        try history.append(Self.record("two"))
        let read = try history.read()
        #expect(read.runs.map(\.id) == ["one", "two"])
        #expect(read.problems == ["\(history.path):2: left out: it is not the whole record of a run"])
    }

    @Test func aLineOfAnotherVersionIsNamed() throws {
        try history.append(Self.record("one"))
        try write(try text + "{\"version\":99}\n\n")
        #expect(try history.read().problems == ["\(history.path):2: left out: its format has version 99"])
    }

    @Test(arguments: [nil, "", "{}\nnonsense\n"])
    func aHistoryOfNothingIsAnError(_ contents: String?) throws {
        if let contents { try write(contents) }
        let error = #expect(throws: HistoryError.self) { try history.read() }
        #expect(error?.description.contains(history.path) == true)
        if contents?.isEmpty == false { #expect(error?.description.contains(":2: left out") == true) }
    }

    @Test func linesOfSeveralProcessesDoNotMix() async throws {
        let (history, record) = (history, Self.record("one"))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<20 { try? history.append(record) } }
            }
        }
        let read = try history.read()
        #expect(read.runs.count == 160 && read.problems.isEmpty)
    }

    @Test func aPlaceThatCannotBeWrittenToIsNamed() throws {
        try FileManager.default.createDirectory(atPath: history.path, withIntermediateDirectories: true)
        let error = #expect(throws: BundleError.self) { try history.append(Self.record("one")) }
        #expect(error?.path == history.path)
    }

    @Test func trendsAreShownAsACurveAndAsTables() throws {
        let latencies: [UInt64] = [10_000, 10_200, 9_800, 10_100, 9_900, 30_000]
        let runs = latencies.enumerated().map { number, latency in
            var run = EvidenceFixture.run([EvidenceFixture.subject(latency: latency)])
            run.identity.id = "run-\(number)"
            return RunRecord(RunReport(run, gates: []))
        }
        let metric = try #require(Metric(name: "hit.latency.p50"))
        let report = TrendReport(Trend.all(of: runs, [metric], last: 20) { _, _ in true })
        let text = report.text(.plain)
        #expect(text.contains("▁▁▁▁▁█") && text.contains("worse") && text.contains("30.0 µs"), "\(text)")
        #expect(try CSVReader.rows(report.table.text).map { $0["run_id"] } == runs.map(\.id))
        let json = try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [[String: Any]]
        #expect(json?.first?["change"] as? String == "worse" && (json?.first?["runs"] as? [Any])?.count == 6)
    }
}
