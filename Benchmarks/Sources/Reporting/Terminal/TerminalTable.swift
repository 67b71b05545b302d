internal import Wording

/// A table for a terminal: columns as wide as their contents, numbers to the right, text to the left.
package struct TerminalTable {
    /// On which side a column's blanks are.
    package enum Alignment: Sendable { case left, right }

    /// A cell, and how it is painted.
    package struct Cell: ExpressibleByStringLiteral {
        let text: String
        let role: Terminal.Role?

        /// A cell; what a terminal must not be sent is taken out.
        package init(_ text: String, _ role: Terminal.Role? = nil) {
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
    package func text(_ terminal: Terminal) -> String { lines(terminal).joined(separator: "\n") + "\n" }

    /// The lines of the table. Columns that say nothing in any row are left out.
    ///
    /// A table that is wider than the terminal is told in a form that loses nothing: the last column in several lines; or in
    /// several tables one below the other, each with the columns that name the row; or, where not even that fits, each row
    /// as a list.
    package func lines(_ terminal: Terminal) -> [String] {
        let shown = columns.indices.filter { column in
            rows.isEmpty || rows.contains { !["", HumanNumber.missing].contains($0[column].text) }
        }
        guard let last = shown.last else { return [] }
        var widths = columns.indices.map { width(of: $0, isLast: $0 == last) }
        let rest = shown.dropLast().reduce(0) { $0 + widths[$1] + Self.gap.count }
        guard let limit = terminal.columns, rest + widths[last] > limit else { return grid(shown, widths, terminal) }
        if columns[last].alignment == .left, limit - rest >= Self.narrowest {
            widths[last] = limit - rest
            return grid(shown, widths, terminal)
        }
        return split(shown, widths, terminal, limit) ?? list(shown, terminal, limit)
    }

    private static let gap = "  "
    /// Text in fewer columns than these is harder to read than a list.
    private static let narrowest = 24

    private func width(of column: Int, isLast: Bool) -> Int {
        let texts = [columns[column].title] + rows.map { $0[column].text }
        // Nothing stands behind the last column, so it may be as long as it likes.
        return min(isLast ? .max : widest, texts.map(TerminalText.width).max() ?? 0)
    }

    // MARK: - Forms

    /// Columns side by side; the last one goes on in the next line where it is too long.
    private func grid(_ shown: [Int], _ widths: [Int], _ terminal: Terminal) -> [String] {
        let header = shown.map { column in
            terminal.paint(fitted(columns[column].title, widths[column], columns[column].alignment), .heading)
        }
        let body = rows.flatMap { row -> [String] in
            guard let last = shown.last else { return [] }
            let wrapped = TerminalText.wrapped(row[last].text, to: max(1, widths[last]))
            return wrapped.enumerated().map { number, text in
                let cells = shown.map { column in
                    let own = column == last ? text : number == 0 ? row[column].text : ""
                    return painted(own, column, widths[column], row[column].role, terminal)
                }
                return Self.trimmed(cells.joined(separator: Self.gap))
            }
        }
        return [Self.trimmed(header.joined(separator: Self.gap))] + body
    }

    /// Several tables, each with the text columns in front; nil where they leave no room for another.
    private func split(
        _ shown: [Int], _ widths: [Int], _ terminal: Terminal, _ limit: Int
    ) -> [String]? {
        let keys = Array(shown.prefix { columns[$0].alignment == .left }.prefix(shown.count - 1))
        let room = limit - keys.reduce(0) { $0 + widths[$1] + Self.gap.count }
        var parts: [[Int]] = []
        var left = 0
        for column in shown.dropFirst(keys.count) {
            let width = widths[column]
            guard width <= room else { return nil }
            if parts.isEmpty || width + Self.gap.count > left {
                parts.append([])
                left = room + Self.gap.count
            }
            parts[parts.count - 1].append(column)
            left -= width + Self.gap.count
        }
        return Array(parts.map { grid(keys + $0, widths, terminal) }.joined(separator: [""]))
    }

    /// A line for each cell that says something, under a row's first.
    private func list(_ shown: [Int], _ terminal: Terminal, _ limit: Int) -> [String] {
        var lines: [String] = []
        for row in rows {
            if !lines.isEmpty { lines.append("") }
            for (place, column) in shown.enumerated() where place == 0 || !row[column].text.isEmpty {
                let title = columns[column].title.isEmpty ? "" : columns[column].title + ": "
                let wrapped = TerminalText.wrapped(title + row[column].text, to: limit - Self.gap.count)
                for (number, text) in wrapped.enumerated() {
                    let indent = place == 0 && number == 0 ? "" : Self.gap
                    lines.append(indent + (row[column].role.map { terminal.paint(text, $0) } ?? text))
                }
            }
        }
        return lines
    }

    // MARK: - Cells

    private func painted(
        _ text: String, _ column: Int, _ width: Int, _ role: Terminal.Role?, _ terminal: Terminal
    ) -> String {
        let text = fitted(text, width, columns[column].alignment)
        return role.map { terminal.paint(text, $0) } ?? text
    }

    private func fitted(_ text: String, _ width: Int, _ alignment: Alignment) -> String {
        TerminalText.padded(TerminalText.truncated(text, to: width), to: width, alignRight: alignment == .right)
    }

    private static func trimmed(_ line: String) -> String {
        guard let last = line.lastIndex(where: { $0 != " " }) else { return "" }
        return String(line[...last])
    }
}
