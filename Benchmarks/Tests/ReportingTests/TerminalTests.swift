import DedupVerification
import Judging
import Reporting
import Testing
import Wording

@Suite struct TerminalTests {
    @Test(arguments: [
        ("plain", "plain"), ("\u{1B}[31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{07}x", "x"),
        ("\u{1B}]8;;http://a\u{1B}\\link", "link"), ("a\u{9B}2Jb", "ab"), ("a\nb\tc\rd", "a b c d"),
        ("bell\u{07}", "bell"), ("\u{202E}evil", "evil"), ("\u{1B}", ""), ("\u{1B}[", ""), ("\u{1B}(Bx", "x"),
        ("ümläut 漢字", "ümläut 漢字"),
    ])
    func hostileTextIsMadeHarmless(_ text: String, _ expected: String) {
        #expect(TerminalText.sanitised(text) == expected)
    }

    @Test(arguments: [("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("🙂", 2), ("", 0), ("µs", 2), ("ｆ", 2)])
    func widthIsThatOfTheTerminal(_ text: String, _ width: Int) {
        #expect(TerminalText.width(text) == width)
    }

    @Test(arguments: [("abcdef", 4, "abc…"), ("abcd", 4, "abcd"), ("漢字漢字", 5, "漢字…")])
    func longTextIsCutToItsColumns(_ text: String, _ limit: Int, _ expected: String) {
        #expect(TerminalText.truncated(text, to: limit) == expected)
        #expect(TerminalText.width(TerminalText.truncated(text, to: limit)) <= limit)
    }

    @Test(arguments: [
        (Double?(0), "0 ns"), (812, "812 ns"), (3_400, "3.40 µs"), (51_000_000, "51.0 ms"), (2e9, "2.00 s"),
        (999.6, "1.00 µs"), (0.5, "0.500 ns"), (nil, "–"), (.nan, "–"), (.infinity, "–"),
    ])
    func timesAreReadable(_ value: Double?, _ expected: String) {
        #expect(HumanNumber.time(value) == expected)
    }

    @Test func wholeNanosecondsAreNotTakenForBits() {
        #expect(HumanNumber.time(UInt64?(51_000_000)) == "51.0 ms")
        #expect(HumanNumber.time(UInt64?.none) == "–")
    }

    @Test(arguments: [
        (0, "0"), (812, "812"), (9_876, "9,876"), (48_210, "48.2 k"), (1_200_000, "1.20 M"), (3_000_000_000, "3.00 G"),
        (-1_500, "-1,500"),
    ])
    func countsAreReadable(_ value: Int, _ expected: String) {
        #expect(HumanNumber.count(value) == expected)
    }

    @Test(arguments: [
        (1.0, "100 %"), (0.0, "0 %"), (0.5, "50.0 %"), (0.9996, "99.96 %"), (0.999_999, "99.9999 %"),
        (0.000_04, "0.004 %"), (1 - 1e-12, ">99.999999 %"), (1e-12, "<0.000001 %"),
    ])
    func aRatioNeverClaimsAnExtremeThatWasNotReached(_ value: Double, _ expected: String) {
        #expect(HumanNumber.ratio(value) == expected)
    }

    @Test func columnsLineUpAlsoUnderWideCharacters() {
        var table = TerminalTable([("name", .left), ("count", .right), ("end", .left)])
        table.append(["漢字", "1", "|"])
        table.append(["plain", "1000", "|"])
        let lines = table.lines(.plain)
        let columns = lines.dropFirst().map { line in TerminalText.width(String(line.prefix { $0 != "|" })) }
        #expect(columns[0] == columns[1])
        #expect(lines[2] == "plain   1000  |")
    }

    @Test func columnsThatSayNothingAreLeftOut() {
        var table = TerminalTable([("a", .left), ("silent", .left)])
        table.append(["x", "–"])
        #expect(table.lines(.plain) == ["a", "x"])
    }

    private static let wide: TerminalTable = {
        var table = TerminalTable([("subject", .left), ("operations", .right), ("executions", .right), ("why", .left)])
        table.append(["dedup", "1000", "20", "one two three four five six seven eight nine ten"])
        table.append(["none", "1000", "1000", ""])
        return table
    }()

    @Test func aTableThatIsTooWideContinuesItsLastColumn() {
        #expect(
            Self.wide.lines(Terminal(isColoured: false, columns: 60)) == [
                "subject  operations  executions  why",
                "dedup          1000          20  one two three four five six",
                "                                 seven eight nine ten",
                "none           1000        1000",
            ])
    }

    @Test func aTableThatIsMuchTooWideIsSplitIntoSeveral() {
        var table = TerminalTable([
            ("subject", .left), ("operations", .right), ("executions", .right), ("rate", .right),
        ])
        table.append(["dedup", "1000", "20", "98 %"])
        #expect(
            table.lines(Terminal(isColoured: false, columns: 34)) == [
                "subject  operations  executions", "dedup          1000          20", "", "subject  rate",
                "dedup    98 %",
            ])
    }

    @Test func aTableThatNothingElseHelpsIsAList() {
        #expect(
            Self.wide.lines(Terminal(isColoured: false, columns: 30)) == [
                "subject: dedup", "  operations: 1000", "  executions: 20", "  why: one two three four five",
                "  six seven eight nine ten", "", "subject: none", "  operations: 1000", "  executions: 1000",
            ])
    }

