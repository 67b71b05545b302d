internal import Foundation
internal import Reporting
internal import Synchronization

/// Standard output and standard error.
enum Console {
    /// Colours for what goes to standard output.
    static var palette: Palette {
        Palette(isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
    }

    /// Whether standard error is a terminal: progress goes there.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Prints results. A reader that went away is no reason to die.
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

/// Progress on standard error, from any thread.
final class ProgressDisplay: Sendable {
    private let printer: Mutex<ProgressPrinter>

    init(_ style: ProgressPrinter.Style) {
        printer = Mutex(ProgressPrinter(style) { Console.error($0) })
    }

    func show(_ report: ProgressReport, at now: UInt64) {
        printer.withLock { $0.show(report, at: now) }
    }

    /// Takes the progress line away.
    func clear() {
        printer.withLock { $0.clear() }
    }
}
