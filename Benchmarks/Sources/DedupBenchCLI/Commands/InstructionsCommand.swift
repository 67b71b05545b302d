internal import ArgumentParser
internal import Evidence
internal import Judging
internal import Measurement
internal import Reporting

/// `dedupbench instructions`
struct InstructionsCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "instructions",
        abstract: "Counts the instructions of what `micro` measures: a figure that a noisy machine cannot touch.",
        discussion: """
            Examples:
              dedupbench instructions --json main.json
              dedupbench instructions --baseline main.json
              dedupbench instructions --rev origin/main
              dedupbench instructions --filter fingerprint --baseline main.json --limit 0.5

            The program runs under callgrind, of valgrind, which executes it instruction by instruction. Left out are cases of \
            several threads, and those that a million entries would make last for minutes. Fewer instructions are not \
            always less time: a miss of the processor's cache counts for one. Counts of another compiler or processor \
            differ for reasons of their own, and the report says so.

            Exit codes: 0; 2 an operation takes more instructions than before, by more than --limit; 6 the file of --json \
            cannot be written; 65 the commit of --rev cannot \
            be built, or does not count; 69 valgrind is not there; 75 what is compared has none of the operations.
            """)

    @Option(help: "Count only what has this text in its name.")
    var filter: String?

    @Option(help: ArgumentHelp("Write the counts to this file, for --baseline.", valueName: "path"))
    var json: String?

    @OptionGroup var earlier: EarlierCounts

    @Option(help: ArgumentHelp("How much more an operation may take, in per cent.", valueName: "percent"))
    var limit = 1.0

    @Option(help: "About how many instructions of each are counted; fewer take less time and differ more.")
    var instructions = InstructionCounter.wanted

    @Flag(help: "Print the names of what can be counted.")
    var list = false

    @Option(name: .customLong("case"), help: .hidden)
    var countedCase: String?

    @Option(name: .customLong("row"), help: .hidden)
    var countedRow: String?

    @Option(help: .hidden)
    var operations = 0

    func validate() throws {
        guard instructions > 0 else { throw ValidationError("--instructions must be at least 1") }
        guard limit >= 0 else { throw ValidationError("--limit must not be negative") }
    }

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        if let countedCase, let countedRow {
            try await count(countedRow, of: countedCase)
            return 0
        }
        try earlier.check()
        var before = try earlier.ofFile()
        let rows = try await rows()
        if list {
            context.console.out(rows.map { $0.row + "\n" }.joined())
            return 0
        }
        try BundleFile.checkOptions(json)
        context.interruption.listen(reports: false)
        let counter = try await InstructionCounter(wanted: instructions, context.interruption)
        if let counted = try await earlier.ofRevision(countOptions, in: context) { before = counted }
        var counts: [InstructionCount] = []
        for (name, row) in rows {
            context.console.error("counting: \(row)\n")
            counts.append(try await counter.count(row, of: name))
        }
        let judge = InstructionJudge(
            counts, against: before, limit: limit / 100, on: MachineFingerprint(MachineEnvironment.current()))
        context.console.out(InstructionTable(judge: judge, filter: filter).text(context.console.terminal))
        let code = judge.verdict.exitCode
        guard let json else { return code }
        let stamp = RunStamp(commit: await context.commit())
        // A file that cannot be written hides no verdict.
        do throws(Failure) {
            try RecordFile(counts, format: InstructionCount.format, stamp: stamp).write(to: json)
        } catch {
            context.console.report(error)
            return Failure.Code.ofUnwritten(code)
        }
        return code
    }

    /// What another build is told so that it counts the same.
    private var countOptions: [String] {
        (filter.map { ["--filter", $0] } ?? []) + ["--instructions", "\(instructions)"]
    }

    /// What can be counted: the loops, each with the case that hands it in.
    private func rows() async throws -> [(name: String, row: String)] {
        var rows: [(name: String, row: String)] = []
        for item in MicroCase.all where item.isCounted {
            let names = NameList()
            _ = try await item.measure(try MicroEngine(rounds: 6, purpose: .listing(names)))
            let asked = names.all.filter { $0.isAsked(by: filter) || item.name.isAsked(by: filter) }
            rows += asked.map { (item.name, $0) }
        }
        guard !rows.isEmpty else {
            throw Failure("nothing has `\(filter ?? "")` in its name; --list prints the names", .usage)
        }
        return rows
    }

    /// What runs under callgrind.
    private func count(_ row: String, of name: String) async throws {
        guard let item = MicroCase.all.first(where: { $0.name == name }) else {
            throw Failure("--case: there is no case `\(name)`", .usage)
        }
        _ = try await item.measure(
            try MicroEngine(rounds: 6, purpose: .counting(row, iterations: operations)))
    }
}
