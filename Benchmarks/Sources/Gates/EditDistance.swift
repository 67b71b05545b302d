/// How many letters separate two words.
enum EditDistance {
    /// The Levenshtein distance: the least number of insertions, deletions and replacements (Wagner and Fischer, 1974).
    static func between(_ first: String, _ second: String) -> Int {
        let (rows, columns) = (Array(first), Array(second))
        var previous = Array(0...columns.count)
        for (row, letter) in rows.enumerated() {
            var current = [row + 1]
            for (column, other) in columns.enumerated() {
                let replaced = previous[column] + (letter == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[columns.count]
    }
}
