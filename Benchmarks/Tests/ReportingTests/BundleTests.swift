import Evidence
import EvidenceFixture
import Foundation
import Judging
import Reporting
import Testing

@Suite final class BundleTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func contents(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    @Test func aBundleAppearsWholeUnderItsName() throws {
        let report = try RunReport(of: EvidenceFixture.subject())
        let bundle = try ResultBundle(reserving: report.identity.id, in: folder + "/deep/results")
        #expect(!FileManager.default.fileExists(atPath: bundle.path))
        try BundleContents(report).write(to: bundle)
        #expect(
            contents(bundle.path) == [
                "bencher.json", "benchmark.json", "datapackage.json", "environment.json", "events.csv", "evidence.json",
                "gates.csv", "junit.xml",
                "latency.hlog", "latency_histogram.csv",
                "memory.csv", "metrics.csv", "report.html", "report.md", "run.json", "scenario.resolved.yaml",
                "summary.csv", "timeseries.csv",
            ])
        #expect(contents(folder + "/deep/results") == [bundle.name, "latest"])
        let summary = try String(contentsOfFile: folder + "/deep/results/latest/summary.csv", encoding: .utf8)
        #expect(summary == report.summaryTable.text)
    }

    @Test func theManifestIdentifiesTheRunAndListsTheFiles() throws {
        let report = try RunReport(
            of: EvidenceFixture.subject(), interruption: RunInterruption("interrupted by Ctrl-C", exitCode: 130))
        let bundle = try ResultBundle(reserving: "run", in: folder)
        try BundleContents(report).write(to: bundle)
        let data = try Data(contentsOf: URL(fileURLWithPath: bundle.path + "/run.json"))
        let manifest = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(manifest["partial"] as? Bool == true)
        #expect(manifest["partial_reason"] as? String == "interrupted by Ctrl-C")
        #expect(manifest["exit_code"] as? Int == 130)
        #expect(manifest["seed"] as? Int == 42)
        #expect(manifest["replay"] as? String == "dedupbench run --seed 42")
        let files = try #require(manifest["files"] as? [[String: Any]])
        for file in files {
            let name = try #require(file["name"] as? String)
            let size = try FileManager.default.attributesOfItem(atPath: bundle.path + "/" + name)[.size] as? Int
            #expect(size == file["bytes"] as? Int, "\(name)")
        }
    }

    @Test func nothingIsOverwritten() throws {
        let first = try ResultBundle(reserving: "run", in: folder)
        let second = try ResultBundle(reserving: "run", in: folder)
        try first.write("first", to: "a")
        try second.write("second", to: "a")
        try second.finish()
        try first.finish()
        let third = try ResultBundle(reserving: "run", in: folder)
        #expect([first.name, second.name, third.name] == ["run", "run-2", "run-3"])
        #expect(try String(contentsOfFile: first.path + "/a", encoding: .utf8) == "first")
        #expect(try String(contentsOfFile: folder + "/latest/a", encoding: .utf8) == "first")
        third.discard()
        #expect(contents(folder) == ["latest", "run", "run-2"])
    }

    @Test func aFolderOfTheUsersThatIsCalledLatestStays() throws {
        try FileManager.default.createDirectory(atPath: folder + "/latest", withIntermediateDirectories: true)
        let bundle = try ResultBundle(reserving: "run", in: folder)
        try bundle.write("x", to: "a")
        try bundle.finish()
        #expect(contents(folder + "/latest").isEmpty)
        #expect(contents(bundle.path) == ["a"])
    }

    @Test func aPlaceThatCannotBeWrittenToIsNamed() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = folder + "/file"
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        let error = #expect(throws: BundleError.self) { try ResultBundle(reserving: "run", in: file + "/results") }
        #expect(error?.path == file + "/results")
        #expect(error?.description.contains("--out") == true)
    }

    @Test func anUnfinishedBundleLeavesNothingBehind() throws {
        let bundle = try ResultBundle(reserving: "run", in: folder)
        // Another process takes the name meanwhile.
        try FileManager.default.createDirectory(atPath: bundle.path + "/taken", withIntermediateDirectories: true)
        let report = try RunReport(of: EvidenceFixture.subject())
        #expect(throws: BundleError.self) { try BundleContents(report).write(to: bundle) }
        #expect(contents(folder) == ["run"])
        #expect(contents(bundle.path) == ["taken"])
    }

    @Test func remainsOfAKilledRunAreRemovedAndFoldersInUseAreNot() throws {
        let left = folder + "/.20261123T120000Z-killed-0000000.unfinished"
        let foreign = folder + "/.mine.unfinished/inside"
        for path in [left, foreign, folder + "/.other"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try "half".write(toFile: left + "/summary.csv", atomically: true, encoding: .utf8)
        let first = try ResultBundle(reserving: "first", in: folder)
        // A folder with folders in it is none of ours.
        #expect(contents(folder) == [".first.unfinished", ".mine.unfinished", ".other"])
        let second = try ResultBundle(reserving: "second", in: folder)
        try first.write("x", to: "a")
        try first.finish()
        second.discard()
        #expect(contents(folder) == [".mine.unfinished", ".other", "first", "latest"])
    }
}
