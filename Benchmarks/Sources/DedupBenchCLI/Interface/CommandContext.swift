internal import ArgumentParser
package import LoadGeneration
internal import Measurement
internal import Reporting

/// What commands work with: the places that they print to, what stops them, and the machine that they run on. A test hands in
/// its own.
package struct CommandContext: Sendable {
    /// Where everything is printed.
    package var console: Console
    /// What ends a command early.
    package var interruption: Interruption
    /// The machine that load is generated on.
    package var machine: any Machine
    /// What can be driven.
    package var subjects: SubjectCatalog
    /// The workers that drive clients; nil: one a processor.
    package var workers: Int?
    /// The commit that the program was built from.
    package var commit: @Sendable () async -> String
    /// Memory that this process can have without swapping and within its control groups, in bytes; nil where the system does not tell.
    package var availableMemory: @Sendable () -> Int? = { MachineReadings.availableMemoryNow() }
    /// Starts the program anew with more in its environment; returns why that cannot be done.
    var restart: @Sendable (_ environment: [String: String]) -> Failure = { _ in
        Failure("this takes a process of its own, which can be started anew", .internalError)
    }

    /// A context.
    package init(
        console: Console, interruption: Interruption, machine: any Machine,
        subjects: SubjectCatalog = SubjectCatalog(), workers: Int? = nil, commit: @escaping @Sendable () async -> String
    ) {
        self.console = console
        self.interruption = interruption
        self.machine = machine
        self.subjects = subjects
        self.workers = workers
        self.commit = commit
    }

    /// That of the program: standard output, signals, and the machine that it runs on.
    static var ofThisProcess: CommandContext {
        var context = CommandContext(
            console: .standard, interruption: .bySignals, machine: RealMachine(), commit: RunStamp.commitOfThisProgram)
        context.restart = Restart.now
        return context
    }
}

/// A command of `dedupbench`.
protocol BenchCommand: ParsableCommand {
    /// Runs it as the given command line says, which is the one that it was parsed from.
    ///
    /// - Returns: The exit code.
    /// - Throws: ``Failure``.
    func run(_ arguments: [String], in context: CommandContext) async throws -> Int32
}

/// An end of the program that is no crash: a message and an exit code.
package struct Failure: Error {
    /// What happened, and what to do about it.
    package let message: String
    /// The exit code.
    package let exitCode: Int32

    /// Exit codes that are not verdicts; those are ``RunVerdict/exitCode``.
    package enum Code: Int32, Sendable {
        case internalError = 1
        case cannotWrite = 6
        case usage = 64
        case badScenario = 65
        case missingTool = 69

        /// The exit code of results that could not be written. What was interrupted or refuted stays so all the same.
        static func ofUnwritten(_ exitCode: Int32) -> Int32 {
            [0, 75].contains(exitCode) ? cannotWrite.rawValue : exitCode
        }
    }

    /// A file that cannot be written, where its path is an option of its own.
    init(unwritten error: BundleError) {
        self.init("cannot \(error.action) \(error.path): \(error.reason)", .cannotWrite)
    }

    init(_ message: String, _ code: Code) { self.init(message, exitCode: code.rawValue) }

    init(_ message: String, exitCode: Int32) {
        self.message = message
        self.exitCode = exitCode
    }
}

extension Console {
    /// Says why something cannot be done.
    func report(_ failure: Failure) { error("\(DedupBenchCommand.program): \(failure.message)\n") }
}

extension BundleFile {
    /// Refuses files that cannot be written, whose paths are options of their own, before anything is measured.
    ///
    /// - Throws: ``Failure`` with code 6.
    static func checkOptions(_ paths: String?...) throws(Failure) {
        do throws(BundleError) {
            for case let path? in paths { try checkWritable(path) }
        } catch {
            throw Failure(unwritten: error)
        }
    }

    /// Writes results to a file whose path is an option of its own, if it is given. One that cannot be written is reported, and hides
    /// no result.
    ///
    /// - Parameter code: The exit code of the command so far.
    /// - Returns: The exit code of the command.
    static func write(
        _ text: @autoclosure () -> String, toOption path: String?, after code: Int32, reportingTo console: Console
    ) -> Int32 {
        guard let path else { return code }
        do throws(Failure) {
            try write(text(), toOption: path)
            return code
        } catch {
            console.report(error)
            return Failure.Code.ofUnwritten(code)
        }
    }

    /// Writes a file whose path is an option of its own.
    ///
    /// - Throws: ``Failure`` with code 6.
    static func write(_ text: String, toOption path: String) throws(Failure) {
        do throws(BundleError) {
            try write(text, to: path)
        } catch {
            throw Failure(unwritten: error)
        }
    }
}
