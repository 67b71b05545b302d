/// One cell of a table. Its type decides how it is written: only text is ever quoted or neutralised.
package enum CSVCell: Hashable, Sendable {
    /// Text that may come from a user: a name, a value of a matrix.
    case text(String)
    /// Text that this program has written. It may begin with a number, and reads back as it is.
    case sentence(String)
    /// A whole number.
    case integer(Int)
    /// A whole number that may not fit into `Int`.
    case unsigned(UInt64)
    /// A number; one that is not finite is written as missing.
    case number(Double)
    /// Nothing is known: an empty cell.
    case missing

    /// Text, or a missing cell.
    package init(_ text: String?) { self = text.map(CSVCell.text) ?? .missing }

    /// A whole number, or a missing cell.
    package init(_ value: Int?) { self = value.map(CSVCell.integer) ?? .missing }

    /// A whole number, or a missing cell.
    package init(_ value: UInt64?) { self = value.map(CSVCell.unsigned) ?? .missing }

    /// A number, or a missing cell.
    package init(_ value: Double?) { self = value.map(CSVCell.number) ?? .missing }

    /// The cell as it stands in a file.
    var written: String {
        switch self {
        case .text(let text): Self.quoted(Self.neutralised(text))
        case .sentence(let text): Self.quoted(text)
        case .integer(let value): String(value)
        case .unsigned(let value): String(value)
        case .number(let value): value.isFinite ? Self.decimal(value) : ""
        case .missing: ""
        }
    }

    /// The shortest digits that read back as the same number; whole numbers without a fraction.
    private static func decimal(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    /// Spreadsheets run a cell that begins like a formula. An apostrophe in front makes it text to them.
    private static func neutralised(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return text }
        return "'" + text
    }

    /// Quoted where RFC 4180 asks for it, and at outer blanks, which some readers trim.
    private static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let special = scalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        guard special || scalars.first == " " || scalars.last == " " else { return text }
        // Scalar by scalar: a quotation mark under a combining accent is another character, but the same byte.
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in scalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }
}

extension CSVCell: ExpressibleByStringLiteral {
    /// Text.
    package init(stringLiteral value: String) { self = .text(value) }
}

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
