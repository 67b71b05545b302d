internal import ArgumentParser
internal import Reporting

/// `dedupbench selftest`
struct SelftestCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Drives subjects that are broken on purpose, and fails if one of them is not caught.",
        discussion: """
            Examples:
              dedupbench selftest
              dedupbench selftest --filter leak
              dedupbench selftest --list
              dedupbench selftest --csv matrix.csv

            Each defect has a scenario in which it must show, and gates, rules or audits that must catch it there, and nothing \
            else without a reason; an honest subject must pass the same scenarios. At the end stands for each check which \
            defects stay unseen without it. Exit code 0 when all of that holds, 2 when a defect stayed unseen, the honest \
            subject did not pass, or a check could be switched off unnoticed, 6 when the CSV cannot be written.
            """)

    @Option(help: ArgumentHelp("Only what has this text in the name of its defect or scenario.", valueName: "text"))
    var filter: String?

    @Option(
        help: ArgumentHelp(
            "Write the matrix of defects and checks to this file as CSV, too: what each check made of each defect.",
            valueName: "path"))
    var csv: String?

    @Flag(help: "Print the defects and what must catch them.")
    var list = false

    private var chosen: [SelftestCase] {
        guard let filter else { return SelftestCase.all }
        return SelftestCase.all.filter { "\($0.defect.rawValue) \($0.scenario.rawValue)".contains(filter) }
    }

    func validate() throws {
        guard !chosen.isEmpty else {
            throw ValidationError("nothing has `\(filter ?? "")` in its name; --list prints the names")
        }
    }

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        if list {
            context.console.out(listing.text(context.console.terminal))
            return 0
        }
        try BundleFile.checkOptions(csv)
        context.interruption.listen()
        let selftest = Selftest(chosen, in: context) { item throws(Failure) in try await item.run(in: context) }
        guard let csv else { return try await selftest.run() }
        return try await selftest.run { table throws(Failure) in
            try BundleFile.write(table.text, toOption: csv)
        }
    }

    private var listing: TerminalTable {
        var table = TerminalTable([("defect", .left), ("", .left), ("scenario", .left), ("must be caught by", .left)])
        for item in chosen {
            table.append([
                .init(item.defect.rawValue), .init(item.defect.summary), .init(item.scenario.rawValue),
                .init(Selftest.text(item.catchers)),
            ])
        }
        return table
    }
}
