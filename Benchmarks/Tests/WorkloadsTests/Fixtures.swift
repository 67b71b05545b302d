internal import Foundation

/// Where this package keeps what the tests read.
enum Fixtures {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures").path

    static let scenarios = ["duplicate-storm", "git-steps", "recorded-trace", "strategies"]

    static func scenario(_ name: String) -> String { "\(root)/scenarios/\(name).yaml" }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: scenario(name), encoding: .utf8)
    }

    static let trace = "\(root)/traces/swift-build.csv.zst"
}
