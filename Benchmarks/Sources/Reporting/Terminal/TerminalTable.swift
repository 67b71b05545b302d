/// A table for a terminal: columns as wide as their contents, numbers to the right, text to the left.
package struct TerminalTable {
    /// On which side a column's blanks are.
    package enum Alignment: Sendable { case left, right }

    /// A cell, and how it is painted.
    package struct Cell: ExpressibleByStringLiteral {
        let text: String
        let role: Palette.Role?

        /// A cell; what a terminal must not be sent is taken out.
        package init(_ text: String, _ role: Palette.Role? = nil) {
            self.text = TerminalText.sanitised(text)
            self.role = role
        }

        /// A cell in no special colour.
        package init(stringLiteral value: String) { self.init(value) }
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[Cell]] = []
    private let widest = 60

    /// An empty table.
    package init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// Whether it has no rows.
    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row with one cell a column.
    package mutating func append(_ row: [Cell]) {
        precondition(row.count == columns.count, "a row has one cell a column")
        rows.append(row)
    }

    /// The table with a line end at its end.
    package func text(_ palette: Palette) -> String { lines(palette).joined(separator: "\n") + "\n" }

    /// The lines of the table. Columns that say nothing in any row are left out.
    package func lines(_ palette: Palette) -> [String] {
        let shown = columns.indices.filter { column in
            rows.isEmpty || rows.contains { !["", HumanNumber.missing].contains($0[column].text) }
        }
        let widths = shown.map { column in
            let texts = [columns[column].title] + rows.map { $0[column].text }
            // Nothing stands behind the last column, so it may be as long as it likes.
            return min(column == shown.last ? .max : widest, texts.map(TerminalText.width).max() ?? 0)
        }
        let header = zip(shown, widths).map { column, width in
            palette.paint(fitted(columns[column].title, width, columns[column].alignment), .heading)
        }
        let body = rows.map { row in
            zip(shown, widths).map { column, width in
                let text = fitted(row[column].text, width, columns[column].alignment)
                return row[column].role.map { palette.paint(text, $0) } ?? text
            }
        }
        return ([header] + body).map { Self.trimmed($0.joined(separator: "  ")) }
    }

    private func fitted(_ text: String, _ width: Int, _ alignment: Alignment) -> String {
        TerminalText.padded(TerminalText.truncated(text, to: width), to: width, alignRight: alignment == .right)
    }

    private static func trimmed(_ line: String) -> String {
        guard let last = line.lastIndex(where: { $0 != " " }) else { return "" }
        return String(line[...last])
    }
}
