/// A table in memory, written as RFC 4180: a header, one line a row, UTF-8, LF, `.` decimals, empty for missing.
package struct CSVTable: Hashable, Sendable {
    /// The names of the columns: snake_case, with the unit where there is one.
    package let columns: [String]
    /// The rows; each has one cell a column.
    package private(set) var rows: [[CSVCell]] = []

    /// An empty table.
    package init(columns: [String]) {
        precondition(!columns.isEmpty, "a table has at least one column")
        precondition(Set(columns).count == columns.count, "no two columns of a table have one name")
        self.columns = columns
    }

    /// Adds a row.
    package mutating func append(_ row: [CSVCell]) {
        precondition(row.count == columns.count, "a row has one cell a column")
        rows.append(row)
    }

    /// The file.
    package var text: String {
        var text = columns.map { CSVCell.text($0).written }.joined(separator: ",") + "\n"
        for row in rows { text += Self.line(row) + "\n" }
        return text
    }

    private static func line(_ row: [CSVCell]) -> String {
        // A line with a single empty cell would be an empty line, which readers skip.
        if row == [.missing] { return "\"\"" }
        return row.map(\.written).joined(separator: ",")
    }
}
