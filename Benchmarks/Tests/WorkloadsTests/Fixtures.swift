internal import Foundation

/// Where this package keeps what the tests read.
enum Fixtures {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures").path

    /// The names of all scenarios.
    static let scenarios = ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/scenarios")) ?? [])
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()

    static func scenario(_ name: String) -> String { "\(root)/scenarios/\(name).yaml" }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: scenario(name), encoding: .utf8)
    }

    static let trace = "\(root)/traces/swift-build.csv.zst"
}
