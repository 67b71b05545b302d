internal import Judging
internal import LoadGeneration
package import Reporting

/// Drives defects and looks whether each comes out as it must.
package struct Selftest {
    private let cases: [SelftestCase]
    private let context: CommandContext
    private let drive: (SelftestCase) async throws(Failure) -> SelftestCase.Outcome

    /// A self-test of these cases, which `drive` drives.
    package init(
        _ cases: [SelftestCase], in context: CommandContext,
        drive: @escaping (SelftestCase) async throws(Failure) -> SelftestCase.Outcome
    ) {
        self.cases = cases
        self.context = context
        self.drive = drive
    }

    /// Drives all cases and prints what came of them.
    ///
    /// - Parameter write: Takes the matrix of defects and checks, when all were driven; nil: it is not made.
    /// - Returns: The exit code: 0 when everything came out as it must.
    /// - Throws: What driving a case throws.
    package func run(matrix write: ((CSVTable) throws(Failure) -> Void)? = nil) async throws(Failure) -> Int32 {
        var table = TerminalTable([
            ("defect", .left), ("scenario", .left), ("", .left), ("must be caught by", .left), ("caught by", .left),
        ])
        var missed = 0
        var outcomes: [(SelftestCase, SelftestCase.Outcome)] = []
        for (number, item) in cases.enumerated() where !isStopped {
            context.console.error(
                "selftest \(number + 1)/\(cases.count): \(item.defect.rawValue), \(item.scenario.rawValue)\n")
            let outcome = try await outcome(of: item)
            outcomes.append((item, outcome))
            if !item.isBorneOut(by: outcome) { missed += 1 }
            table.append(Self.row(item, outcome))
        }
        context.console.out(table.text(context.console.terminal))
        if isStopped { return context.interruption.exitCode }
        try write?(Self.matrix(outcomes))
        let defects = cases.count { $0.defect != .honest }
        context.console.out(
            missed == 0
                ? "\nevery one of \(defects) defects was caught, and nothing else\n"
                : "\n\(missed) of \(cases.count) did not come out as they must\n")
        // Some of the cases say nothing about all checks.
        let idle = cases.count == SelftestCase.all.count ? printChecks(outcomes) : 0
        return missed + idle == 0 ? 0 : RunVerdict.fail.exitCode
    }

    /// Prints for each check which defects stay unseen without it: what is left out of an outcome is what would be missing if the
    /// check were switched off.
    ///
    /// - Returns: How many checks could be switched off unnoticed.
    private func printChecks(_ outcomes: [(SelftestCase, SelftestCase.Outcome)]) -> Int {
        var table = TerminalTable([("check", .left), ("", .left), ("without it these stay unseen", .left)])
        var idle = 0
        for check in SelftestCase.checks {
            let unseen = outcomes.filter { item, outcome in
                item.isBorneOut(by: outcome) && !item.isBorneOut(by: outcome.without(check))
            }
            if unseen.isEmpty { idle += 1 }
            table.append([
                .init(check.description), unseen.isEmpty ? .init("NEVER NEEDED", .bad) : .init("ok", .good),
                .init(unseen.map(\.0.defect.rawValue).joined(separator: ", ")),
            ])
        }
        context.console.out("\n" + table.text(context.console.terminal))
        context.console.out(
            idle == 0
                ? "\neach of \(SelftestCase.checks.count) checks is needed: without any one of them a defect stays unseen\n"
                : "\n\(idle) of \(SelftestCase.checks.count) checks could be switched off unnoticed\n")
        return idle
    }

    /// One row a case, and one column a check: what the check made of it.
    private static func matrix(_ outcomes: [(SelftestCase, SelftestCase.Outcome)]) -> CSVTable {
        var table = CSVTable(columns: ["defect", "scenario", "verdict"] + SelftestCase.checks.map(\.description))
        for (item, outcome) in outcomes {
            let unreasoned = item.unreasoned(outcome)
            let cells = SelftestCase.checks.map { check -> CSVCell in
                switch (item.catchers.contains(check), outcome.caught.contains(check)) {
                case (true, true): .text("caught")
                case (true, false): .text("MISSED")
                case (false, true): .text(unreasoned.contains(check) ? "WITHOUT A REASON" : "follows")
                case (false, false): .text("")
                }
            }
            table.append(
                [.text(item.defect.rawValue), .text(item.scenario.rawValue), .text(outcome.verdict.rawValue)] + cells)
        }
        return table
    }

    private var isStopped: Bool { context.interruption.stop.isSet }

    /// Once more if the machine, and not the subject, left it open: what is not sure is neither caught nor honest.
    private func outcome(of item: SelftestCase) async throws(Failure) -> SelftestCase.Outcome {
        let first = try await drive(item)
        guard [.inconclusive, .invalid].contains(first.verdict), !isStopped, !item.isBorneOut(by: first) else {
            return first
        }
        return try await drive(item)
    }

    private static func row(_ item: SelftestCase, _ outcome: SelftestCase.Outcome) -> [TerminalTable.Cell] {
        let isBorneOut = item.isBorneOut(by: outcome)
        let verdict = outcome.verdict.rawValue.uppercased()
        let seen = outcome.caught.isEmpty ? "nothing: \(verdict)" : text(outcome.caught)
        let unreasoned = item.defect == .honest ? [] : item.unreasoned(outcome)
        let beside = unreasoned.isEmpty ? [] : ["without a reason: \(text(unreasoned))"]
        let doubts = isBorneOut ? [] : beside + outcome.doubts
        return [
            .init(item.defect.rawValue), .init(item.scenario.rawValue),
            isBorneOut ? .init("ok", .good) : .init(item.defect == .honest ? "NOT PASSED" : "NOT CAUGHT", .bad),
            .init(text(item.catchers)), .init(([seen] + doubts).joined(separator: "; ")),
        ]
    }

    /// What catches a defect, in words.
    static func text(_ catchers: [SelftestCase.Catcher]) -> String {
        catchers.isEmpty ? "nothing" : catchers.map(\.description).joined(separator: ", ")
    }
}
