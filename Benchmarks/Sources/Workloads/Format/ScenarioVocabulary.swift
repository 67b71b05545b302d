internal import Wording
internal import Yams

/// What may stand in a scenario but is decided by the program that runs it: the names of policies and subjects, and gates.
package struct ScenarioVocabulary: Sendable {
    /// The eviction policies that there are.
    package var policies: [String]
    /// The subjects that there are.
    package var subjects: [String]
    /// Says what is wrong with a gate in a scenario; nil if nothing is.
    package var gateProblem: @Sendable (_ gate: String, _ scenario: Scenario) -> String?

    package init(
        policies: [String], subjects: [String],
        gateProblem: @escaping @Sendable (_ gate: String, _ scenario: Scenario) -> String?
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
        for (index, gate) in scenario.gates.enumerated() {
            guard let reason = gateProblem(gate, scenario) else { continue }
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
