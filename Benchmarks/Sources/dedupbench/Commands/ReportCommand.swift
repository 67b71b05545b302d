internal import ArgumentParser
internal import Evidence
internal import Judging
internal import Reporting

/// `dedupbench report`
struct ReportCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Judges the evidence of a run again, with other gates if asked, and reports it.",
        discussion: """
            Examples:
              dedupbench report results/latest
              dedupbench report results/latest --gate 'hit.latency.p99 < 1ms'
              dedupbench report results/latest --format csv > summary.csv
              dedupbench report results/latest --out copy --quiet

            Nothing is run. What a run has measured is in evidence.json of its bundle; everything else in the bundle can be \
            made from it. The exit code is that of the verdict.
            """)

    @Argument(help: "A bundle, or its evidence.json.")
    var bundle: String

    @Option(
        name: .customLong("gate"),
        help: ArgumentHelp(
            "Judge by this gate, in place of those of the run; repeatable. See `list gates`.",
            valueName: "expression"))
    var gates: [String] = []

    @Option(help: ArgumentHelp("Write a bundle into this folder, too. Default: only print.", valueName: "dir"))
    var out: String?

    @Flag(help: "Print the verdict alone.")
    var quiet = false

    @Option(help: "What is printed: a table, run.json or summary.csv.")
    var format = OutputFormat.text

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        let evidence = try readEvidence()
        let asked = try GateBook.gates(ofOptions: gates)
        let gates = asked.isEmpty ? try GateBook.gates(ofScenario: evidence.gates, file: bundle) : asked
        try checkPhases(gates, evidence)
        var output = RunOutput(format, isQuiet: quiet, console: context.console)
        if let out { output.reserve(evidence.identity.id, in: out) }
        return output.publish(RunReport(evidence, gates: gates))
    }

    private func readEvidence() throws(Failure) -> RunEvidence {
        do throws(EvidenceError) {
            return try BundleReader.evidence(of: bundle)
        } catch {
            throw Failure("\(error)", .badScenario)
        }
    }

    /// A gate may name a phase: one that was not run is a slip of the pen.
    private func checkPhases(_ gates: [Gate], _ evidence: RunEvidence) throws(Failure) {
        let known = Set(evidence.subjects.flatMap(\.phases).map(\.name))
        for gate in gates {
            guard let phase = gate.expression.phase, !known.contains(phase), !self.gates.isEmpty else { continue }
            throw Failure(
                "--gate: the run has no phase `\(phase)` (it has: \(known.sorted().joined(separator: ", ")))", .usage)
        }
    }
}
