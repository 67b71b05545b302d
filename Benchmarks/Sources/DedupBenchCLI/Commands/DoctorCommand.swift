internal import ArgumentParser
internal import Judging
internal import LoadGeneration
internal import Measurement
internal import Reporting

/// `dedupbench doctor`
struct DoctorCommand: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tells whether this machine is fit for measuring, and what to do about it if not.",
        discussion: """
            Examples:
              dedupbench doctor
              dedupbench doctor --seconds 30

            Watches the machine for a while without any load: run it when nothing else runs. Exit code 0 when nothing makes \
            figures worthless, 75 when something does. What is doubtful is said, and does not fail.
            """)

    @Option(help: ArgumentHelp("How long it watches. Default: 5.", valueName: "number"))
    var seconds = 5

    func validate() throws {
        guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds: from 1 to 3600") }
    }

    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32 {
        context.interruption.listen()
        context.console.error("watching the machine for \(seconds) s\n")
        let examination = MachineExamination(context.machine, stop: context.interruption.stop)
        let health = MachineHealth(await examination.readings(over: .seconds(seconds)))
        guard !context.interruption.stop.isSet else { return context.interruption.exitCode }
        context.console.out(Self.table(health).text(context.console.terminal))
        context.console.out("\nthis machine is \(health.verdict.rawValue) for measuring\n")
        return health.verdict == .unfit ? 75 : 0
    }

    private static func table(_ health: MachineHealth) -> TerminalTable {
        var table = TerminalTable([("check", .left), ("observed", .left), ("", .left), ("why, and what to do", .left)])
        for check in health.checks {
            let role: Terminal.Role? =
                switch check.verdict {
                case .fit: .good
                case .doubtful: .doubtful
                case .unfit: .bad
                case .unknown: nil
                }
            table.append([
                .init(check.name), .init(check.observed), .init(check.verdict.rawValue, role), .init(check.remedy),
            ])
        }
        return table
    }
}
