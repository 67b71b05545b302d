internal import Yams

/// What may stand in a scenario but is decided by the program that runs it: the names of policies and subjects, and gates.
package struct ScenarioVocabulary: Sendable {
    /// The eviction policies that there are.
    package var policies: [String]
    /// The subjects that there are.
    package var subjects: [String]
    /// Says what is wrong with a gate of a scenario that has these phases; nil if nothing is.
    package var gateProblem: @Sendable (_ gate: String, _ phases: [String]) -> String?

    package init(
        policies: [String], subjects: [String],
        gateProblem: @escaping @Sendable (_ gate: String, _ phases: [String]) -> String?
    ) {
        self.policies = policies
        self.subjects = subjects
        self.gateProblem = gateProblem
    }

    /// Reports what the scenario read from `root` names and the program does not know.
    func check(_ scenario: Scenario, root: Node, _ problems: inout Problems) {
        let policy = FieldPath.root.field("system").field("cache").field("policy")
        check(scenario.system.cache.policy, "policy", among: policies, at: policy, root, &problems)
        for (index, subject) in scenario.subjects.enumerated() {
            let path = FieldPath.root.field("subjects").element(index)
            check(subject, "subject", among: subjects, at: path, root, &problems)
        }
        let phases = scenario.phases.map(\.name)
        for (index, gate) in scenario.gates.enumerated() {
            guard let reason = gateProblem(gate, phases) else { continue }
            let path = FieldPath.root.field("gates").element(index)
            problems.report(.unknownName, at: path, root.child(path.parts)?.mark, reason)
        }
    }

    private func check(
        _ name: String, _ kind: String, among known: [String], at path: FieldPath, _ root: Node,
        _ problems: inout Problems
    ) {
        guard !known.contains(name) else { return }
        problems.report(
            .unknownName, at: path, root.child(path.parts)?.mark, "there is no \(kind) `\(name)`",
            allowed: known.joined(separator: ", "), suggestion: NearestName.of(name, among: known))
    }
}

/// Finds the known name that a mistyped one was probably meant to be.
enum NearestName {
    /// The nearest of the names, unless none is near: letter case, `_` and `-` do not count; otherwise one edit for
    /// every three letters is allowed.
    static func of(_ typed: String, among names: [String]) -> String? {
        let wanted = plain(typed)
        guard wanted.count <= 60 else { return nil }
        let ranked = names.map { (name: $0, distance: distance(wanted, plain($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, wanted.count / 3) ? best.name : nil
    }

    private static func plain(_ name: String) -> [Character] {
        Array(name.lowercased().filter { $0 != "_" && $0 != "-" })
    }

    /// Edits between two words: insertions, deletions, replacements and swaps of neighbours.
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
