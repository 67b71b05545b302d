/// Finds the known name that a mistyped one was probably meant to be: of a field, a policy, a subject or a metric.
package enum NearestName {
    /// The nearest of the names, unless none is near: letter case, `_` and `-` do not count; otherwise one edit for
    /// every three letters is allowed.
    package static func of(_ typed: String, among names: [String]) -> String? {
        let wanted = plain(typed)
        guard wanted.count <= 60 else { return nil }
        let ranked = names.map { (name: $0, distance: distance(wanted, plain($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, wanted.count / 3) ? best.name : nil
    }

    /// Asks for the nearest of the names; nil where none is near.
    package static func question(_ typed: String, among names: [String]) -> String? {
        of(typed, among: names).map { question($0) }
    }

    /// Asks whether a name was meant.
    package static func question(_ name: String) -> String { "did you mean `\(name)`?" }

    private static func plain(_ name: String) -> [Character] {
        Array(name.lowercased().filter { $0 != "_" && $0 != "-" })
    }

    /// Edits between two words: insertions, deletions, replacements and swaps of neighbours (the optimal string alignment
    /// distance; Damerau, 1964).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, a) in left.enumerated() {
            var row = [i + 1]
            for (j, b) in right.enumerated() {
                var best = min(rows[i][j] + (a == b ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
