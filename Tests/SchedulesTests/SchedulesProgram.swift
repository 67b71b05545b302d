import Foundation

/// The `schedules` program as it was built beside the tests: the scheduler takes over the runtime of its whole process,
/// so it cannot run in this one.
struct SchedulesProgram {
    /// How a run ended and what it printed.
    struct Run {
        let exitCode: Int32
        let output: String

        /// The lines that begin with `prefix`.
        func lines(beginningWith prefix: String) -> [Substring] {
            output.split(separator: "\n").filter { $0.hasPrefix(prefix) }
        }
    }

    /// Runs it with these arguments and waits for its end.
    static func run(_ arguments: String...) throws -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("schedules")
        process.arguments = arguments
        if arguments.contains("--planted"), !arguments.contains("none") {
            // Some of the planted bugs forget waiters, and what such a request holds is never released: under AddressSanitizer
            // the program would end with a report of the very bug that it has to find.
            var environment = ProcessInfo.processInfo.environment
            environment["ASAN_OPTIONS"] = [environment["ASAN_OPTIONS"], "detect_leaks=0"].compactMap { $0 }.joined(
                separator: ":")
            process.environment = environment
        }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(exitCode: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }
}
