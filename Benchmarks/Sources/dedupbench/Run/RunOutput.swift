internal import Measurement
internal import Reporting

/// Puts a report where it belongs: a bundle in the results folder, and something to read on standard output.
struct RunOutput {
    let options: OutputOptions
    let console: Console
    /// Where the bundle goes; nil when the folder cannot be written to.
    let bundle: ResultBundle?
    /// Why there is no bundle.
    private(set) var problem: BundleError?

    /// Reserves the bundle, so that a place that cannot be written to is known before the run. The run goes on without
    /// it: what it finds is printed.
    init(_ options: OutputOptions, reserving name: String, console: Console) {
        self.options = options
        self.console = console
        do throws(BundleError) {
            bundle = try ResultBundle(reserving: name, in: options.out)
        } catch {
            bundle = nil
            problem = error
            console.error("dedupbench: \(error)\nthe run goes on, and its results are printed only\n")
        }
    }

    /// Writes and prints the report.
    ///
    /// - Returns: The exit code.
    mutating func publish(_ report: RunReport) -> Int32 {
        if let bundle {
            do throws(BundleError) {
                try report.write(to: bundle)
            } catch {
                problem = error
            }
        }
        printResult(report)
        if let problem {
            console.error("dedupbench: the results were not saved: \(problem)\n")
            return Failure.Code.ofUnwritten(report.exitCode)
        }
        return report.exitCode
    }

    private func printResult(_ report: RunReport) {
        switch options.format {
        case .text:
            let terminal = TerminalReport(report, terminal: console.terminal)
            console.out(options.quiet ? terminal.verdictText : terminal.text)
            if problem == nil, let bundle { console.out("results: \(bundle.path)\n") }
        case .json: console.out(report.manifestText)
        case .csv: console.out(report.summaryTable.text)
        }
        if options.format != .text, problem == nil, let bundle { console.error("results: \(bundle.path)\n") }
    }

    /// The bundle of a run that failed before it had anything to report.
    func abandon() { bundle?.discard() }
}
