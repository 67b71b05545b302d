internal import Foundation
internal import LoadGeneration
internal import Subprocess
internal import Synchronization

/// Runs another program to its end.
///
/// It is a process group of its own, so that Ctrl-C reaches it through this program alone: it gets SIGINT, which is what
/// compilers and runs of this program clean up on, then SIGTERM, and is killed at last, or by a second Ctrl-C.
final class ChildProcess: Sendable {
    /// How a program has ended.
    struct End {
        let status: TerminationStatus
        let out: String
        let error: String

        var hasSucceeded: Bool { status.isSuccess }

        /// What it has said of errors, or the last lines of what it has said: compilers say it on standard output, where
        /// others have their results.
        var lastWords: String {
            let lines = (out + "\n" + error).split(separator: "\n")
            let errors = lines.filter { $0.contains("error: ") }
            return (errors.isEmpty ? lines.suffix(20) : errors.prefix(20)).joined(separator: "\n")
        }
    }

    /// How much of an output is kept: 16 MiB.
    private static let limit = 16 << 20
    /// How long it may take to stop after each signal.
    private static let grace = Duration.seconds(10)

    private let program: String
    private let arguments: [String]
    private let interruption: Interruption
    /// The process, from its start on.
    private let process = Mutex<pid_t?>(nil)

    /// A program that is not started yet: a path with a slash in it, or a name that is looked up in PATH.
    init(program: String, arguments: [String], interruption: Interruption) {
        self.program = program
        self.arguments = arguments
        self.interruption = interruption
    }

    /// Runs it, with the environment of this program.
    ///
    /// - Parameter changes: What is different in its environment; nil for what it is not to see.
    /// - Throws: ``Failure`` if it is not there or says too much, and when this program is interrupted.
    func run(with changes: [Environment.Key: String?] = [:]) async throws(Failure) -> End {
        let watch = Task { await stopWhenInterrupted() }
        defer {
            watch.cancel()
            if let group = process.withLock({ $0 }) { interruption.forget(child: group) }
        }
        do {
            let end = try await started(with: changes)
            if interruption.reason != nil { throw interruption.failure }
            // What the shell says by this code; a path has been looked at before.
            guard end.status != .exited(127) || program.contains("/") else {
                throw Failure("\(program) was not found in PATH; install it", .missingTool)
            }
            return end
        } catch let failure as Failure {
            throw failure
        } catch {
            if interruption.reason != nil { throw interruption.failure }
            throw Failure("\(program) cannot be run to its end: \(error)", .internalError)
        }
    }

    /// Ends it at once.
    func kill() { signal(SIGKILL) }

    private func started(with changes: [Environment.Key: String?]) async throws -> End {
        var apart = PlatformOptions()
        apart.processGroupID = 0
        // The shell becomes the program, wherever that is: Subprocess wants a path in a type that only its own dependency
        // has.
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments(["-c", #"exec "$0" "$@""#, program] + arguments),
            environment: .inherit.updating(changes), platformOptions: apart, input: .none,
            output: .string(limit: Self.limit), error: .string(limit: Self.limit)
        ) { child in
            let group = child.processIdentifier.value
            process.withLock { $0 = group }
            interruption.note(child: group)
        }
        return End(status: result.terminationStatus, out: result.standardOutput, error: result.standardError)
    }

    /// A signal handler may only set a flag, so that is looked at from time to time.
    private func stopWhenInterrupted() async {
        do {
            while !interruption.stop.isSet || process.withLock({ $0 }) == nil {
                try await Task.sleep(for: .milliseconds(50))
            }
            for number in [SIGINT, SIGTERM, SIGKILL] {
                signal(number)
                try await Task.sleep(for: Self.grace)
            }
        } catch {
            // It has ended.
        }
    }

    private func signal(_ number: Int32) {
        if let process = process.withLock({ $0 }) { Foundation.kill(-process, number) }
    }
}
