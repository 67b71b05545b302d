/// The JSON Schema (draft 7, which editors know) of a scenario file, printed from the description that the loader
/// reads by. The file in Fixtures/scenarios is its output, and a test keeps it so.
package enum ScenarioSchema {
    package static var text: String {
        var members: [(String, JSONText)] = [
            ("$schema", .string("http://json-schema.org/draft-07/schema#")),
            ("title", .string("dedupbench scenario")),
            ("description", .string("What one run of dedupbench does. Generated; see ScenarioFormat.swift.")),
        ]
        members += schema(of: ScenarioFormat.scenario.type.shape)
        return JSONText.object(members).text() + "\n"
    }

    private static func schema(of shape: Shape) -> [(String, JSONText)] {
        switch shape {
        case .scalar(_, let schema):
            schema
        case .list(let element, let count):
            [
                ("type", .string("array")), ("minItems", .integer(count.lowerBound)),
                ("maxItems", .integer(count.upperBound)), ("items", .object(schema(of: element))),
            ]
        case .section(_, let fields):
            [
                ("type", .string("object")), ("additionalProperties", .boolean(false)),
                ("required", .array(fields.filter(\.isRequired).map { .string($0.name) })),
                ("properties", .object(fields.map { ($0.name, .object(schema(of: $0))) })),
            ]
        }
    }

    private static func schema(of field: FieldShape) -> [(String, JSONText)] {
        var summary = field.summary
        if case .scalar(let allowed, _) = field.shape { summary += " Allowed: \(allowed)." }
        let standard: [(String, JSONText)] = field.standard.map { [("default", $0)] } ?? []
        return [("description", .string(summary))] + schema(of: field.shape) + standard
    }
}
