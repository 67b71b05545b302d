import Foundation
import Testing

/// The guide through the code names files, and they are there.
@Suite struct GuideTests {
    @Test func everyPathThatTheGuideNamesExists() throws {
        let guides = try Repository.files(under: "Sources/Dedup/Documentation.docc", endingIn: ["HowARequestFlows.md"])
        let guide = try #require(guides.first)
        let paths = paths(in: guide.text)
        #expect(paths.count > 40)
        for path in paths {
            let place = Repository.root.appending(path: path).path
            #expect(FileManager.default.fileExists(atPath: place), "\(guide.path) names \(path)")
        }
    }

    /// A file that no row names is found from its neighbours; a folder that none names is not found.
    @Test func everyFolderOfTheCoreIsNamed() throws {
        let guides = try Repository.files(under: "Sources/Dedup/Documentation.docc", endingIn: ["HowARequestFlows.md"])
        let named = Set(paths(in: try #require(guides.first).text).map { $0.split(separator: "/").prefix(3) })
        let folders = Set(
            try Repository.files(under: "Sources/Dedup", endingIn: [".swift"])
                .map { $0.path.split(separator: "/").prefix(3) })
        // What shields others from each other is not what a change is about.
        for folder in folders.subtracting(named) { #expect(folder.last == "Concurrency", "\(folder)") }
    }

    @Test(arguments: [
        ("(Steps/Step.swift)", ["Sources/Dedup/Steps/Step.swift"]), ("Time/A.swift.", ["Sources/Dedup/Time/A.swift"]),
        ("in A/B+C.swift, D/", ["Sources/Dedup/A/B+C.swift", "Sources/Dedup/D/"]),
        ("Sources/Caching/Eviction/, one", ["Sources/Caching/Eviction/"]),
        ("``Deduplicator/execute(_:)`` or a/b", []), ("below Sources/Dedup, unless", ["Sources/Dedup"]),
    ])
    func findsPaths(_ text: String, _ expected: [String]) {
        #expect(paths(in: text) == expected)
    }

    /// The paths of folders and Swift files in a text, from the top of the checkout.
    private func paths(in text: String) -> [String] {
        let text = text.replacing(/``[^`]*``/, with: "")
        return text.matches(of: /(?:[A-Z][\w+]*\/)+(?:[A-Z][\w+]*(?:\.swift)?)?/).map { match in
            let path = String(match.output)
            let isAtTheTop = ["Sources/", "Tests/", "Benchmarks/"].contains(where: path.hasPrefix)
            return isAtTheTop ? path : "Sources/Dedup/" + path
        }
    }
}
