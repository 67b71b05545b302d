import CSVReading
import Evidence
import EvidenceFixture
import Foundation
import Judging
import Reporting
import Testing

/// `datapackage.json`: it has to describe the tables as they are.
@Suite struct DataPackageTests {
    private struct Package: Decodable {
        struct Resource: Decodable {
            struct Schema: Decodable {
                struct Field: Decodable {
                    var name: String
                    var type: String
                    var description: String
                }
                var fields: [Field]
            }
            var path: String
            var schema: Schema
        }
        var name: String
        var resources: [Resource]
    }

    private static func isValid(_ cell: String, _ type: String) -> Bool {
        if cell.isEmpty { return true }
        return switch type {
        case "integer": Int(cell) != nil || UInt64(cell) != nil
        case "number": Double(cell)?.isFinite == true
        case "boolean": ["true", "false"].contains(cell)
        default: type == "string"
        }
    }

    private static func check(_ folder: String, files: Int) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/datapackage.json"))
        let package = try JSONDecoder().decode(Package.self, from: data)
        #expect(package.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
        #expect(package.resources.count == files)
        for resource in package.resources {
            let text = try String(contentsOfFile: "\(folder)/\(resource.path)", encoding: .utf8)
            let fields = resource.schema.fields
            #expect(text.hasPrefix(fields.map(\.name).joined(separator: ",") + "\n"), "\(resource.path)")
            #expect(fields.allSatisfy { !$0.description.isEmpty })
            for row in try CSVReader.rows(text) {
                for field in fields {
                    let cell = try #require(row[field.name])
                    #expect(isValid(cell, field.type), "\(resource.path), \(field.name), a \(field.type): \(cell)")
                }
            }
        }
    }

    @Test(arguments: [[], [StrategySetting(parameter: "cache.ttl", value: "=forever,\"x\"\n1")]])
    func everyCellIsOfTheKindThatItsColumnIsSaidToBe(strategy: [StrategySetting]) throws {
        var subject = EvidenceFixture.subject("=1+1", broken: true, strategy: strategy)
        subject.phases[1].load.backlogged = 3
        subject.phases[1].latencies.record(17, .lag)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bundle = try ResultBundle(reserving: "run", in: folder)
        let gates = ["hit.latency.p99 < 50ms", "dedup.prevented == 100%", "generator.lag.p99 < 1s"]
        try BundleContents(RunReport(of: subject, EvidenceFixture.subject(), gates: gates)).write(to: bundle)
        try Self.check(bundle.path, files: 7)
    }

    @Test func thoseOfABaselineToo() throws {
        let subject = EvidenceFixture.subject("=1+1", broken: true)
        var run = EvidenceFixture.run([subject])
        let sound = EvidenceFixture.run([EvidenceFixture.subject("=1+1")])
        run.baseline = BaselineEvidence(
            name: "main", runs: [RunRecord(RunReport(sound, gates: []))], isDemanded: false)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bundle = try ResultBundle(reserving: "run", in: folder)
        try BundleContents(RunReport(run, gates: [])).write(to: bundle)
        try Self.check(bundle.path, files: 8)
    }

    @Test func thoseOfAComparisonToo() throws {
        let metric = ComparedMetric(
            arm: "a,b", phase: "storm", metric: .load(.throughput), reference: [1, 2.5], candidate: [3, .nan],
            again: [1, 2])
        let run = EvidenceFixture.run([EvidenceFixture.subject()])
        let report = ComparisonReport(
            run.identity, environment: run.environment, scenario: "name: x", reference: "dedup",
            results: Comparison(effect: 0.05).results([metric]), doubts: [], arms: .pass)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bundle = try ResultBundle(reserving: "run", in: folder)
        try report.write(to: bundle)
        try Self.check(bundle.path, files: 2)
    }
}
