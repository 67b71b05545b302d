/// How far a run is.
package struct ProgressReport: Hashable, Sendable {
    /// What is driven: a subject, with its combination.
    package var subject: String
    /// The phase.
    package var phase: String
    /// The number of the phase, from 1 on.
    package var phaseNumber: Int
    /// How many phases there are.
    package var phaseCount: Int
    /// How much of the phase is done, from 0 to 1.
    package var fraction: Double
    /// Operations of the phase so far.
    package var operations: Int
    /// Operations a second.
    package var rate: Double

    /// A report from its parts.
    package init(
        subject: String, phase: String, phaseNumber: Int, phaseCount: Int, fraction: Double, operations: Int,
        rate: Double
    ) {
        self.subject = subject
        self.phase = phase
        self.phaseNumber = phaseNumber
        self.phaseCount = phaseCount
        self.fraction = fraction
        self.operations = operations
        self.rate = rate
    }

    /// `dedup storm 2/3  48 %  1.20 M operations, 3.40 M/s`.
    package var text: String {
        let percent = Int((min(max(fraction.isFinite ? fraction : 0, 0), 1) * 100).rounded(.down))
        let name = TerminalText.sanitised("\(subject) \(phase)")
        return "\(name) \(phaseNumber)/\(phaseCount)  \(percent) %  \(HumanNumber.count(operations)) operations, "
            + "\(HumanNumber.count(rate))/s"
    }
}

/// Shows progress: one line that rewrites itself on a terminal, else a plain line now and then.
///
/// Pure but for the sink: the time is passed in, in nanoseconds.
package struct ProgressPrinter {
    /// How progress is shown.
    package enum Style: Sendable { case line, plain, none }

    private let style: Style
    private let write: (String) -> Void
    private var start: UInt64?
    private var lastPlain: UInt64 = 0
    private var lastStage = ""
    private var lineIsShown = false

    /// On a terminal the first second shows nothing, so that short runs stay quiet.
    private static let silence: UInt64 = 1_000_000_000
    /// How far plain lines are apart inside one phase.
    private static let plainInterval: UInt64 = 5_000_000_000

    /// A printer that writes to `write`.
    package init(_ style: Style, write: @escaping (String) -> Void) {
        self.style = style
        self.write = write
    }

    /// Shows a report, if it is time to.
    package mutating func show(_ report: ProgressReport, at now: UInt64) {
        let start = start ?? now
        self.start = start
        switch style {
        case .none: return
        case .line:
            guard now - start >= Self.silence else { return }
            write("\r\u{1B}[K" + TerminalText.truncated(report.text, to: 79))
            lineIsShown = true
        case .plain:
            let stage = "\(report.subject)/\(report.phase)"
            guard stage != lastStage || now - lastPlain >= Self.plainInterval else { return }
            lastStage = stage
            lastPlain = now
            write(report.text + "\n")
        }
    }

    /// Takes the line away, so that something else can be printed.
    package mutating func clear() {
        guard lineIsShown else { return }
        write("\r\u{1B}[K")
        lineIsShown = false
    }
}
