internal import ArgumentParser
internal import Evidence
internal import Foundation
internal import Judging
internal import Measurement
internal import Reporting

/// `dedupbench micro`
struct MicroCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro",
        abstract: "Measures nanoseconds, allocations and bytes an operation, each beside a control of the same run.",
        discussion: """
            Examples:
              dedupbench micro
              dedupbench micro --filter 'cache hit' --csv micro.csv
              dedupbench micro --filter fingerprint --rounds 31
              dedupbench micro --json run-1.json
              dedupbench micro --baseline run-1.json --fail-on-regression
              dedupbench micro --gate 'cache hit, 10000 entries: ratio < 1'
              dedupbench micro --list

            Numbers of a debug build say nothing: build with `swift build -c release`. Targets are for the machine they \
            were set on; `met` is a note, not a gate, so the exit code does not depend on it. Gates and baselines ask for \
            ratios to the control of the same rounds, and for counts: what does not depend on the speed of the machine. \
            Ratios are held against five earlier runs or more. A gate is about the row of that name, as the table has it, or \
            about all that have it in their names.

            Exit codes: 0; 2 a gate failed, or a regression that --fail-on-regression forbids; 6 a file cannot be \
            written, which is found out before anything is measured; 75 a gate is inconclusive.
            """)

    @Option(help: "Measure only what has this text in its name.")
    var filter: String?

    @Option(help: ArgumentHelp("Write the rows to this file as CSV, too.", valueName: "path"))
    var csv: String?

    @Option(help: ArgumentHelp("Write the figures to this file, for --baseline.", valueName: "path"))
    var json: String?

    @Option(help: ArgumentHelp("Hold the figures against those in this file; repeatable.", valueName: "path"))
    var baseline: [String] = []

    @Flag(help: "Fail if a figure is worse than in the baseline.")
    var failOnRegression = false

    @Option(
        name: .customLong("gate"),
        help: ArgumentHelp("Demand this of the rows with that text in their names; repeatable.", valueName: "gate"))
    var gates: [String] = []

    @Option(help: "How many rounds; 6 or more.")
    var rounds = 15

    @Flag(help: "Print the names of what can be measured.")
    var list = false

    func validate() throws {
        guard rounds >= 6 else { throw ValidationError("--rounds must be 6 or more: fewer give no interval") }
        guard !chosen.isEmpty else {
            throw ValidationError("nothing has `\(filter ?? "")` in its name; --list prints the names")
        }
    }

    private var chosen: [MicroCase] {
        MicroCase.all.filter { $0.name.isAsked(by: filter) }
    }

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let console = context.console
        if list {
            console.out(chosen.map { $0.name + "\n" }.joined())
            return 0
        }
        let gates = try asked { () throws(MicroGate.Problem) in try self.gates.map(MicroGate.init) }
        let earlier = MicroBaseline(
            runs: try baseline.map { path throws(Failure) in try RecordFile(at: path, format: MicroFigure.format) })
        if failOnRegression, baseline.isEmpty {
            throw Failure("--fail-on-regression: there is nothing to regress from without --baseline", .usage)
        }
        try BundleFile.checkOptions(csv, json)
        let results = try await measure(console)
        let table = MicroTable(results: results)
        console.out(table.lines(console.terminal).joined(separator: "\n") + "\n")
        let figures = results.map(MicroFigure.init)
        let compared = compare(figures, with: earlier, console)
        let stamp = RunStamp(commit: await context.commit())
        // A file that cannot be written hides no verdict, and a gate that cannot be asked loses no measurement.
        var isWritten = true
        do throws(Failure) {
            if let csv { try BundleFile.write(table.csv.text, toOption: csv) }
            if let json { try RecordFile(figures, format: MicroFigure.format, stamp: stamp).write(to: json) }
        } catch {
            console.report(error)
            isWritten = false
        }
        let judged = judge(figures, by: gates, console)
        let code = RunVerdict.combined([judged.verdict, compared]).exitCode
        // What was refuted stays so beside a gate that cannot be asked.
        if !judged.areAsked, code != RunVerdict.fail.exitCode { return Failure.Code.usage.rawValue }
        return isWritten ? code : Failure.Code.ofUnwritten(code)
    }

    /// What the gates came to that could be asked, and whether all could.
    private func judge(
        _ figures: [MicroFigure], by gates: [MicroGate], _ console: Console
    ) -> (verdict: RunVerdict, areAsked: Bool) {
        var (verdicts, areAsked) = ([RunVerdict.pass], true)
        for gate in gates {
            do throws(Failure) {
                for figure in try asked({ () throws(MicroGate.Problem) in try gate.concerned(figures) }) {
                    let verdict = gate.verdict(of: figure)
                    verdicts.append(verdict)
                    console.out(MicroTable.line(figure, by: gate, verdict))
                }
            } catch {
                console.report(error)
                areAsked = false
            }
        }
        return (.combined(verdicts), areAsked)
    }

    private func asked<Value>(_ ask: () throws(MicroGate.Problem) -> Value) throws(Failure) -> Value {
        do throws(MicroGate.Problem) {
            return try ask()
        } catch {
            throw Failure("--gate: \(error)", .usage)
        }
    }

    private func compare(_ figures: [MicroFigure], with earlier: MicroBaseline, _ console: Console) -> RunVerdict {
        guard !earlier.runs.isEmpty else { return .pass }
        let rows = earlier.rows(figures, on: MachineFingerprint(MachineEnvironment.current()))
        console.out("\n" + MicroTable.text(rows, console.terminal))
        let missing = earlier.missing(in: figures).filter { $0.isAsked(by: filter) }
        console.out(missing.map { "\($0) is in the baseline and was not measured\n" }.joined())
        return failOnRegression && rows.contains { $0.verdict == .regression } ? .fail : .pass
    }

    private func measure(_ console: Console) async throws -> [MicroResult] {
        let engine = try MicroEngine(rounds: rounds)
        if !MachineEnvironment.current().isOptimized {
            console.error("this is a debug build: its numbers say nothing\n")
        }
        var results: [MicroResult] = []
        for item in chosen {
            console.error("measuring: \(item.name)\n")
            results += try await item.measure(engine)
        }
        return results
    }
}
