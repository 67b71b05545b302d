internal import Foundation
internal import LoadGeneration
internal import Subprocess
internal import Synchronization

/// Runs another program to its end.
///
/// It is a process group of its own, so that Ctrl-C reaches it through this program alone: it is then asked to stop, and
/// killed if it does not.
final class ChildProcess: Sendable {
    /// How a program has ended.
    struct End {
        let status: TerminationStatus
        let out: String
        let error: String

        var hasSucceeded: Bool { status.isSuccess }

        /// Whether there is no such program: what the shell says by this code.
        var isMissing: Bool { status == .exited(127) }

        /// The last lines of what it has said: errors, where there are any.
        var lastWords: String {
            let said = error.isEmpty ? out : error
            return said.split(separator: "\n").suffix(20).joined(separator: "\n")
        }
    }

    /// How much of an output is kept: 16 MiB.
    private static let limit = 16 << 20
    /// How long it may take to stop, with the report that it leaves behind.
    private static let grace = Duration.seconds(20)

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
    /// - Throws: ``Failure`` if it cannot be started or says too much, and when this program is interrupted.
    func run(with changes: [Environment.Key: String?] = [:]) async throws(Failure) -> End {
        let watch = Task { await stopWhenInterrupted() }
        defer { watch.cancel() }
        do {
            let end = try await started(with: changes)
            if interruption.reason == nil { return end }
        } catch {
            if interruption.reason == nil { throw Failure("\(program) cannot be run: \(error)", .missingTool) }
        }
        throw interruption.failure
    }

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
            process.withLock { $0 = child.processIdentifier.value }
        }
        return End(status: result.terminationStatus, out: result.standardOutput, error: result.standardError)
    }

    /// A signal handler may only set a flag, so that is looked at from time to time.
    private func stopWhenInterrupted() async {
        do {
            while !interruption.stop.isSet || process.withLock({ $0 }) == nil {
                try await Task.sleep(for: .milliseconds(50))
            }
            signal(SIGTERM)
            try await Task.sleep(for: Self.grace)
            signal(SIGKILL)
        } catch {
            // It has ended.
        }
    }

    private func signal(_ number: Int32) {
        if let process = process.withLock({ $0 }) { kill(-process, number) }
    }
}
