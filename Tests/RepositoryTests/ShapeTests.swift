import Foundation
import Testing

/// A file is one idea, and its name says which.
@Suite struct ShapeTests {
    @Test func filesHoldOneIdea() throws {
        for file in try Repository.swiftFiles() {
            let limit = file.path.contains("Tests/") ? 500 : 400
            let lines = file.lines.count
            #expect(lines <= limit, "\(file.path) has \(lines) lines; \(limit) are one idea's worth")
        }
    }

    @Test func hiddenFoldersAreLeftOut() throws {
        let paths = try Repository.files(under: ".", endingIn: [".swift"]).map(\.path)
        #expect(paths.contains("./Package.swift") && paths.contains("./Tests/RepositoryTests/ShapeTests.swift"))
        #expect(!paths.contains { $0.dropFirst(2).split(separator: "/").contains { $0.hasPrefix(".") } })
    }

    @Test func namesAreNotVague() throws {
        let vague = ["Utils", "Utilities", "Helper", "Helpers", "Common", "Manager", "Misc", "Placeholder"]
        for file in try Repository.swiftFiles() {
            let words = file.path.split { "/.+".contains($0) }
            #expect(!words.contains { vague.contains(String($0)) }, "\(file.path)")
            #expect(!file.path.contains(" "), "\(file.path)")
        }
    }

    @Test func wordsHaveOneMeaningEach() throws {
        for file in try Repository.swiftFiles() where !file.path.hasPrefix("Tests/RepositoryTests") {
            for (number, line) in file.lines.enumerated() {
                let words = forbidden(in: line)
                #expect(words.isEmpty, "\(file.path):\(number + 1): \(words)")
            }
        }
    }

    @Test(arguments: [
        ("// a caller boards a flight", true), ("/// Takes a seat.", true), ("let passengers = 1", true),
        ("/// Not known to anybody.", true), ("func sweptByWhoever() {", true), ("// T" + "ODO: later", true),
        ("try! f()", true), ("x as! Int", true), ("fatalError(\"no\")", true), ("a flight with its waiters", false),
        ("/// Single-flight: coalesces in-flight calls, memoizes results.", false), ("// on the dashboard", false),
        ("try f()", false), ("as? Int", false),
    ])
    func findsForbiddenWords(_ line: String, _ isForbidden: Bool) {
        #expect(forbidden(in: Substring(line)).isEmpty != isForbidden)
    }

    @Test func topLevelIsAsAgreed() throws {
        let allowed: Set = [
            "Package.swift", "Package.resolved", "Sources", "Benchmarks", "Tests", "Fixtures", "results", "README.md",
            "Scripts", "LICENSE",
        ]
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
        #expect(Set(names.filter { !$0.hasPrefix(".") }).subtracting(allowed).isEmpty)
    }

    @Test func scriptsCanBeRun() throws {
        let scripts = try Repository.files(under: "Scripts", endingIn: [".sh"])
        try #require(!scripts.isEmpty)
        for script in scripts {
            let path = Repository.root.appending(path: script.path).path
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(script.path)")
        }
    }

    @Test func readmeIsShortAndItsLinksLeadSomewhere() throws {
        let readme = try #require(
            try Repository.files(under: ".", endingIn: ["README.md"]).first { $0.path == "./README.md" })
        #expect(readme.lines.count <= 151)
        for link in readme.text.matches(of: /\]\(([^)#:]+)\)/) {
            let path = Repository.root.appending(path: String(link.1)).path
            #expect(FileManager.default.fileExists(atPath: path), "README.md links to \(link.1)")
        }
    }

    @Test func fixturesSayWhereTheyComeFrom() throws {
        let origins = try String(contentsOf: Repository.root.appending(path: "Fixtures/README.md"), encoding: .utf8)
        let folder = Repository.root.appending(path: "Fixtures").path
        let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        for name in names where name != "README.md" && name.contains(".") {
            let isNamed = origins.contains(name.split(separator: "/").last ?? "")
            #expect(isNamed, "Fixtures/README.md does not mention \(name)")
        }
    }

    /// The words of a line that have no place here: those of a journey, whose things have plain names (waiter, join, claim,
    /// wait, finish), pronouns in place of a noun, promises, and unchecked steps. The parts of a name in camel case count
    /// as words.
    private func forbidden(in line: Substring) -> [String] {
        let promises = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        let steps = ["try!", " as! ", "fatalError("]
        // `\uXXXX` is how an escape is written.
        let line = line.replacing("uXXXX", with: "")
        return words(of: line).filter(Self.misleading.contains) + promises.filter(line.contains)
            + steps.filter(line.contains)
    }

    private static let misleading: Set<String> = {
        let journey = ["board", "land", "seat", "depart"]
        let pronouns = ["any", "every", "no", "some"].map { $0 + "body" } + ["whoever"]
        return Set(
            journey.flatMap { verb in ["", "s", "ed", "ing"].map { verb + $0 } }
                + ["fly", "flies", "flew", "flown", "departure", "passenger", "passengers"] + pronouns)
    }()

    /// The words of a line in lower case. A capital begins one only after a small letter.
    private func words(of line: Substring) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        for byte in line.utf8 {
            let isCapital = (65...90).contains(byte)
            let isLetter = isCapital || (97...122).contains(byte)
            if !isLetter || isCapital && (word.last ?? 65) >= 97 {
                if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self).lowercased()) }
                word.removeAll(keepingCapacity: true)
            }
            if isLetter { word.append(byte) }
        }
        return word.isEmpty ? words : words + [String(decoding: word, as: UTF8.self).lowercased()]
    }
}
