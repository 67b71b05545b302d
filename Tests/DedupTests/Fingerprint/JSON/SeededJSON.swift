import Dedup
import DedupTesting

/// A generator of random JSON from a seed, and of texts of the same JSON in other orders and spellings.
struct SeededJSON {
    var generator: SplitMix64

    init(seed: UInt64) {
        self.generator = SplitMix64(seed: seed)
    }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 11 : 8), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: return .unsigned(UInt64.random(in: .min ... .max, using: &generator))
        case 4: return .number(number())
        case 5: return .integer(Int64.random(in: -20...20, using: &generator))
        case 6, 7: return .string(string())
        case 8: return .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth: depth - 1) })
        default: return .object(object(depth: depth - 1))
        }
    }

    mutating func object(depth: Int) -> JSONObject {
        var members: [[UInt8]: (String, JSONValue)] = [:]
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let name = string()
            members[Array(name.utf8)] = (name, value(depth: depth))
        }
        return (try? JSONObject(members.values.shuffled(using: &generator))) ?? JSONObject()
    }

    mutating func string() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\0", "\n", "\u{1f}", "\u{7f}", "é", "\u{301}", "e", "€",
            "\u{fb33}",
            "\u{ffff}", "😀", "\u{10ffff}", "\u{e000}", "\u{d7ff}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            text.append(scalars.randomElement(using: &generator) ?? "a")
        }
        return String(text)
    }

    private mutating func number() -> Double {
        if Bool.random(using: &generator) { return Double(Int.random(in: -5_000...5_000, using: &generator)) / 64 }
        let number = Double(bitPattern: generator.next())
        return number.isFinite ? number : 0.5
    }

    /// A text of a value: members shuffled, white space sprinkled, some scalars escaped that need not be.
    mutating func text(of value: JSONValue) -> [UInt8] {
        switch value {
        case .object(let object):
            let members = object.members.shuffled(using: &generator).map { member in
                string(member.name) + space() + [UInt8(ascii: ":")] + space() + text(of: member.value)
            }
            return [UInt8(ascii: "{")] + space()
                + Array(members.joined(separator: space() + [UInt8(ascii: ",")] + space()))
                + space() + [UInt8(ascii: "}")]
        case .array(let elements):
            let texts = elements.map { text(of: $0) }
            return [UInt8(ascii: "[")] + space() + Array(texts.joined(separator: space() + [UInt8(ascii: ",")]))
                + space()
                + [UInt8(ascii: "]")]
        case .string(let string): return self.string(string)
        case .number(let number) where number == number.rounded() && number.magnitude < 1e15:
            return Array("\(number)".utf8)
        default: return (try? CanonicalJSON.bytes(of: value)) ?? []
        }
    }

    private mutating func space() -> [UInt8] {
        Int.random(in: 0..<4, using: &generator) == 0 ? [0x20, 0x0a] : []
    }

    private mutating func string(_ string: String) -> [UInt8] {
        var text = "\""
        for scalar in string.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0..<5, using: &generator) == 0 {
                for unit in Character(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return Array((text + "\"").utf8)
    }
}
