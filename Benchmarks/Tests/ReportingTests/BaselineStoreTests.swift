import CSVReading
import Evidence
import EvidenceFixture
import Foundation
import Judging
import Reporting
import Testing

@Suite final class BaselineStoreTests {
    private let results = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    deinit { try? FileManager.default.removeItem(atPath: results) }

    private var store: BaselineStore { BaselineStore(in: results) }

    private static func run(_ number: Int) -> RunEvidence {
        var run = EvidenceFixture.run([EvidenceFixture.subject(hits: 3)])
        run.identity.id = "run-\(number)"
        return run
    }

    private func ids(_ name: String) throws -> [String] { try store.baseline(name).runs.map(\.identity.id) }

    @Test func runsAreKeptUnderANameUntilTheyAreDeleted() throws {
        #expect(store.names.isEmpty && !store.has("main"))
        #expect(try store.save([Self.run(1)], as: "main", keeping: true).runs.count == 1)
        #expect(try store.save([Self.run(2), Self.run(3)], as: "main", keeping: true).runs.count == 3)
        #expect(try ids("main") == ["run-1", "run-2", "run-3"])
        #expect(try store.baseline("main").runs[1] == Self.run(2), "all that was measured is there")
        _ = try store.save([Self.run(4)], as: "main", keeping: false)
        #expect(try ids("main") == ["run-4"])
        _ = try store.save([Self.run(1)], as: "a.b", keeping: false)
        #expect(store.names == ["a.b", "main"])
        try store.delete("main")
        #expect(store.names == ["a.b"])
    }

    @Test func whatCannotBeAddedChangesNothing() throws {
        _ = try store.save([Self.run(1)], as: "main", keeping: true)
        let before = try String(contentsOfFile: store.path(of: "main"), encoding: .utf8)
        #expect(throws: BaselineRefusal.self) { try store.save([Self.run(2), Self.run(1)], as: "main", keeping: true) }
        #expect(throws: BaselineRefusal.self) {
            try store.save([Self.run(2), Self.run(2)], as: "main", keeping: false)
        }
        let claim = FolderClaim.attempt(store.folder)
        let impatient = BaselineStore(in: store.folder.replacing("/baselines", with: ""), patience: .zero)
        let error = #expect(throws: BundleError.self) { try impatient.save([Self.run(2)], as: "main", keeping: true) }
        #expect(error?.reason.contains("another process") == true)
        withExtendedLifetime(claim) {}
        #expect(try String(contentsOfFile: store.path(of: "main"), encoding: .utf8) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder) == ["main.ndjson"])
    }

    @Test func aNameThatIsNotKnownNamesThoseThatAre() throws {
        let none = #expect(throws: BaselineError.self) { try store.baseline("main") }
        #expect(none?.description.contains("there is none yet") == true)
        _ = try store.save([Self.run(1)], as: "main", keeping: true)
        let near = #expect(throws: BaselineError.self) { try store.delete("mian") }
        #expect(near?.description.contains("did you mean `main`? there are: main") == true)
    }

    @Test(arguments: [
        ("{}\n", ":1: it is not the evidence"), ("", ": it holds no run"), ("GOOD{\"format\":", ":2: it is not JSON"),
        ("GOODGOOD", ":2: run-1 is in the baseline main already"),
    ])
    func aFileThatIsBrokenIsNamedWithItsLine(_ contents: String, _ problem: String) throws {
        _ = try store.save([Self.run(1)], as: "main", keeping: true)
        let text = contents.replacing("GOOD", with: EvidenceFile.text(Self.run(1)))
        try text.write(toFile: store.path(of: "main"), atomically: true, encoding: .utf8)
        let error = #expect(throws: BaselineError.self) { try store.baseline("main") }
        #expect(error?.description.hasPrefix("cannot read \(store.path(of: "main"))\(problem)") == true, "\(error!)")
        // Deleting it is the way out.
        try store.delete("main")
    }

    @Test func aFolderThatCannotBeWrittenToIsNamed() throws {
        try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
        #expect(FileManager.default.createFile(atPath: store.folder, contents: nil))
        let error = #expect(throws: BundleError.self) { try store.save([Self.run(1)], as: "main", keeping: true) }
        #expect(error?.path == store.folder)
    }

    @Test func listsAndTablesSayWhatABaselineIs() throws {
        let baseline = try store.save([Self.run(1), Self.run(2)], as: "main", keeping: true)
        let list = BaselineList([baseline])
        let text = list.text(.plain)
        #expect(text.contains("main") && text.contains("2 pass") && text.contains("abc1234"), "\(text)")
        #expect(try CSVReader.rows(list.table.text).map { $0["run_id"] } == ["run-1", "run-2"])
        let json = try JSONSerialization.jsonObject(with: Data(list.json.utf8)) as? [String: [[String: Any]]]
        #expect(json?["main"]?.count == 2)
        let report = BaselineReport(baseline)
        let shown = report.text(.plain)
        for word in ["scenario storm, seed 42", "run-2", "hit.latency.p50", "1.00 µs"] {
            #expect(shown.contains(word), "\(shown)")
        }
        let rows = try CSVReader.rows(report.table.text).filter { $0["metric"] == "hit.latency.p50" }
        #expect(rows.map { $0["value"] } == ["1000", "1000"] && rows[0]["unit"] == "ns")
    }
}
