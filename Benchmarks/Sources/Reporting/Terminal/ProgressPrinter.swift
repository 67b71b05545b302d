/// Shows progress: a line or some more that rewrite themselves on a terminal, else a plain line now and then.
///
/// Pure but for the sink: the time is passed in, in nanoseconds.
package struct ProgressPrinter {
    /// How progress is shown.
    package enum Style: Sendable { case view, plain, none }

    private let style: Style
    private let columns: () -> Int?
    private let write: (String) -> Void
    private var start: UInt64?
    private var lastPlain: UInt64 = 0
    private var lastStage = ""
    /// How many lines are on the terminal.
    private var shown = 0

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
    ///   - view: What is shown below the line on a terminal; asked for only there.
    package mutating func show(
        _ text: String, stage: String, isLast: Bool = false, at now: UInt64, view: () -> LiveView? = { nil }
    ) {
        let start = start ?? now
        self.start = start
        switch style {
        case .none: return
        case .view:
            guard isLast || now - start >= Self.silence else { return }
            // A line as wide as the window would leave one behind at each rewriting.
            let width = max(1, (columns() ?? 80) - 1)
            let first = TerminalText.truncated(TerminalText.sanitised(text), to: width)
            rewrite([first] + (view()?.lines(of: width) ?? []))
        case .plain:
            guard stage != lastStage || now - lastPlain >= Self.plainInterval else { return }
            lastStage = stage
            lastPlain = now
            write(TerminalText.sanitised(text) + "\n")
        }
    }

    /// Takes away what is shown, so that something else can be printed.
    package mutating func clear() {
        guard shown > 0 else { return }
        write(home)
        shown = 0
    }

    /// Leaves what is shown where it is: something else was printed below.
    package mutating func leave() { shown = 0 }

    private mutating func rewrite(_ lines: [String]) {
        write(home + lines.joined(separator: "\n"))
        shown = lines.count
    }

    /// Goes to where the first line begins, and takes away everything from there on.
    private var home: String {
        shown > 1 ? "\u{1B}[\(shown - 1)A\r\u{1B}[J" : "\r\u{1B}[K"
    }
}
