import Foundation
import Testing

/// The files of this checkout, as the rules about them see them.
struct Repository {
    struct SourceFile: CustomTestStringConvertible {
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var testDescription: String { path }
    }

    /// The folder that holds `Package.swift`.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every file below `folder` whose name ends in one of `endings`, but nothing hidden; build folders are hidden.
    static func files(under folder: String, endingIn endings: [String]) throws -> [SourceFile] {
        let start = root.appending(path: folder)
        guard let walker = FileManager.default.enumerator(atPath: start.path) else { return [] }
        var files: [SourceFile] = []
        for case let name as String in walker {
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else {
                walker.skipDescendants()
                continue
            }
            guard endings.contains(where: name.hasSuffix) else { continue }
            let text = try String(contentsOf: start.appending(path: name), encoding: .utf8)
            files.append(SourceFile(path: folder + "/" + name, text: text))
        }
        return files.sorted { $0.path < $1.path }
    }

    /// Every Swift file of ours.
    static func swiftFiles() throws -> [SourceFile] {
        try ["Sources", "Benchmarks", "Tests"].flatMap { try files(under: $0, endingIn: [".swift"]) }
    }
}
