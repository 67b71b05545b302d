internal import DedupBenchKit
internal import Foundation
package import Reporting
internal import Synchronization

/// Where results and everything else are printed: standard output and standard error, or a test's own places.
package struct Console: Sendable {
    /// Prints results.
    let out: @Sendable (String) -> Void
    /// Prints everything that is not a result.
    let error: @Sendable (String) -> Void
    /// What results are shown on.
    let terminal: Terminal
    /// Whether what is no result goes to a terminal that can rewrite a line: progress is shown there.
    let errorIsTerminal: Bool
    /// How many columns that terminal has at the moment; nil if it does not tell.
    let errorColumns: @Sendable () -> Int?
    /// The variables by which a service that runs jobs says what it can show.
    let environment: [String: String]
    /// Why some of the results could not be printed; nil if all were, or if their reader went away.
    let problem: @Sendable () -> String?

    /// A console.
    package init(
        terminal: Terminal = .plain, errorIsTerminal: Bool = false,
        errorColumns: @escaping @Sendable () -> Int? = { nil },
        environment: [String: String] = [:], out: @escaping @Sendable (String) -> Void,
        error: @escaping @Sendable (String) -> Void, problem: @escaping @Sendable () -> String? = { nil }
    ) {
        self.out = out
        self.error = error
        self.terminal = terminal
        self.errorIsTerminal = errorIsTerminal
        self.errorColumns = errorColumns
        self.environment = environment
        self.problem = problem
    }

    /// Standard output and standard error. A reader that went away is no reason to die, see ``outliveReaders()``.
    static var standard: Console {
        let (out, error) = (Output(STDOUT_FILENO), Output(STDERR_FILENO))
        let environment = ProcessInfo.processInfo.environment
        return Console(
            terminal: Terminal(
                isTerminal: isatty(STDOUT_FILENO) == 1, environment: environment, columns: out.columns),
            errorIsTerminal: isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb",
            errorColumns: { error.columns }, environment: environment, out: { out.write($0) },
            error: { error.write($0) },
            problem: { out.problem })
    }

    /// Makes writing to a reader that went away an error instead of a deadly signal: `dedupbench list | head -1` succeeds,
    /// and a run whose report is not read to its end still leaves its bundle. Processes that are started from here get
    /// the signal's default back, which Subprocess sees to.
    static func outliveReaders() { signal(SIGPIPE, SIG_IGN) }
}

/// A file descriptor that text is written to, and the first reason why it could not be.
private final class Output: Sendable {
    private let descriptor: Int32
    private let failure = Mutex<Int32?>(nil)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Why not everything was written; nil if it was, or if the reader went away.
    var problem: String? {
        guard let code = failure.withLock({ $0 }), code != EPIPE else { return nil }
        return String(cString: strerror(code))
    }

    /// How many columns the terminal has that it leads to; nil where there is none, or one that does not tell.
    var columns: Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    func write(_ text: String) {
        guard let code = BundleFile.write(text, to: descriptor) else { return }
        failure.withLock { $0 = $0 ?? code }
    }
}
