internal import Evidence
internal import Foundation
package import Judging
internal import Measurement

/// The files of a run's bundle, each made once.
package struct BundleContents {
    /// A file of the bundle: its name, what it holds in a sentence, and its text.
    struct File {
        let name: String
        let description: String
        let text: String
    }

    let files: [File]
    /// `run.json`: what the run was, what it came to, and what the files of the bundle are.
    package let manifest: String

    /// Makes the files of a report.
    package init(_ report: RunReport) {
        files = report.files
        manifest = JSONFile.text(RunManifest(report: report, files: files))
    }

    /// Writes every file of the bundle and gives it its name.
    ///
    /// - Throws: ``BundleError``; what was written so far has been removed.
    package func write(to bundle: ResultBundle) throws(BundleError) {
        // The manifest last, because it lists the others.
        try bundle.publish(files.map { ($0.name, $0.text) } + [("run.json", manifest)])
    }
}

extension RunReport {
    /// The tables, each with the name of its file and what it holds.
    private var tables: [(file: String, description: String, table: CSVTable)] {
        [
            (
                "summary.csv",
                isMatrix ? "one row a combination, fewest executions first" : "one row a phase and subject",
                summaryTable
            ),
            ("metrics.csv", "every metric, one a row", metricsTable),
            ("timeseries.csv", "what happened over time", timeSeriesTable),
            ("latency_histogram.csv", "full latency histograms; counts of equal buckets add up", histogramTable),
            ("memory.csv", "allocator readings at quiescent points", memoryTable),
            ("gates.csv", "every gate, observed against limit", gatesTable),
            ("events.csv", "violations, each with its proof, and stalls", eventsTable),
        ] + optionalTables
    }

    private var optionalTables: [(file: String, description: String, table: CSVTable)] {
        let edges = edgesTable.map {
            ("edges.csv", "what herds met that came at an event, a row a step of time from it", $0)
        }
        return [edges].compactMap(\.self) + baselineTables
    }

    private var baselineTables: [(file: String, description: String, table: CSVTable)] {
        baselineTable.map { [("baseline.csv", "each figure beside those of the runs of the baseline", $0)] } ?? []
    }

    fileprivate var files: [BundleContents.File] {
        let tables = tables
        return tables.map { BundleContents.File(name: $0.file, description: $0.description, text: $0.table.text) } + [
            .init(
                name: "latency.hlog", description: "the same histograms, for the tools of HdrHistogram",
                text: HistogramLog(self).text),
            .init(
                name: "datapackage.json", description: "what the columns of the tables mean",
                text: JSONFile.text(DataPackage(identity.id, tables))),
            .init(name: "report.html", description: "the run as one page, with pictures", text: HTMLReport(self).text),
            .init(
                name: "report.md", description: "the run in a few lines, for a comment", text: MarkdownReport(self).text
            ),
            .init(
                name: "benchmark.json", description: "figures of which less is better, for github-action-benchmark",
                text: TrackedFigures(self).smallerIsBetter),
            .init(
                name: "bencher.json", description: "figures with their intervals, in the Bencher Metric Format",
                text: TrackedFigures(self).bencher),
            .init(name: "junit.xml", description: "a test case a gate and phase", text: JUnitReport(self).text),
            .init(
                name: EvidenceFile.name,
                description: "everything that was measured; `dedupbench report` makes the other files from it",
                text: EvidenceFile.text(evidence)),
            .init(
                name: "environment.json", description: "the machine the run was made on",
                text: JSONFile.text(EnvironmentFile(runID: identity.id, environment: evidence.environment))),
            .init(
                name: "scenario.resolved.yaml", description: "the scenario with every default and override",
                text: evidence.resolvedScenario),
        ]
    }
}

/// What `environment.json` holds: the machine, and which run it is of, like every other file of the bundle.
private struct EnvironmentFile: Encodable {
    let runID: String
    let environment: MachineEnvironment

    enum CodingKeys: String, CodingKey { case runID = "run_id" }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runID, forKey: .runID)
        try environment.encode(to: encoder)
    }
}

/// Encodes values as the bundle's JSON files hold them: keys sorted, indented, a line end at the end.
package enum JSONFile {
    /// The text of a value; numbers that are not finite must have been left out.
    package static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("The values of a report can be encoded: their numbers are finite.")
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
