internal import ArgumentParser
internal import Evidence
internal import Judging
internal import Reporting

/// How evidence that was read from bundles is judged and shown.
struct JudgingOptions: ParsableArguments {
    @Option(
        name: .customLong("gate"),
        help: ArgumentHelp(
            "Judge by this gate, in place of those of the run; repeatable. See `list gates`.",
            valueName: "expression"))
    var gates: [String] = []

    @OptionGroup var audits: AuditOptions

    @Option(help: ArgumentHelp("Write a bundle into this folder, too. Default: only print.", valueName: "dir"))
    var out: String?

    @Flag(help: "Print the verdict alone.")
    var quiet = false

    @Option(help: "What is printed: a table, run.json or summary.csv.")
    var format = OutputFormat.text

    /// The evidence in a bundle.
    ///
    /// - Throws: ``Failure`` with code 65.
    static func evidence(of bundle: String) throws(Failure) -> RunEvidence {
        do throws(EvidenceError) {
            return try BundleReader.evidence(of: bundle)
        } catch {
            throw Failure("\(error)", .badScenario)
        }
    }

    /// Judges evidence and puts the report where it belongs.
    ///
    /// - Returns: The exit code.
    /// - Throws: ``Failure`` with code 64 for a gate of the command line that cannot be evaluated, and 65 for one of the
    ///   evidence.
    func publish(_ evidence: RunEvidence, _ console: Console) throws(Failure) -> Int32 {
        let asked = try GateBook.gates(ofOptions: gates)
        try checkPhases(of: asked, evidence)
        let gates = asked.isEmpty ? try GateBook.gates(ofScenario: evidence.gates, file: evidence.identity.id) : asked
        // A bundle that is written says by what it was judged.
        var evidence = evidence
        if let limit = try audits.lagNanoseconds() {
            guard evidence.subjects.flatMap(\.phases).allSatisfy({ $0.load.audits == nil }) else {
                throw Failure(
                    "--lag-limit: an earlier version of dedupbench has judged the load of \(evidence.identity.id), and kept no figures",
                    .usage)
            }
            evidence.lagLimit = limit
        }
        evidence.gates = gates.map(\.expression.description)
        var output = RunOutput(format, isQuiet: quiet, console: console)
        if let out { output.reserve(evidence.identity.id, in: out) }
        return output.publish(RunReport(evidence, gates: gates))
    }

    /// A gate may name a phase: one that was not run is a slip of the pen, and a warm-up is not judged.
    private func checkPhases(of gates: [Gate], _ evidence: RunEvidence) throws(Failure) {
        let known = Set(evidence.subjects.flatMap(\.measured).map(\.name))
        for gate in gates {
            guard let phase = gate.expression.phase, !known.contains(phase) else { continue }
            throw Failure(
                "--gate: the run has no phase `\(phase)` that is judged (it has: \(known.sorted().joined(separator: ", ")))",
                .usage)
        }
    }
}
