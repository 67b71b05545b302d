internal import Wording
internal import Yams

/// A section of a scenario: named fields that fill the properties of a model, and rules between them.
struct SectionType<Model: Sendable>: Sendable {
    /// Reports a broken rule: the path from the section on, the kind, the reason, what is allowed.
    typealias Report = (_ at: [FieldPath.Part], ScenarioProblem.Kind, _ reason: String, _ allowed: String?) -> Void

    let name: String
    /// What the section means where fields are absent.
    let standard: Model
    let fields: [SectionField<Model>]
    /// Runs when each field on its own is right.
    let check: @Sendable (Model, Report) -> Void

    init(
        _ name: String, standard: Model, fields: [SectionField<Model>],
        check: @escaping @Sendable (Model, Report) -> Void = { _, _ in }
    ) {
        self.name = name
        self.standard = standard
        self.fields = fields
        self.check = check
    }

    /// The section as the value of a field.
    var type: ValueType<Model> {
        ValueType(
            shape: .section(name: name, fields: fields.map { $0.shape(standard: standard) }), read: read,
            write: { model in
                Node(fields.compactMap { field in field.write(model).map { (Node(field.name), $0) } })
            },
            json: { _ in nil })
    }

    private func read(_ node: Node, _ path: FieldPath, _ problems: inout Problems) -> Model? {
        guard let mapping = node.mapping else {
            let names = fields.map(\.name).joined(separator: ", ")
            problems.report(.illTyped, at: path, node.mark, "this is not a section of fields", allowed: names)
            return nil
        }
        let before = problems.found.count
        var model = standard
        refuseUnknown(mapping, path, &problems)
        for field in fields { readField(field, from: mapping, path, into: &model, &problems) }
        guard problems.found.count == before else { return nil }
        check(model) { parts, kind, reason, allowed in
            let (place, mark) = Self.locate(parts, in: node, path)
            problems.report(kind, at: place, mark, reason, allowed: allowed)
        }
        return problems.found.count == before ? model : nil
    }

    private func readField(
        _ field: SectionField<Model>, from mapping: Node.Mapping, _ path: FieldPath, into model: inout Model,
        _ problems: inout Problems
    ) {
        let place = path.field(field.name)
        if let value = mapping.first(where: { $0.key.scalar?.string == field.name })?.value {
            field.read(value, place, &model, &problems)
        } else if field.isRequired {
            problems.report(.missing, at: place, mapping.mark, "required, and not there", allowed: field.allowed)
        }
    }

    private func refuseUnknown(_ mapping: Node.Mapping, _ path: FieldPath, _ problems: inout Problems) {
        let names = fields.map(\.name)
        for (key, _) in mapping where !names.contains(key.scalar?.string ?? "") {
            let typed = key.scalar?.string ?? "?"
            problems.report(
                .unknownKey, at: path.field(typed), key.mark, "unknown key", allowed: names.joined(separator: ", "),
                suggestion: NearestName.of(typed, among: names))
        }
    }

    /// Follows the parts as far as the file goes; the rest is only named.
    private static func locate(_ parts: [FieldPath.Part], in node: Node, _ path: FieldPath) -> (FieldPath, Mark?) {
        var place = path
        var current: Node? = node
        var mark = node.mark
        for part in parts {
            switch part {
            case .field(let name):
                place = place.field(name)
                current = current?.mapping?.first { $0.key.scalar?.string == name }?.value
            case .element(let index):
                let elements = current?.sequence
                current = elements.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                place = place.element(index, name: elements.flatMap { current?.elementName(among: $0) })
            }
            mark = current?.mark ?? mark
        }
        return (place, mark)
    }
}

/// One field of a section: where its value goes in the model.
struct SectionField<Model: Sendable>: Sendable {
    let name: String
    let summary: String
    let isRequired: Bool
    private let shape: Shape
    let read: @Sendable (Node, FieldPath, inout Model, inout Problems) -> Void
    /// The node that gives the model's value, or nil if the field would be absent.
    let write: @Sendable (Model) -> Node?
    private let json: @Sendable (Model) -> JSONText?

    /// What may be written, for the message about a missing field.
    var allowed: String? {
        if case .scalar(let allowed, _) = shape { allowed } else { nil }
    }

    func shape(standard: Model) -> FieldShape {
        FieldShape(
            name: name, summary: summary, isRequired: isRequired, standard: isRequired ? nil : json(standard),
            shape: shape)
    }

    /// A field whose absence means the standard model's value, or is an error if it is required.
    static func field<Value>(
        _ name: String, _ property: any WritableKeyPath<Model, Value> & Sendable, _ type: ValueType<Value>,
        required: Bool = false, _ summary: String
    ) -> SectionField {
        SectionField(
            name: name, summary: summary, isRequired: required, shape: type.shape,
            read: { node, path, model, problems in
                if let value = type.read(node, path, &problems) { model[keyPath: property] = value }
            },
            write: { type.write($0[keyPath: property]) }, json: { type.json($0[keyPath: property]) })
    }

    /// A field that may be absent, which is not the same as any value of it.
    static func optional<Value>(
        _ name: String, _ property: any WritableKeyPath<Model, Value?> & Sendable, _ type: ValueType<Value>,
        _ summary: String
    ) -> SectionField {
        SectionField(
            name: name, summary: summary, isRequired: false, shape: type.shape,
            read: { node, path, model, problems in
                if let value = type.read(node, path, &problems) { model[keyPath: property] = value }
            },
            write: { $0[keyPath: property].map(type.write) }, json: { $0[keyPath: property].flatMap(type.json) })
    }
}