    /// Whatever the form, no line is too long, and every cell is there.
    @Test(arguments: 20...130 as ClosedRange<Int>)
    func noLineIsWiderThanTheTerminal(columns: Int) {
        var table = TerminalTable([("name", .left), ("漢字", .left), ("count", .right), ("time", .right), ("why", .left)])
        table.append([
            "duplicate-storm", "漢字漢字漢字", "123456789", "1.23 ms", "because of this and that, and of more besides",
        ])
        table.append(["x", "y", "1", "2 s", "z"])
        let lines = table.lines(Terminal(isColoured: false, columns: columns))
        #expect(lines.allSatisfy { TerminalText.width($0) <= columns }, "\(lines)")
        let words = Set(lines.joined(separator: " ").split(separator: " ").map(String.init))
        for word in ["duplicate-storm", "漢字漢字漢字", "123456789", "1.23", "because", "besides", "z"] {
            #expect(words.contains(word), "\(word): \(lines)")
        }
    }

    @Test func cellsCannotSendEscapeSequences() {
        var table = TerminalTable([("key", .left)])
        table.append([.init("\u{1B}[2Jgone", .bad)])
        #expect(table.lines(.plain)[1] == "gone")
    }

    @Test(arguments: [
        (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
        (true, ["TERM": "dumb"], false), (false, ["CLICOLOR_FORCE": "1"], true),
        (false, ["CLICOLOR_FORCE": "0"], false),
        (false, ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false),
    ])
    func coloursNeedATerminalAndNoObjection(_ terminal: Bool, _ environment: [String: String], _ coloured: Bool) {
        let terminal = Terminal(isTerminal: terminal, environment: environment)
        #expect(terminal.isColoured == coloured)
        #expect(terminal.paint("x", .bad).contains("\u{1B}") == coloured)
    }
}

@Suite struct ProgressTests {
    private static let second: UInt64 = 1_000_000_000

    /// Collects what was written.
    private final class Sink {
        var text = ""
    }

    @Test func aTerminalSeesNothingInTheFirstSecond() {
        let sink = Sink()
        var printer = ProgressPrinter(.view) { sink.text += $0 }
        printer.show("dedup storm 1/2", stage: "storm", at: 5)
        printer.show("dedup storm 1/2", stage: "storm", at: Self.second)
        printer.clear()
        #expect(sink.text.isEmpty)
        printer.show("dedup storm 1/2", stage: "storm", at: 5 + Self.second)
        #expect(sink.text == "\r\u{1B}[Kdedup storm 1/2")
        printer.clear()
        #expect(sink.text.hasSuffix("\r\u{1B}[K"))
    }

    @Test(arguments: [(40, 39), (nil, 79), (200, 100)] as [(Int?, Int)])
    func theLineIsNarrowerThanTheWindow(columns: Int?, width: Int) {
        let sink = Sink()
        var printer = ProgressPrinter(.view, columns: { columns }) { sink.text += $0 }
        printer.show(String(repeating: "x", count: 100), stage: "storm", isLast: true, at: 5)
        #expect(TerminalText.width(String(sink.text.dropFirst("\r\u{1B}[K".count))) == width)
    }

