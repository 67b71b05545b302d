import Testing

/// A function fits on a screen: 60 lines between its braces.
@Suite struct FunctionLengthTests {
    static let limit = 60

    @Test func functionsFitOnAScreen() throws {
        for file in try Repository.swiftFiles() {
            for function in functions(in: file.text) where function.lines > Self.limit {
                Issue.record(
                    "\(file.path): \(function.name) has \(function.lines) lines; \(Self.limit) fit on a screen")
            }
        }
    }

    @Test(arguments: [
        ("func a() { b() }", ["a 0"]), ("func a()", []), ("let a = { 1 }", []),
        ("init(b: () -> Void = {}) {\n    b()\n}", ["init 1"]),
        ("func a() {\n    func b() {\n        c()\n    }\n}", ["a 3", "b 1"]),
        ("func a() {\n    // }\n    b(\"}\")\n    if c { d() }\n}", ["a 3"]),
        ("func a() {\n    \"\"\"\n    }\n    \"\"\"\n}", ["a 3"]),
        ("    public static func a<B>(\n        _ b: B\n    ) {\n        c()\n        d()\n    }", ["a 2"]),
        ("deinit {\n    a()\n}\nvar c: Int {\n    1\n}", ["deinit 1"]),
        ("protocol P {\n    func a()\n    func b()\n}\nstruct S {}", []),
    ])
    func countsTheLinesBetweenTheBraces(_ text: String, _ counts: [String]) {
        #expect(functions(in: text).map { "\($0.name) \($0.lines)" } == counts)
    }

    /// The functions with a body, in the order in which they begin.
    private func functions(in text: String) -> [(name: String, lines: Int)] {
        let lines = withoutTextAndComments(text)
        return lines.indices.compactMap { first in
            guard let name = declared(lines[first]) else { return nil }
            return bodyLength(lines[first...]).map { (name, $0) }
        }
    }

    /// The name of the function that a line declares: behind attributes and modifiers, what makes a function of it.
    private func declared(_ line: String) -> String? {
        guard ["func ", "init", "subscript"].contains(where: line.contains) else { return nil }
        let declaration = /(?: |@\w+(?:\([^)]*\))?|[a-z]+ )*(?:func ([^ (<]+)|(init)[?(<]|(deinit|subscript)\b)/
        guard let output = line.prefixMatch(of: declaration)?.output else { return nil }
        return (output.1 ?? output.2 ?? output.3).map(String.init)
    }

    /// The lines of a file without what stands between quotation marks and behind slashes.
    private func withoutTextAndComments(_ text: String) -> [String] {
        var isQuoted = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var kept = ""
            for (number, part) in line.split(separator: "\"\"\"", omittingEmptySubsequences: false).enumerated() {
                if number > 0 { isQuoted.toggle() }
                if !isQuoted { kept += part }
            }
            if kept.contains("\"") { kept.replace(/"(?:\\.|[^"\\])*"/, with: "") }
            return kept.firstRange(of: "//").map { String(kept[..<$0.lowerBound]) } ?? kept
        }
    }

    /// The lines between the braces that open behind a declaration; nil when the next one comes first.
    private func bodyLength(_ lines: ArraySlice<String>) -> Int? {
        var (parentheses, depth) = (0, 0)
        var start: Int?
        for (number, line) in zip(lines.indices, lines) {
            if start == nil, number > lines.startIndex, parentheses == 0,
                declared(line) != nil || line.contains("}")
            {
                return nil
            }
            for byte in line.utf8 {
                switch Unicode.Scalar(byte) {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{" where start != nil || parentheses == 0:
                    start = start ?? number
                    depth += 1
                case "}" where start != nil:
                    depth -= 1
                    if depth == 0, let start { return max(0, number - start - 1) }
                default: break
                }
            }
        }
        return nil
    }
}
