/// One line of comma-separated text, as RFC 4180 has it, without line ends in fields.
enum CSVLine {
    /// The fields, without the quotes around them.
    ///
    /// - Throws: ``TraceError/Reason/openQuote`` or ``TraceError/Reason/textAfterQuote``.
    static func fields(of line: String) throws(TraceError.Reason) -> [Substring] {
        guard line.utf8.contains(quote) else { return line.split(separator: ",", omittingEmptySubsequences: false) }
        var fields: [Substring] = []
        var rest = Substring(line).utf8
        while true {
            fields.append(try field(&rest))
            guard let next = rest.popFirst() else { return fields }
            if next != comma { throw .textAfterQuote }
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")

    /// Takes a field from the front of a line, up to the comma behind it or to the end.
    private static func field(_ rest: inout Substring.UTF8View) throws(TraceError.Reason) -> Substring {
        guard rest.first == quote else {
            let end = rest.firstIndex(of: comma) ?? rest.endIndex
            defer { rest = rest[end...] }
            return Substring(rest[..<end])
        }
        rest.removeFirst()
        var field = ""
        while let end = rest.firstIndex(of: quote) {
            field += Substring(rest[..<end])
            rest = rest[rest.index(after: end)...]
            // A quote that is doubled is part of the field.
            guard rest.first == quote else { return Substring(field) }
            field += "\""
            rest.removeFirst()
        }
        throw .openQuote
    }
}
