internal import ArgumentParser
internal import LoadGeneration
internal import Reporting

/// `dedupbench selftest`
struct SelftestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Drives subjects that are broken on purpose, and fails if one of them is not caught.",
        discussion: """
            Examples:
              dedupbench selftest
              dedupbench selftest --filter leak
              dedupbench selftest --list

            Each defect has a scenario in which it must show, and gates or rules that must catch it there; an honest subject \
            must pass the same scenarios. Exit code 0 when all of that holds, 2 when a defect stayed unseen or the honest \
            subject did not pass.
            """)

    @Option(help: ArgumentHelp("Only what has this text in the name of its defect or scenario.", valueName: "text"))
    var filter: String?

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

    func run() async throws {
        if list { return Console.out(listing.text(Console.palette)) }
        Interruption.listen()
        do {
            let isGood = try await drive()
            if Interruption.stop.isSet { throw ExitCode(Interruption.exitCode) }
            if !isGood { throw ExitCode(RunVerdict.fail.exitCode) }
        } catch let failure as Failure {
            throw failure.exit()
        }
    }

    private var listing: TerminalTable {
        var table = TerminalTable([("defect", .left), ("", .left), ("scenario", .left), ("must be caught by", .left)])
        for item in chosen {
            table.append([
                .init(item.defect.rawValue), .init(item.defect.summary), .init(item.scenario.rawValue),
                .init(Self.text(item.catchers)),
            ])
        }
        return table
    }

    /// Drives all that was chosen and prints what came of it.
    ///
    /// - Returns: Whether everything came out as it must.
    private func drive() async throws(Failure) -> Bool {
        var table = TerminalTable([
            ("defect", .left), ("scenario", .left), ("", .left), ("must be caught by", .left), ("caught by", .left),
        ])
        var missed = 0
        for (number, item) in chosen.enumerated() where !Interruption.stop.isSet {
            Console.error(
                "selftest \(number + 1)/\(chosen.count): \(item.defect.rawValue), \(item.scenario.rawValue)\n")
            let outcome = try await Self.outcome(of: item)
            let isSettled = item.isSettled(by: outcome)
            if !isSettled { missed += 1 }
            table.append(Self.row(item, outcome, isSettled))
        }
        Console.out(table.text(Console.palette))
        guard !Interruption.stop.isSet else { return false }
        let defects = chosen.count { $0.defect != .honest }
        Console.out(
            missed == 0
                ? "\nevery one of \(defects) defects was caught, and nothing else\n"
                : "\n\(missed) of \(chosen.count) did not come out as they must\n")
        return missed == 0
    }

    /// Once more if the machine, and not the subject, left it open: what is not sure is neither caught nor honest.
    private static func outcome(of item: SelftestCase) async throws(Failure) -> SelftestCase.Outcome {
        let first = try await item.run()
        guard [.inconclusive, .invalid].contains(first.verdict), !Interruption.stop.isSet else { return first }
        return try await item.run()
    }

    private static func row(
        _ item: SelftestCase, _ outcome: SelftestCase.Outcome, _ isSettled: Bool
    ) -> [TerminalTable.Cell] {
        let verdict = outcome.verdict.rawValue.uppercased()
        let seen = outcome.caught.isEmpty ? "nothing: \(verdict)" : text(outcome.caught)
        let doubts = isSettled ? [] : outcome.doubts
        return [
            .init(item.defect.rawValue), .init(item.scenario.rawValue),
            isSettled ? .init("ok", .good) : .init(item.defect == .honest ? "NOT PASSED" : "NOT CAUGHT", .bad),
            .init(text(item.catchers)), .init(([seen] + doubts).joined(separator: "; ")),
        ]
    }

    private static func text(_ catchers: [SelftestCase.Catcher]) -> String {
        catchers.isEmpty ? "nothing" : catchers.map(\.description).joined(separator: ", ")
    }
}
