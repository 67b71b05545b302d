import Crypto
import DedupVerification
import Evidence
import EvidenceFixture
import Foundation
import FoundationXML
import Judging
import Measurement
import Reporting
import Testing

/// The elements of a document, in order.
private final class Elements: NSObject, XMLParserDelegate {
    struct Element {
        var name: String
        var attributes: [String: String]
        var text = ""
    }

    private(set) var all: [Element] = []
    private var open: [Int] = []
    private var problem: (any Error)?

    /// Reads a document, which has to be well-formed.
    init(_ document: String) throws {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        if !parser.parse() { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(all.count)
        all.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if let last = open.last { all[last].text += text }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func named(_ name: String) -> [Element] { all.filter { $0.name == name } }

    /// Whether there is one script, of at most 8 kB, which stands in the page and is the one that the policy of the page allows.
    var hasOnlyItsOwnScript: Bool {
        let scripts = named("script")
        guard scripts.count == 1, scripts[0].attributes.isEmpty, scripts[0].text.utf8.count <= 8_192 else {
            return false
        }
        return named("meta").contains {
            $0.attributes["content"]?.hasSuffix("; script-src '\(Self.hash(scripts[0].text))'") == true
        }
    }

    /// How a policy names a text.
    static func hash(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }
}

@Suite struct PageTests {
    private static let hostile = "=<script>alert(1)</script>\"'&\u{1B}[2J\u{0}\u{202E}]]>"

    /// The series over time of what is neither a hit nor a join.
    private static let otherOutcomes = OutcomeClass.allCases.dropFirst(2).map { "outcomes.\($0.name)" }

    /// A run in which everything is there that a page shows.
    private static func everything(_ name: String = "dedup", intervals: Int = 50) throws -> RunReport {
        var subject = EvidenceFixture.subject(name, broken: true)
        var phase = subject.phases[1]
        phase.series = (0..<intervals).flatMap { step in
            (["throughput", "executions.rate", "hit_rate.hits", "hit_rate.joins"] + Self.otherOutcomes).map {
                TimeSeriesPoint(offset: UInt64(step) * 100_000_000, metric: $0, value: Double(step), unit: "per_s")
            }
        }
        phase.latencies.isOpen = true
        for time in 1...1_000 as ClosedRange<UInt64> {
            for kind in LatencyDistributions.Kind.allCases { phase.latencies.record(time * time, kind, .hit) }
        }
        var heat = LatencyHeat(of: phase.duration)
        for step in 0..<UInt64(intervals) {
            heat.record(at: phase.duration / UInt64(intervals) * step, waited: step * step)
        }
        phase.heat = heat
        phase.popularity = KeyPopularity.groups(requests: [50, 20, 0], probabilities: [0.6, 0.3, 0.1])
        phase.load.observations = [[.threads(least: 4, most: 4)]]
        subject.phases[1] = phase
        return try RunReport(of: subject, gates: ["hit.latency.p99 < 50ms", "dedup.prevented == 100%"])
    }

    @Test func thePageIsWholeWithoutScriptsStylesAndOtherFiles() throws {
        let text = HTMLReport(try Self.everything()).text
        let page = try Elements(text)
        #expect(page.hasOnlyItsOwnScript && page.named("link").isEmpty && page.named("img").isEmpty)
        #expect(!page.all.contains { $0.attributes["style"] != nil || $0.attributes["src"] != nil })
        #expect(!page.all.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
        let policy = page.named("meta").compactMap { $0.attributes["content"] }.first { $0.contains("default-src") }
        let style = try #require(page.named("style").first?.text)
        #expect(
            policy?.hasPrefix("default-src 'none'; style-src '\(Elements.hash(style))'; script-src 'sha256-") == true)
        // The verdict stands before everything else, and the gate that failed before those that passed.
        #expect(page.named("h1").map(\.text) == ["storm"] && page.named("strong").map(\.text) == ["FAIL"])
        let cells = page.named("td").map(\.text)
        #expect(cells[0] == "FAIL" && cells[1] == "dedup.prevented == 100%")
        #expect(cells.contains("dedup.prevented == 100%") && cells.contains("4 threads at every sample"))
    }

    /// Three pictures go over time. A stall after the end of the phase is in none of them.
    @Test(arguments: [(0, 0), (100_000_000, 3), (60_000_000_000, 0)] as [(UInt64, Int)])
    func stallsAreMarkedWhereSomethingIsShownOverTime(start: UInt64, marked: Int) throws {
        var report = try Self.everything()
        var evidence = report.evidence
        var stalls = StallReport()
        if start > 0 { stalls.note(start, start + 50_000_000, wanted: 1_000_000) }
        evidence.subjects[0].phases[1].load.stalls = stalls
        report = RunReport(evidence, gates: [])
        let page = try Elements(HTMLReport(report).text)
        #expect(page.named("li").count { $0.text.contains("the machine did not run us: 1") } == marked)
        #expect(page.named("td").count { $0.text == "the machine did not run us" } == marked)
        // Each has a sample in the legend, too.
        #expect(page.named("rect").count { $0.attributes["fill-opacity"] == "0.25" } == 2 * marked)
    }

    @Test func eachPictureHasATitleALegendAndItsFigures() throws {
        let page = try Elements(HTMLReport(try Self.everything()).text)
        let titles = page.named("figcaption").map(\.text)
        #expect(titles.contains("Where the time went") && titles.contains { $0.hasPrefix("overlap: two executions") })
        #expect(titles.count == 8, "\(titles)")
        #expect(page.named("svg").count { $0.attributes["role"] == "img" } == titles.count)
        #expect(page.named("summary").count { $0.text == "Figures" } == titles.count)
        let lines = page.named("polyline")
        #expect(lines.count == 20, "two and nine over time, one outcome, six parts, declared keys, and the slope")
        #expect(page.named("rect").count { $0.attributes["fill-opacity"] != "1" } > 10, "the cells of what was waited")
        for line in lines {
            let points = line.attributes["points"]?.split(separator: " ") ?? []
            #expect(points.count > 1)
            for point in points {
                let place = point.split(separator: ",").compactMap { Double($0) }
                #expect(place.count == 2 && (58...350).contains(place[0]) && (10...190).contains(place[1]), "\(point)")
            }
        }
    }

    private static func comparison(_ arm: String = "sieve", arms: RunVerdict = .pass) -> ComparisonReport {
        let metrics = [1.0, 1.5, .nan].map { factor in
            ComparedMetric(
                arm: arm, phase: "storm", metric: .load(.throughput), reference: (1...8).map { 100 + Double($0) },
                candidate: (1...8).map { (100 + Double($0)) / factor }, again: (1...8).map { 101 + Double($0) })
        }
        let run = EvidenceFixture.run([EvidenceFixture.subject()])
        return ComparisonReport(
            run.identity, environment: run.environment, scenario: "name: storm", reference: "lru",
            results: Comparison(effect: 0.05).results(metrics), doubts: ["\(arm): FAIL"], arms: arms)
    }

    private static func page(_ report: ComparisonReport) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bundle = try ResultBundle(reserving: "run", in: folder)
        try report.write(to: bundle)
        return try String(contentsOfFile: "\(bundle.path)/report.html", encoding: .utf8)
    }

