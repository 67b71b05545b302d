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
