internal import ArgumentParser
internal import Evidence
internal import Reporting

/// What the counts of this program are held against: those in a file, or those of a commit whose program is built and counted first.
struct EarlierCounts: ParsableArguments {
    @Option(help: ArgumentHelp("Hold the counts against those in this file.", valueName: "path"))
    var baseline: String?

    @Option(
        name: .customLong("rev"),
        help: ArgumentHelp("Build this commit, and hold the counts against those of its program.", valueName: "commit"))
    var revision: String?

    @OptionGroup var built: RevisionOptions

    /// Refuses what has no meaning together.
    ///
    /// - Throws: ``Failure`` with code 64.
    func check() throws(Failure) {
        try built.check(isAsked: revision != nil)
        if baseline != nil, revision != nil {
            throw Failure("--rev: the counts are held against a file or a commit, not against both", .usage)
        }
    }

    /// The counts of a file; nil where none is named.
    ///
    /// - Throws: ``Failure`` with code 65.
    func ofFile() throws(Failure) -> RecordFile<InstructionCount>? {
        guard let baseline else { return nil }
        return try RecordFile(at: baseline, format: InstructionCount.format)
    }

    /// The counts of a commit; nil where none is named.
    ///
    /// - Parameter options: What is counted.
    /// - Throws: ``Failure``: 65 where it cannot be built, or does not count.
    func ofRevision(_ options: [String], in context: CommandContext) async throws(Failure) -> RecordFile<
        InstructionCount
    >? {
        guard let revision else { return nil }
        let progress = ProgressDisplay(isOff: false, in: context)
        defer { progress.clear() }
        let program = try await built.build([revision], context.interruption, progress)[0]
        let scratch = try ScratchFolder(of: "counts")
        defer { scratch.remove() }
        let path = scratch.path + "/counts.json"
        progress.show("counting \(program.title)")
        let child = ChildProcess(
            program: program.path, arguments: ["instructions", "--json", path] + options,
            interruption: context.interruption)
        let end = try await child.run()
        guard end.hasSucceeded else {
            throw Failure("\(program.title) does not count (\(end.status)): \(end.lastWords)", .badScenario)
        }
        return try RecordFile(at: path, format: InstructionCount.format)
    }
}
