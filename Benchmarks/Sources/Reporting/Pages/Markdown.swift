internal import Foundation
internal import Wording

/// What texts in Markdown are made of: as a comment of a forge and the summary of a job show it.
enum Markdown {
    /// A comment by which an earlier text about the same can be found and replaced: its first line.
    static func mark(_ name: String) -> String {
        "<!-- dedupbench \(inline(name).replacingOccurrences(of: "--", with: "-")) -->"
    }

    /// A table with titles.
    static func table(_ titles: [String], _ rows: [[String]]) -> [String] {
        let line = { (cells: [String]) in "| " + cells.joined(separator: " | ") + " |" }
        return [line(titles), line(titles.map { _ in "---" })] + rows.map { line($0.map(inline)) }
    }

    /// The command that makes it again, folded away.
    static func command(_ text: String) -> [String] {
        ["", "<details><summary>Again</summary>", "", "    " + text.filter { !$0.isNewline }, "", "</details>"]
    }

    /// Text within a line, in which nothing is taken for Markdown or HTML.
    static func inline(_ text: String) -> String {
        var escaped = ""
        for character in TerminalText.sanitised(text) {
            if "\\`*_{}[]<>#|~@".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped.replacingOccurrences(of: "\\<", with: "&lt;").replacingOccurrences(of: "\\>", with: "&gt;")
            .replacingOccurrences(of: "\\@", with: "&#64;")
    }
}
