import Testing

/// What is shown as code is code: each example of README, guides and doc comments stands word for word in a test.
@Suite struct SnippetTests {
    /// What is indented there is a layout.
    static let isNoSwift: Set = ["Sources/Dedup/Fingerprint/Fingerprinter.swift"]

    /// It stands in a target of its own, and a test compares what it prints.
    @Test func theReadmesExampleIsAProgram() throws {
        let files = try Repository.files(under: ".", endingIn: ["README.md"])
        let readme = try #require(files.first { $0.path == "./README.md" })
        let program = try #require(try Repository.files(under: "Tests/ReadMe", endingIn: ["main.swift"]).first)
        #expect(fenced(in: readme) == [program.text])
    }

    @Test func everyExampleOfTheGuidesAndDocCommentsIsCompiled() throws {
        let guides = try Repository.files(under: "Sources", endingIn: [".md"]).map { ($0.path, fenced(in: $0)) }
        let sources = try Repository.files(under: "Sources", endingIn: [".swift"]).map { ($0.path, indented(in: $0)) }
        let shown = (guides + sources).filter { !$0.1.isEmpty && !Self.isNoSwift.contains($0.0) }
        let compiled = try compiledSnippets()
        #expect(Set(shown.map(\.0)) == Set(compiled.keys))
        #expect(shown.count > 10)
        for (path, examples) in shown { #expect(compiled[path] == examples, "\(path)") }
    }

    /// The Swift code between fences.
    private func fenced(in file: Repository.SourceFile) -> [String] {
        file.text.matches(of: /```swift\n((?s).*?)```/).map { String($0.output.1) }
    }

    /// The code in doc comments: what is indented by five blanks after an empty line.
    private func indented(in file: Repository.SourceFile) -> [String] {
        var examples: [String] = []
        var isInside = false
        var isBehindEmptyLine = false
        for line in file.lines.map({ $0.drop { $0 == " " } }) {
            let isCode = line.hasPrefix("///     ") && (isInside || isBehindEmptyLine)
            if isCode, !isInside { examples.append("") }
            if isCode { examples[examples.count - 1] += line.dropFirst(8) + "\n" }
            isInside = isCode
            isBehindEmptyLine = line == "///"
        }
        return examples
    }

    /// Path -> the snippets that say they are from there, without their indentation.
    private func compiledSnippets() throws -> [String: [String]] {
        var snippets: [String: [String]] = [:]
        for file in try Repository.files(under: "Tests/DocumentationTests", endingIn: [".swift"]) {
            for match in file.text.matches(of: /(?m)^( *)\/\/ snippet: (.+)\n((?s).*?)^ *\/\/ end$/) {
                let (_, indentation, path, code) = match.output
                let lines = code.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                let text = lines.map { $0.dropFirst(min($0.count, indentation.count)) + "\n" }.joined()
                snippets[String(path), default: []].append(text)
            }
        }
        return snippets
    }
}