    private static func view(_ gates: [String]) throws -> LiveView {
        let metrics: MetricSet = [.time(.waited(.hit), .p99): MetricValue(1_200, count: 900)]
        var counts = VerificationCounts()
        counts.operations = 1_000
        for (outcome, count) in [(OutcomeClass.hit, 900), (.joined, 40), (.executed, 60)] {
            counts.outcomes[Int(outcome.rawValue)] = count
        }
        return LiveView(
            counts: counts, hits: LiveView.Times(p50: 310, p99: 1_200), calls: LiveView.Times(p50: 320, p99: 2_100_000),
            allocated: 12_300_000, gates: try gates.map { try Gate(parsing: $0).evaluate(metrics) })
    }

    @Test func theViewTellsWhatIsKnownSoFar() throws {
        let gates = [
            "hit.latency.p99 < 50ms", "hit.latency.p99 < 1us", "dedup.prevented == 100%", "hit_rate.repeat > 80%",
        ]
        let lines = try Self.view(gates).lines(of: 79)
        #expect(
            lines == [
                "  hit 90.0 %   joined 4.0 %   executed 6.0 %",
                "  hits p50 310 ns, p99 1.20 µs   calls p50 320 ns, p99 2.10 ms",
                "  allocated 11.7 MiB",
                "  hit.latency.p99 < 50ms holds so far   hit.latency.p99 < 1us is broken so far",
                "  2 gates after the run",
            ], "\(lines)")
        #expect(try Self.view([]).lines(of: 100).count == 2)
        let nothing = LiveView(counts: VerificationCounts(), hits: nil, calls: nil, allocated: nil, gates: [])
        #expect(nothing.lines(of: 79).isEmpty)
    }

    @Test(arguments: [1, 10, 39, 79]) func theViewIsNarrowerThanTheWindow(width: Int) throws {
        let lines = try Self.view(["hit.latency.p99 < 50ms", "dedup.prevented == 100%"]).lines(of: width)
        #expect(lines.count <= 10 && lines.allSatisfy { TerminalText.width($0) <= width })
        if width == 39 {
            #expect(lines.contains("  hit.latency.p99 < 50ms holds so far") && lines.contains("  1 gate after the run"))
        }
    }

    /// A terminal of which each frame replaces the one before: the lines of it are read back.
    @Test func aViewRewritesItself() throws {
        let sink = Sink()
        var printer = ProgressPrinter(.view, columns: { 60 }) { sink.text += $0 }
        let view = try Self.view([])
        printer.show("one", stage: "storm", isLast: true, at: 5) { view }
        #expect(sink.text == "\r\u{1B}[Kone\n" + view.lines(of: 59).joined(separator: "\n"))
        let height = view.lines(of: 59).count
        sink.text = ""
        printer.show("two", stage: "storm", isLast: true, at: 6)
        #expect(sink.text == "\u{1B}[\(height)A\r\u{1B}[Jtwo")
        sink.text = ""
        printer.clear()
        #expect(sink.text == "\r\u{1B}[K")
        printer.clear()
        #expect(sink.text == "\r\u{1B}[K")
    }

    @Test func elsewhereThereIsALineAPhaseAndOneEveryFewSeconds() {
        let sink = Sink()
        var printer = ProgressPrinter(.plain) { sink.text += $0 }
        for tick in 0..<24 {
            printer.show("dedup storm 1/2", stage: "storm", at: UInt64(tick) * Self.second / 4) {
                Issue.record("a view is for a terminal")
                return nil
            }
        }
        printer.show("dedup next 2/2", stage: "next", at: 6 * Self.second)
        let lines = sink.text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[2].hasPrefix("dedup next"))
        #expect(!sink.text.contains("\u{1B}") && !sink.text.contains("\r"))
    }

    @Test func progressCanBeOff() {
        let sink = Sink()
        var printer = ProgressPrinter(.none) { sink.text += $0 }
        printer.show("dedup storm 1/2", stage: "storm", at: 90 * Self.second)
        #expect(sink.text.isEmpty)
    }

    @Test func rowsWithoutDetailsAreShownAtOnce() {
        let sink = Sink()
        var printer = ProgressPrinter(.view) { sink.text += $0 }
        printer.show("reading\u{1B}[2J", stage: "reading", isLast: true, at: 5)
        #expect(sink.text == "\r\u{1B}[Kreading")
    }
}
