/// The colours of a report; all of them nothing where colours are not wanted.
package struct Palette: Sendable {
    /// What a piece of text is, which decides its colour.
    package enum Role: Sendable { case heading, good, bad, doubtful, dim }

    /// Whether anything is coloured.
    package let isColoured: Bool

    /// No colours.
    package static let plain = Palette(isColoured: false)
    /// Colours.
    package static let coloured = Palette(isColoured: true)

    private init(isColoured: Bool) { self.isColoured = isColoured }

    /// Colours on a terminal that can show them, unless the user said no (https://no-color.org); elsewhere only if the
    /// environment asks for them (https://bixense.com/clicolors), as what passes output on to a terminal does.
    package init(isTerminal: Bool, environment: [String: String]) {
        let refused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        let isForced = !["", "0"].contains(environment["CLICOLOR_FORCE"] ?? "")
        isColoured = (isTerminal || isForced) && !refused
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
