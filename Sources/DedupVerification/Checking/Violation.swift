/// One breach of a rule, with the intervals that prove it.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The rule.
    public let kind: ViolationKind
    /// The key; 0 for what has none.
    public let key: UInt32
    /// What is wrong, in a sentence with figures.
    public let explanation: String
    /// The executions involved.
    public let executions: [Execution]
    /// The calls involved.
    public let calls: [Call]

    /// The sentence and the intervals, drawn to scale, with times relative to the first.
    public var description: String {
        let diagram = IntervalDiagram(executions: executions, calls: calls)
        return diagram.isEmpty ? explanation : "\(explanation)\n\(diagram)"
    }
}
