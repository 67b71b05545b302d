internal import Foundation
internal import Reporting

/// Standard output and standard error.
enum Console {
    /// Colours for what goes to standard output.
    static var palette: Palette {
        Palette(isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
    }

    /// Whether standard error is a terminal: progress goes there.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Makes writing to a reader that went away an error instead of a deadly signal: `dedupbench list | head -1` succeeds,
    /// and a run whose report nobody reads any more still leaves its bundle. Processes that are started from here get
    /// the signal's default back, which Subprocess sees to.
    static func outliveReaders() { signal(SIGPIPE, SIG_IGN) }

    /// Prints results. A reader that went away is no reason to die, see ``outliveReaders()``.
    static func out(_ text: String) { write(text, STDOUT_FILENO) }

    /// Prints everything that is not a result.
    static func error(_ text: String) { write(text, STDERR_FILENO) }

    private static func write(_ text: String, _ descriptor: Int32) {
        var rest = ArraySlice(Array(text.utf8))
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
