internal import Foundation

/// Text in HTML, SVG and XML.
enum Markup {
    /// Text that is shown as it is: what markup or XML 1.0 would take for something else is escaped or left out.
    static func text(_ text: String) -> String {
        // Most text is a number or a word.
        if text.utf8.allSatisfy(isPlain) { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            // Controls have no place in XML, and those of direction would reorder what a person reads.
            case _ where scalar.properties.generalCategory == .control || Self.isForbidden(scalar): continue
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != 0x22 && byte != 0x26 && byte != 0x3C && byte != 0x3E
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            || scalar.value & 0xFFFE == 0xFFFE
    }

    /// An element with attributes, whose content is markup already.
    static func element(_ name: String, _ attributes: [(String, String)] = [], _ content: String) -> String {
        "<\(name)\(attributes.map { " \($0.0)=\"\(text($0.1))\"" }.joined())>\(content)</\(name)>"
    }

    /// An element without content.
    static func empty(_ name: String, _ attributes: [(String, String)]) -> String {
        "<\(name)\(attributes.map { " \($0.0)=\"\(text($0.1))\"" }.joined())/>"
    }

    /// A cell; figures stay on one line, sentences need not. Where rows are stacked, it has the title of its column with it.
    private static func cell(_ content: String, _ title: String?) -> String {
        let attributes = content.count > 40 ? [("class", "sentence")] : []
        return element("td", attributes + (title.map { [("data-title", $0)] } ?? []), text(content))
    }

    /// A table with a row of titles; cells are text. A column in which there is nothing is left out.
    ///
    /// - Parameter stacks: Whether the cells of a row stand one below the other where the window is narrow; a table of many figures
    ///   scrolls there instead.
    static func table(_ titles: [String], _ rows: [[String]], stacks: Bool = true) -> String {
        let columns = titles.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        let head = columns.map { element("th", [("scope", "col")], text(titles[$0])) }.joined()
        let body = rows.map { row in
            element("tr", [], columns.map { cell(row[$0], stacks ? titles[$0] : nil) }.joined())
        }
        // In a box of its own, which scrolls where the window is narrower than the table.
        return element(
            "div", [("class", stacks ? "wide stacks" : "wide"), ("tabindex", "0")],
            element(
                "table", [],
                element("thead", [], element("tr", [], head))
                    + element("tbody", [], body.joined(separator: "\n"))))
    }
}
