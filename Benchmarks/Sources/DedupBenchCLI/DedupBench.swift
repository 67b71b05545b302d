package import ArgumentParser
public import DedupBenchKit
internal import Foundation
internal import Measurement

/// The command line of `dedupbench`: every command, for its own executable and for those of other packages.
///
/// ```swift
/// @main
/// struct OurBench {
///     static func main() {
///         DedupBench.main(adding: [
///             SubjectBlueprint(name: "table", summary: "our table") { settings in Table(settings) }
///         ])
///     }
/// }
/// ```
public enum DedupBench {
    /// Runs the command line that this process was started with, and ends the process with the command's exit code.
    ///
    /// The main thread waits meanwhile: a subject that needs the main actor takes the asynchronous form.
    ///
    /// - Parameter subjects: What can be driven beside the subjects that come with it. Where a scenario is run without
    ///   `--subject`, those that the scenario names are driven. A name that is taken ends the process with exit code 64.
    public static func main(adding subjects: [SubjectBlueprint] = []) -> Never {
        let command = command(adding: subjects)
        Foundation.exit(CallerExecutor().run { await command.value })
    }

    /// The same from an asynchronous `main`, for subjects that need the main actor.
    ///
    /// Such a `main` gives the main thread away to Dispatch, which suspends it in a way that valgrind, before 3.20, does not
    /// survive: the command `instructions` needs a later one then.
    public static func main(adding subjects: [SubjectBlueprint] = []) async {
        Foundation.exit(await command(adding: subjects).value)
    }

    /// Starts the command line of this process.
    private static func command(adding subjects: [SubjectBlueprint]) -> Task<Int32, Never> {
        Console.outliveReaders()
        let arguments = CommandLine.arguments
        let program = arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? DedupBenchCommand.program
        // Not on the main thread, which is no part of the pool whose speed is measured.
        return Task.detached {
            await DedupBenchCommand.$program.withValue(program) { await run(arguments, adding: subjects) }
        }
    }

    private static func run(_ arguments: [String], adding subjects: [SubjectBlueprint]) async -> Int32 {
        var context = CommandContext.ofThisProcess
        do throws(Failure) {
            context.subjects = try SubjectCatalog(adding: subjects)
        } catch {
            context.console.report(error)
            return error.exitCode
        }
        return await DedupBenchCommand.run(Array(arguments.dropFirst()), in: context)
    }
}

/// Proves, under load, that a deduplicating subject executes nothing twice.
package struct DedupBenchCommand: ParsableCommand {
    /// What the executable is called.
    @TaskLocal package static var program = "dedupbench"

    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: program,
            abstract: "Proves under load that the same work is never executed twice, and measures what that costs.",
            discussion: """
                Examples:
                  dedupbench run                        the duplicate storm
                  dedupbench run --subject reference    the design that it replaces
                  dedupbench run git-steps              real git commands
                  dedupbench capacity --phase arrivals  the highest rate that holds
                  dedupbench report results/latest      the last run, judged again
                  dedupbench replay results/latest      its violations, each with its proof
                  dedupbench baseline list              runs that others are held against
                  dedupbench trend                      figures from run to run
                  dedupbench check log.csv --ttl none   the log of another system
                  dedupbench simulate --trace t.csv     which policy fits a recorded trace
                  dedupbench list subjects              what can be driven
                  dedupbench micro                      ns and allocations an operation
                  dedupbench instructions               the same, counted: no noise
                  dedupbench scale                      the same among more and more
                  dedupbench doctor                     is this machine fit for measuring?
                  dedupbench selftest                   broken subjects: each is caught

                Exit codes: 0 every gate passed; 1 internal error; 2 a gate failed, a violation was found, the subject did not keep \
                up with the rate, or a regression that --fail-on-regression forbids; 3 the subject hung; 6 results cannot be written; 64 wrong usage; 65 bad scenario, trace or \
                evidence; 69 a program that the scenario needs is not there; 75 inconclusive or invalid; 130 interrupted (143 by SIGTERM, 129 by SIGHUP), \
                with a partial report.
                """,
            version: "0.1.0",
            subcommands: [
                RunCommand.self, CapacityCommand.self, HTTPCommand.self, CheckCommand.self, CompareCommand.self,
                ReportCommand.self, ReplayCommand.self, MergeCommand.self, BaselineCommand.self, TrendCommand.self,
                SimulateCommand.self, ListCommand.self,
                MicroCommand.self, InstructionsCommand.self, ScaleCommand.self, DoctorCommand.self,
                SelftestCommand.self,
                SchemaCommand.self,
            ])
    }

    /// Makes the command line; nothing is in it yet.
    package init() {}

    /// Runs a command line, without the program's name, and prints whatever it has to say.
    ///
    /// - Returns: The exit code.
    package static func run(_ arguments: [String], in context: CommandContext) async -> Int32 {
        let code = await end(of: arguments, in: context)
        guard let problem = context.console.problem() else { return code }
        context.console.error("\(program): standard output cannot be written: \(problem); print it elsewhere\n")
        return Failure.Code.ofUnwritten(code)
    }

    private static func end(of arguments: [String], in context: CommandContext) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            guard let ours = command as? any BenchCommand else {
                // Help, and the version.
                try command.run()
                return 0
            }
            return try await ours.run(arguments, in: context)
        } catch let failure as Failure {
            context.console.report(failure)
            return failure.exitCode
        } catch {
            let message = fullMessage(for: error)
            let code = exitCode(for: error).rawValue
            if !message.isEmpty { (code == 0 ? context.console.out : context.console.error)(message + "\n") }
            return code
        }
    }
}
