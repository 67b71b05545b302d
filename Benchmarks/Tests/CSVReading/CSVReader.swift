/// A strict reader of RFC 4180, written from the document and not from our writer: what it refuses is not CSV.
package struct CSVReader {
    /// Why a text is not CSV.
    package struct Malformed: Error { let reason: String }

    /// The records of a file; all have as many fields as the first.
    package static func read(_ text: String) throws -> [[String]] {
        var reader = CSVReader(text)
        var records: [[String]] = []
        while !reader.isAtEnd { records.append(try reader.record()) }
        guard records.allSatisfy({ $0.count == records[0].count }) else { throw Malformed(reason: "ragged") }
        return records
    }

    /// The rows below the header, by column.
    package static func rows(_ text: String) throws -> [[String: String]] {
        let records = try read(text)
        return records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(records[0], $0)) }
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0

    private init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private var isAtEnd: Bool { position == scalars.count }

    private mutating func record() throws -> [String] {
        var fields = [try field()]
        while try next() == "," { fields.append(try field()) }
        return fields
    }

    /// The character behind a field: a comma or a line end.
    private mutating func next() throws -> Unicode.Scalar {
        guard !isAtEnd else { throw Malformed(reason: "the last line has no end") }
        defer { position += 1 }
        let scalar = scalars[position]
        guard scalar == "," || scalar == "\n" else { throw Malformed(reason: "text behind a closing quote") }
        return scalar
    }

    private mutating func field() throws -> String {
        guard position < scalars.count, scalars[position] == "\"" else { return try plainField() }
        position += 1
        var field = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            if scalar == "\"" {
                guard position < scalars.count, scalars[position] == "\"" else { return String(field) }
                position += 1
            }
            field.append(scalar)
        }
        throw Malformed(reason: "a quoted field does not end")
    }

    private mutating func plainField() throws -> String {
        var field = String.UnicodeScalarView()
        while position < scalars.count, scalars[position] != ",", scalars[position] != "\n" {
            guard scalars[position] != "\"", scalars[position] != "\r" else {
                throw Malformed(reason: "a bare quote or carriage return")
            }
            field.append(scalars[position])
            position += 1
        }
        return String(field)
    }
}
