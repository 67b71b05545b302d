internal import Evidence
internal import Judging
internal import Reporting

/// Puts a report where it belongs: a bundle in the results folder, and something to read on standard output.
struct RunOutput {
    let format: OutputFormat
    /// Whether the verdict alone is printed.
    let isQuiet: Bool
    let console: Console
    /// Where the bundle goes; nil when none is asked for, or the folder cannot be written to.
    private(set) var bundle: ResultBundle?
    /// Why there is no bundle.
    private(set) var problem: BundleError?

    /// Output that is only printed, until a bundle is reserved.
    init(_ format: OutputFormat, isQuiet: Bool, console: Console) {
        self.format = format
        self.isQuiet = isQuiet
        self.console = console
    }

    /// Reserves the bundle, so that a place that cannot be written to is known before the run. The run goes on without
    /// it: what it finds is printed.
    mutating func reserve(_ name: String, in folder: String) {
        do throws(BundleError) {
            bundle = try ResultBundle(reserving: name, in: folder)
        } catch {
            problem = error
            console.error("\(DedupBenchCommand.program): \(error)\nthe results are printed only\n")
        }
    }

    /// Writes and prints the report.
    ///
    /// - Returns: The exit code.
    mutating func publish(_ report: RunReport) -> Int32 {
        let contents = bundle != nil || format == .json ? BundleContents(report) : nil
        if let bundle, let contents {
            do throws(BundleError) {
                try contents.write(to: bundle)
            } catch {
                problem = error
            }
        }
        printResult(report, contents)
        showInJob(report)
        if let problem {
            console.error("\(DedupBenchCommand.program): the results were not saved: \(problem)\n")
            return Failure.Code.ofUnwritten(report.exitCode)
        }
        return report.exitCode
    }

    private func printResult(_ report: RunReport, _ contents: BundleContents?) {
        switch format {
        case .text:
            let terminal = TerminalReport(report, terminal: console.terminal)
            console.out(isQuiet ? terminal.verdictText : terminal.text)
            if problem == nil, let bundle { console.out("results: \(bundle.path)\n") }
        case .json: console.out(contents?.manifest ?? "")
        case .csv: console.out(report.summaryTable.text)
        }
        if format != .text, problem == nil, let bundle { console.error("results: \(bundle.path)\n") }
    }

    /// Beside the commit and in the summary of a job of GitHub Actions, where this is one.
    private func showInJob(_ report: RunReport) {
        JobSummary(console)?.add(MarkdownReport(report).text, WorkflowAnnotations(report))
    }

    /// Adds a run that came to its end to the history beside its bundle.
    ///
    /// - Returns: The exit code, which is another one if the history cannot be written.
    func remember(_ report: RunReport, exitCode: Int32) -> Int32 {
        guard let bundle, problem == nil, !report.isPartial else { return exitCode }
        do throws(BundleError) {
            try RunHistory(in: bundle.directory).append(RunRecord(report))
            return exitCode
        } catch {
            console.error("\(DedupBenchCommand.program): the run is not in the history: \(error)\n")
            return Failure.Code.ofUnwritten(exitCode)
        }
    }

    /// The bundle of a run that failed before it had anything to report.
    func abandon() { bundle?.discard() }
}
