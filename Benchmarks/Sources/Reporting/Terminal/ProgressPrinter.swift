/// Shows progress: one line that rewrites itself on a terminal, else a plain line now and then.
///
/// Pure but for the sink: the time is passed in, in nanoseconds.
package struct ProgressPrinter {
    /// How progress is shown.
    package enum Style: Sendable { case line, plain, none }

    private let style: Style
    private let columns: () -> Int?
    private let write: (String) -> Void
    private var start: UInt64?
    private var lastPlain: UInt64 = 0
    private var lastStage = ""
    private var lineIsShown = false

    /// On a terminal the first second shows nothing, so that short runs stay quiet.
    private static let silence: UInt64 = 1_000_000_000
    /// How far plain lines are apart inside one phase.
    private static let plainInterval: UInt64 = 5_000_000_000

    /// A printer that writes to `write`. `columns` is asked each time, as windows change their size; nil, the default: 80.
    package init(_ style: Style, columns: @escaping () -> Int? = { nil }, write: @escaping (String) -> Void) {
        self.style = style
        self.columns = columns
        self.write = write
    }

    /// Shows how far things are, if it is time to.
    ///
    /// - Parameters:
    ///   - stage: What is going on; a plain line is due when that changes.
    ///   - isLast: Whether nothing more can be shown before the stage is over, so that it is shown on a terminal even in
    ///     the first second.
    package mutating func show(_ text: String, stage: String, isLast: Bool = false, at now: UInt64) {
        let start = start ?? now
        self.start = start
        switch style {
        case .none: return
        case .line:
            guard isLast || now - start >= Self.silence else { return }
            // A line as wide as the window would leave one behind at each rewriting.
            let width = max(1, (columns() ?? 80) - 1)
            write("\r\u{1B}[K" + TerminalText.truncated(TerminalText.sanitised(text), to: width))
            lineIsShown = true
        case .plain:
            guard stage != lastStage || now - lastPlain >= Self.plainInterval else { return }
            lastStage = stage
            lastPlain = now
            write(TerminalText.sanitised(text) + "\n")
        }
    }

    /// Takes the line away, so that something else can be printed.
    package mutating func clear() {
        guard lineIsShown else { return }
        write("\r\u{1B}[K")
        lineIsShown = false
    }
}
