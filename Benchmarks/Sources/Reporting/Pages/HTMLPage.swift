internal import Evidence
internal import Measurement
internal import Wording

/// The frame of a page that needs nothing else. All of it is there without its script and its style, since many places that show
/// such pages forbid both.
struct HTMLPage {
    /// The title of the window.
    let title: String
    /// What stands in it, as markup.
    let body: String

    /// The page.
    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta http-equiv="Content-Security-Policy" content="\(Markup.text(PageStyle.policy))"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        \(Markup.element("title", [], Markup.text(title)))
        <style>\(PageStyle.css)</style>
        </head>
        <body>
        \(body)
        <script>\(PageScript.text)</script>
        </body>
        </html>

        """
    }

    /// A part of it with a title; nothing where there is no content.
    static func section(_ title: String, _ content: String) -> String {
        content.isEmpty
            ? "" : Markup.element("section", [], Markup.element("h2", [], Markup.text(title)) + "\n" + content)
    }

    /// What stands first: what it is about, and what it came to.
    static func verdict(_ title: String, style: Style, word: String, meaning: String) -> String {
        let heading = Markup.element("h1", [], Markup.text(title))
        let line = Markup.element(
            "p", [("class", "verdict \(style.rawValue)")],
            "\(style.mark) " + Markup.element("strong", [], Markup.text(word)) + " " + Markup.text(meaning))
        return heading + "\n" + line
    }

    /// Sentences, one below the other; nothing where there is none.
    static func list(_ sentences: [String]) -> String {
        let items = sentences.map { Markup.element("li", [], Markup.text($0)) }
        return items.isEmpty ? "" : Markup.element("ul", [], items.joined(separator: "\n"))
    }

    /// Which run it was, on which machine, and how it is repeated.
    static func run(
        _ identity: RunIdentity, _ machine: MachineEnvironment, more: [[String]] = [], scenario: String
    ) -> String {
        let rows = [
            ["run", identity.id], ["started", identity.startedAt], ["seed", "\(identity.seed)"],
            ["commit", identity.commit], ["processor", "\(machine.processor), \(machine.cores) cores"],
            ["memory", HumanNumber.bytes(Double(machine.memoryBytes))],
            ["system", "\(machine.operatingSystem), \(machine.kernel)"],
            ["Swift", machine.swiftVersion + (machine.isOptimized ? "" : ", a debug build: its times say little")],
            ["jemalloc", machine.jemallocVersion ?? "none"],
            ["load average", machine.loadAverage.map { "\($0)" }.joined(separator: " ")],
        ]
        return section(
            "The run",
            Markup.table(["what", "which"], rows + more) + Markup.element("p", [], "Again:")
                + Markup.element("pre", [], Markup.text(identity.replay))
                + Markup.element(
                    "details", [],
                    Markup.element("summary", [], "Scenario") + Markup.element("pre", [], Markup.text(scenario))))
    }

    /// The class of the colour of a verdict, and the mark that says the same without colour.
    enum Style: String {
        case good
        case bad
        case doubt

        var mark: String {
            switch self {
            case .good: "✔"
            case .bad: "✘"
            case .doubt: "?"
            }
        }
    }
}
