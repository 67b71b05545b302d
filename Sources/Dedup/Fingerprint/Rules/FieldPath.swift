/// The place of a field in a context: `$.options.tags[2]`, `$.orders[*].id`, `$['a name']['x.y']`.
///
/// `$` is the whole context. `.name` is a member whose name has only letters, digits, `_`, `-` and characters beyond
/// ASCII; `['any name']` any member, with `\'` and `\\` inside. `[2]` is an element of an array, `[*]` each of them. Names
/// are compared exactly, letter case included.
struct FieldPath: Hashable, Sendable {
    enum Component: Hashable, Sendable {
        case name(String)
        case index(Int)
        case every
    }

    var components: [Component]

    /// Reads a path.
    ///
    /// - Throws: A ``Problem`` that explains why the text is not a path.
    init(parsing text: String) throws(Problem) {
        var parser = Parser(rest: text.unicodeScalars[...])
        self.components = try parser.components()
    }

    init(_ components: [Component] = []) {
        self.components = components
    }

    /// The reason why a text is not a path, as a full sentence.
    struct Problem: Error {
        let sentence: String
    }
}

extension FieldPath: CustomStringConvertible {
    var description: String {
        components.reduce(into: "$") { text, component in
            switch component {
            case .index(let index): text += "[\(index)]"
            case .every: text += "[*]"
            case .name(let name) where Self.isPlain(name): text += ".\(name)"
            case .name(let name):
                text += "['"
                for scalar in name.unicodeScalars {
                    if scalar == "'" || scalar == "\\" { text.unicodeScalars.append("\\") }
                    text.unicodeScalars.append(scalar)
                }
                text += "']"
            }
        }
    }

    fileprivate static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy(isPlain)
    }

    fileprivate static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: scalar.value >= 0xa0 && !scalar.properties.isWhitespace
        }
    }
}

extension FieldPath {
    private struct Parser {
        var rest: Substring.UnicodeScalarView

        mutating func components() throws(Problem) -> [Component] {
            guard rest.popFirst() == "$" else {
                throw Problem(sentence: "A path starts with $, which is the whole context.")
            }
            var components: [Component] = []
            while let scalar = rest.popFirst() {
                switch scalar {
                case ".": components.append(.name(try plainName()))
                case "[": components.append(try bracket())
                default: throw Problem(sentence: "After $, a name or an index, a path goes on with . or [.")
                }
            }
            return components
        }

        private mutating func plainName() throws(Problem) -> String {
            let name = String(rest.prefix(while: FieldPath.isPlain))
            guard !name.isEmpty else {
                throw Problem(sentence: "A name follows the point; write a name with other characters as ['the name'].")
            }
            rest = rest.dropFirst(name.unicodeScalars.count)
            return name
        }

        private mutating func bracket() throws(Problem) -> Component {
            let component: Component
            if rest.first == "'" {
                rest.removeFirst()
                component = .name(try quotedName())
            } else if rest.first == "*" {
                rest.removeFirst()
                component = .every
            } else {
                let digits = rest.prefix { ("0"..."9").contains($0) }
                guard let index = Int(String(digits)), digits.count == 1 || digits.first != "0" else {
                    throw Problem(sentence: "Write an index without leading zeros, * or 'a name' between [ and ].")
                }
                rest = rest.dropFirst(digits.count)
                component = .index(index)
            }
            guard rest.popFirst() == "]" else { throw Problem(sentence: "A [ is closed by ].") }
            return component
        }

        private mutating func quotedName() throws(Problem) -> String {
            var name = String.UnicodeScalarView()
            while let scalar = rest.popFirst() {
                switch scalar {
                case "'": return String(name)
                case "\\":
                    guard let escaped = rest.popFirst(), escaped == "'" || escaped == "\\" else {
                        throw Problem(
                            sentence: "In a quoted name a backslash can only be followed by ' or a backslash.")
                    }
                    name.append(escaped)
                default: name.append(scalar)
                }
            }
            throw Problem(sentence: "A quoted name ends with '.")
        }
    }
}
