/// What a report is shown on: whether it has colours, and how wide it is.
package struct Terminal: Sendable {
    /// What a piece of text is, which decides its colour.
    package enum Role: Sendable { case heading, good, bad, doubtful, dim }

    /// Whether anything is coloured.
    package let isColoured: Bool
    /// How many columns a line may have; nil where lines may be as long as they like.
    package let columns: Int?

    /// No colours, and lines of any length: a file or a pipe.
    package static let plain = Terminal(isColoured: false)

    /// A terminal.
    package init(isColoured: Bool, columns: Int? = nil) {
        self.isColoured = isColoured
        // Where a window has no size that makes sense, the terminal itself breaks the lines.
        self.columns = columns.flatMap { $0 >= 20 ? $0 : nil }
    }

    /// Colours on a terminal that can show them, unless the user said no (https://no-color.org); elsewhere only if the
    /// environment asks for them (https://bixense.com/clicolors), as what passes output on to a terminal does.
    package init(isTerminal: Bool, environment: [String: String], columns: Int? = nil) {
        let refused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        let isForced = !["", "0"].contains(environment["CLICOLOR_FORCE"] ?? "")
        self.init(isColoured: (isTerminal || isForced) && !refused, columns: isTerminal ? columns : nil)
    }

    /// The text in the colour of its role.
    package func paint(_ text: String, _ role: Role) -> String {
        guard isColoured else { return text }
        let code =
            switch role {
            case .heading: "1"
            case .good: "32"
            case .bad: "1;31"
            case .doubtful: "33"
            case .dim: "2"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
