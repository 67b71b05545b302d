/// A JSON value to be printed, members in the order given.
enum JSONText: Sendable {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case array([JSONText])
    case object([(String, JSONText)])

    /// The value as text, indented by two blanks a level.
    func text(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .string(let value): return Self.quoted(value)
        case .integer(let value): return "\(value)"
        case .number(let value): return DecimalText.text(value)
        case .boolean(let value): return "\(value)"
        case .array(let values):
            return Self.block(values.map { inner + $0.text(indent: inner) }, "[", "]", indent)
        case .object(let members):
            return Self.block(
                members.map { "\(inner)\(Self.quoted($0.0)): \($0.1.text(indent: inner))" }, "{", "}", indent)
        }
    }

    private static func block(_ lines: [String], _ open: String, _ close: String, _ indent: String) -> String {
        lines.isEmpty ? open + close : "\(open)\n\(lines.joined(separator: ",\n"))\n\(indent)\(close)"
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
