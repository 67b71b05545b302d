internal import Crypto
internal import Foundation

/// The lines of a resolved scenario that two runs must have in common.
package struct ScenarioLines: Hashable, Sendable {
    private let lines: [Substring]

    /// The lines of a scenario, without its comments and without some of its sections, by their names.
    package init(_ resolved: String, without sections: Set<String>) {
        var (lines, isLeftOut): ([Substring], Bool) = ([], false)
        for line in resolved.split(separator: "\n") where !line.hasPrefix("#") {
            // What is indented, or an item of a list, belongs to the section above it.
            if let first = line.first, first != " ", first != "-" {
                isLeftOut = sections.contains(String(line.prefix { $0 != ":" }))
            }
            if !isLeftOut { lines.append(line) }
        }
        self.lines = lines
    }

    /// What decides which requests are made and how: all but the description, the subjects and the gates.
    package static func load(of resolved: String) -> ScenarioLines {
        ScenarioLines(resolved, without: ["description", "subjects", "gates"])
    }

    /// The first line in which they differ, as it stands here and there; nil when they are the same.
    package func difference(from other: ScenarioLines) -> String? {
        let numbers = 0..<max(lines.count, other.lines.count)
        guard let number = numbers.first(where: { written($0) != other.written($0) }) else { return nil }
        return "it has \(written(number)) where that has \(other.written(number))"
    }

    private func written(_ number: Int) -> String { number < lines.count ? "`\(lines[number])`" : "nothing" }

    /// Twelve digits that are the same for the same lines, and differ for others.
    package var digest: String {
        let bytes = SHA256.hash(data: Data(lines.joined(separator: "\n").utf8)).prefix(6)
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