    @Test func aComparisonIsAPageOfItsOwn() throws {
        let text = try Self.page(Self.comparison())
        let page = try Elements(text)
        #expect(page.hasOnlyItsOwnScript && page.named("link").isEmpty)
        #expect(page.named("strong").map(\.text) == ["REGRESSION"] && text.contains("default-src 'none'; style-src"))
        let verdicts = page.named("td").map(\.text).filter { ComparisonVerdict(rawValue: $0) != nil }
        #expect(verdicts == ["REGRESSION", "INCONCLUSIVE", "NO REGRESSION"], "what regressed stands first")
        let titles = page.named("figcaption").map(\.text)
        #expect(titles == ["sieve against lru"] + Array(repeating: "throughput, storm: sieve", count: 3))
        // Two dots with their intervals; of what was not measured in each round there is none. And the second runs.
        #expect(page.named("circle").count { $0.attributes["r"] == "4" } == 2)
        let points = page.named("circle").filter { $0.attributes["r"] == "2" } + page.named("path")
        #expect(points.count == 3 * 8 + 3, "and one in each legend")
        // The end of the axis that is near to no difference has no words of its own, which would run into those.
        let same = try #require(page.named("text").first { $0.text == "same" })
        let ends = page.named("text").filter { $0.attributes["y"] == same.attributes["y"] && $0.text.hasSuffix(" %") }
        #expect(
            ends.map { $0.attributes["text-anchor"] } == ["end"] && ends[0].text.hasPrefix("+5"), "\(ends.map(\.text))")
        let broken = try Self.page(Self.comparison(arms: .fail))
        #expect(broken.contains("class=\"verdict bad\"") && broken.contains("does not win however fast it is"))
        let doubtful = try Self.page(Self.comparison(arms: .invalid))
        #expect(doubtful.contains("the measurement of an arm cannot be trusted") && !text.contains("cannot be trusted"))
    }

    /// Nine series in one picture: no two have the same dashes and colour, and the samples of the legend say which is which.
    @Test func seriesOfOnePictureAreToldApart() throws {
        let page = try Elements(HTMLReport(Self.everything()).text)
        let looks = page.named("polyline").map { line in
            [line.attributes["stroke"] ?? "", line.attributes["stroke-dasharray"] ?? ""]
        }
        #expect(Set(looks).count >= OutcomeClass.allCases.count)
        let names = page.named("li").map(\.text)
        for outcome in OutcomeClass.allCases.dropFirst(2) {
            #expect(names.contains { $0.hasSuffix(outcome.name) }, "\(outcome.name)")
        }
    }

    @Test func hostileNamesAreTextEverywhere() throws {
        let report = try Self.everything(Self.hostile)
        let comparison = try Self.page(Self.comparison(Self.hostile))
        for text in [HTMLReport(report).text, JUnitReport(report).text, comparison] {
            let page = try Elements(text)
            #expect(page.hasOnlyItsOwnScript || page.named("script").isEmpty)
            #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
            #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        }
        let markdown = MarkdownReport(report).text
        #expect(!markdown.contains("<script") && !markdown.contains("\u{1B}"))
    }

    /// A cell that is stacked in a narrow window says which column it is of; tables of figures scroll there.
    @Test func cellsCarryTheTitlesOfTheirColumns() throws {
        let page = HTMLReport(try RunReport(of: EvidenceFixture.subject())).text
        #expect(page.contains("<td data-title=\"gate\">dedup.prevented == 100%</td>"))
        let figures = try #require(page.firstRange(of: "<summary>Figures</summary>")).upperBound
        let table = page[figures...].prefix(upTo: try #require(page[figures...].firstRange(of: "</table>")).lowerBound)
        #expect(table.contains("<td>") && !table.contains("data-title") && !table.contains("stacks"))
    }

    @Test func aRunOfManyCombinationsStaysBelowTwoMegabytes() throws {
        let subject = try Self.everything(intervals: 600).subjects[0].evidence
        var run = EvidenceFixture.run([])
        run.subjects = (0..<16).map { number in
            var copy = subject
            copy.strategy = [StrategySetting(parameter: "seed", value: "\(number)")]
            return copy
        }
        let text = HTMLReport(RunReport(run, gates: [])).text
        #expect(text.utf8.count < 2_000_000 && text.contains("more phases have pictures"))
        let cells = try Elements(text).named("td").map(\.text)
        #expect((0..<16).allSatisfy { cells.contains("dedup seed=\($0)") }, "the table is whole")
    }

    @Test func aPageOfNothingIsAPage() throws {
        var subject = SubjectEvidence(subject: "dedup")
        subject.phases = [PhaseEvidence(name: "storm", isWarmup: false)]
        for report in [try RunReport(of: subject), RunReport(EvidenceFixture.run([]), gates: [])] {
            #expect(try Elements(HTMLReport(report).text).named("h1").count == 1)
            _ = try Elements(JUnitReport(report).text)
            #expect(MarkdownReport(report).text.contains(report.verdict.rawValue.uppercased()))
        }
    }
}

@Suite struct JUnitTests {
    @Test func whatIsInconclusiveIsSkippedAndWhatIsInvalidAnError() throws {
        let gates = [
            "dedup.prevented == 100%", "hit.latency.p99 < 1ns", "memory.leak_bytes_per_op < 0.5B",
            "rejected.latency.p99 < 1s", "generator.lag.p99 < 1s",
        ]
        let report = try RunReport(of: EvidenceFixture.subject(), gates: gates)
        let suite = try #require(try Elements(JUnitReport(report).text).named("testsuite").first)
        // The history, and five gates: kept, broken, kept, without observations, not measured.
        #expect(suite.attributes["tests"] == "6" && suite.attributes["failures"] == "1")
        #expect(suite.attributes["skipped"] == "1" && suite.attributes["errors"] == "1")
        let elements = try Elements(JUnitReport(report).text)
        #expect(elements.named("testcase").count == 6)
        #expect(elements.named("failure").map { $0.attributes["message"] } == ["1000ns is not < 1ns"])
        #expect(elements.named("skipped").first?.attributes["message"]?.contains("nothing to measure") == true)
        #expect(elements.named("error").first?.attributes["message"]?.contains("was not measured") == true)
    }

    @Test func whatDidNotRunIsSkippedAndWhyIsSaid() throws {
        var run = EvidenceFixture.run([EvidenceFixture.subject()])
        run.interruption = RunInterruption("interrupted by Ctrl-C", exitCode: 130)
        run.skipped = ["reference"]
        let report = RunReport(run, gates: [])
        let elements = try Elements(JUnitReport(report).text)
        #expect(elements.named("testsuite").map { $0.attributes["name"] } == ["dedup", "reference"])
        #expect(elements.named("skipped").map { $0.attributes["message"] } == ["interrupted by Ctrl-C"])
        #expect(MarkdownReport(report).text.contains("Partial: interrupted by Ctrl-C; not run: reference"))
    }

    @Test func aHistoryThatIsNotWholeProvesNothing() throws {
        var (full, dropped) = (EvidenceFixture.subject(), EvidenceFixture.subject())
        full.phases[1].ending = .historyFull
        dropped.verification?.isComplete = false
        for (subject, element, reason) in [(full, "skipped", "--history-limit"), (dropped, "error", "no room")] {
            let elements = try Elements(JUnitReport(try RunReport(of: subject, gates: [])).text)
            #expect(elements.named(element).first?.attributes["message"]?.contains(reason) == true)
        }
    }

    @Test func aViolationIsAFailureWithItsStory() throws {
        let elements = try Elements(
            JUnitReport(try RunReport(of: EvidenceFixture.subject(broken: true), gates: [])).text)
        #expect(elements.named("failure").count == 1)
        #expect(elements.named("failure").first?.text.contains("[==") == true)
    }

    @Test(arguments: [
        (SubjectEnding.hung("no call returned"), "error"), (.interrupted("by Ctrl-C"), "skipped"),
    ])
    func aRunThatDidNotEndIsNoPass(ending: SubjectEnding, element: String) throws {
        var subject = EvidenceFixture.subject()
        subject.ending = ending
        let elements = try Elements(JUnitReport(try RunReport(of: subject, gates: [])).text)
        #expect(elements.named(element).first?.attributes["message"] == ending.reason)
    }
}

@Suite struct MarkdownTests {
    @Test func everyRowOfATableHasItsColumns() throws {
        let name = "a|b\n*c*_d_`e`"
        let report = try RunReport(of: EvidenceFixture.subject(name), gates: ["hit.latency.p99 < 1ns"])
        let text = MarkdownReport(report).text
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
        let columns = rows.map { row in row.replacing("\\|", with: "").count { $0 == "|" } }
        #expect(Set(columns.prefix(3)).count == 1 && Set(columns.suffix(3)).count == 1, "\(text)")
        #expect(text.hasPrefix("<!-- dedupbench storm -->\n### storm: ❌ FAIL"))
        #expect(text.contains(#"a\|b \*c\*\_d\_\`e\`"#), "\(text)")
    }
}
