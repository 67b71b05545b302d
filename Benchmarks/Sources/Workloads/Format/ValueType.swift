internal import Yams

/// How a value of one type is read from YAML, written back, and described. All three come from the same place, so that
/// what is accepted, what is printed and what the schema says cannot drift apart.
struct ValueType<Value: Sendable>: Sendable {
    let shape: Shape
    /// Reads the node, or reports why not and returns nil.
    let read: @Sendable (Node, FieldPath, inout Problems) -> Value?
    let write: @Sendable (Value) -> Node
    /// The value as JSON, to show defaults in the schema; nil for a section, whose fields have their own.
    let json: @Sendable (Value) -> JSONText?
}

extension ValueType {
    /// A value written as one scalar. `parse` gets the text and whether it was quoted.
    static func scalar(
        allowed: String, schema: [(String, JSONText)], write: @escaping @Sendable (Value) -> Node,
        json: @escaping @Sendable (Value) -> JSONText?,
        parse: @escaping @Sendable (_ text: String, _ quoted: Bool) throws(ScenarioTextError) -> Value
    ) -> ValueType {
        ValueType(
            shape: .scalar(allowed: allowed, schema: schema),
            read: { node, path, problems in
                guard let scalar = node.scalar else {
                    let what = node.mapping == nil ? "a list" : "a section of fields"
                    problems.report(.illTyped, at: path, node.mark, "this is \(what)", allowed: allowed)
                    return nil
                }
                let quoted = scalar.style != .plain && scalar.style != .any
                guard quoted || !scalar.string.isEmpty, quoted || !["~", "null"].contains(scalar.string) else {
                    problems.report(.illTyped, at: path, node.mark, "the value is missing", allowed: allowed)
                    return nil
                }
                do throws(ScenarioTextError) {
                    return try parse(scalar.string, quoted)
                } catch {
                    let kind: ScenarioProblem.Kind = if case .outOfRange = error { .outOfRange } else { .illTyped }
                    let reason = "`\(shown(scalar.string))`: \(error.reason)"
                    problems.report(kind, at: path, node.mark, reason, allowed: allowed)
                    return nil
                }
            }, write: write, json: json)
    }

    /// A list of values of one type.
    static func list<Element>(
        of element: ValueType<Element>, count: ClosedRange<Int>, called name: String
    ) -> ValueType<[Element]> {
        let bounds = "a list of \(count.lowerBound) to \(count.upperBound) \(name)"
        return ValueType<[Element]>(
            shape: .list(of: element.shape, count: count),
            read: { node, path, problems in
                guard let sequence = node.sequence else {
                    problems.report(.illTyped, at: path, node.mark, "this is not a list", allowed: bounds)
                    return nil
                }
                guard count.contains(sequence.count) else {
                    let reason = "the list has \(sequence.count) elements"
                    problems.report(.outOfRange, at: path, node.mark, reason, allowed: bounds)
                    return nil
                }
                let values = sequence.enumerated().map { index, child in
                    element.read(child, path.element(index, name: child.elementName(among: sequence)), &problems)
                }
                let complete = values.compactMap(\.self)
                return complete.count == values.count ? complete : nil
            },
            write: { Node($0.map(element.write)) },
            json: { .array($0.compactMap(element.json)) })
    }
}

/// Long or odd text as it is shown in a message.
private func shown(_ text: String) -> String {
    let line = text.map { $0.isNewline ? " " : String($0) }.joined()
    return line.count > 60 ? line.prefix(60) + "..." : line
}

extension Node {
    /// The name by which a list element is called: that of its `name` field, if no other element has the same.
    func elementName(among elements: Node.Sequence) -> String? {
        guard let name = nameField else { return nil }
        return elements.count { $0.nameField == name } == 1 ? name : nil
    }

    var nameField: String? {
        mapping?.first { $0.key.scalar?.string == "name" }?.value.scalar?.string
    }
}

/// What may stand at a place of a scenario, as data: the loader refuses by it, the JSON Schema prints it, and
/// overrides find their way through it.
indirect enum Shape: Sendable {
    /// One value; the schema says the same as `allowed` does.
    case scalar(allowed: String, schema: [(String, JSONText)])
    case list(of: Shape, count: ClosedRange<Int>)
    case section(name: String, fields: [FieldShape])

    /// The fields of a section, or of the sections in a list; else none.
    var fields: [FieldShape] {
        switch self {
        case .scalar: []
        case .list(let element, _): element.fields
        case .section(_, let fields): fields
        }
    }
}

/// One field of a section.
struct FieldShape: Sendable {
    let name: String
    let summary: String
    let isRequired: Bool
    /// What an absent field means, as it would be written; nil if it means nothing in particular.
    let standard: JSONText?
    let shape: Shape
}
