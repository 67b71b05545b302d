/// One line of comma-separated text, as RFC 4180 has it, without line ends in fields.
package struct CSVLine {
    let text: String
    /// Where it stands, for errors.
    let file: String
    let number: Int

    /// A line and its place.
    package init(text: String, file: String, number: Int) {
        self.text = text
        self.file = file
        self.number = number
    }

    /// The fields, without the quotes around them.
    package var fields: [Substring] {
        get throws(TraceError) {
            guard text.utf8.contains(Self.quote) else {
                return text.split(separator: ",", omittingEmptySubsequences: false)
            }
            var fields: [Substring] = []
            var rest = Substring(text).utf8
            while true {
                fields.append(try field(&rest))
                guard let next = rest.popFirst() else { return fields }
                if next != Self.comma { throw TraceError(file: file, line: number, reason: .textAfterQuote) }
            }
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")

    /// Takes a field from the front of a line, up to the comma behind it or to the end.
    private func field(_ rest: inout Substring.UTF8View) throws(TraceError) -> Substring {
        guard rest.first == Self.quote else {
            let end = rest.firstIndex(of: Self.comma) ?? rest.endIndex
            defer { rest = rest[end...] }
            return Substring(rest[..<end])
        }
        rest.removeFirst()
        var field = ""
        while let end = rest.firstIndex(of: Self.quote) {
            field += Substring(rest[..<end])
            rest = rest[rest.index(after: end)...]
            // A quote that is doubled is part of the field.
            guard rest.first == Self.quote else { return Substring(field) }
            field += "\""
            rest.removeFirst()
        }
        throw TraceError(file: file, line: number, reason: .openQuote)
    }
}
