/// One breach of a rule, with the intervals that prove it.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The rule.
    package let kind: ViolationKind
    /// The key; 0 for what has none.
    package let key: UInt32
    /// What is wrong, in a sentence with figures.
    package let explanation: String
    /// The executions involved.
    package let executions: [Execution]
    /// The calls involved.
    package let calls: [Call]

    /// The sentence and the intervals, drawn to scale, with times relative to the first.
    package var description: String {
        let diagram = IntervalDiagram(executions: executions, calls: calls)
        return diagram.isEmpty ? explanation : "\(explanation)\n\(diagram)"
    }
}
