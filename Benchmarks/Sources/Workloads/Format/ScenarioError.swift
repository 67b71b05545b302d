internal import Wording

/// Everything that is wrong with a scenario: all problems at once, in the order of the file.
package struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    package var problems: [ScenarioProblem]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong with a scenario.
package struct ScenarioProblem: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The file cannot be read at all.
        case unreadable
        /// Not text, or too large, or too deeply nested to be a scenario.
        case notAScenario
        /// Not YAML.
        case syntax
        case duplicateKey
        case unknownKey
        case missing
        case illTyped
        case outOfRange
        /// A name of something that does not exist.
        case unknownName
        /// Fields that are right one by one but not together.
        case conflict
        /// An override that names no field or cannot be read.
        case override
    }

    package var kind: Kind
    /// The file as it was named.
    package var file: String
    /// The line and the column, both from 1 on; nil if the trouble is not in a line.
    package var line: Int?
    package var column: Int?
    /// The override that brought the value in, as it was written, if one did.
    package var override: String?
    /// The field, as `--set` would name it; empty for the file as a whole.
    package var field: String
    package var reason: String
    /// What may be written instead.
    package var allowed: String?
    /// The known name that is nearest to an unknown one.
    package var suggestion: String?

    /// `file:line:column: field: reason`, and what to do about it.
    package var description: String {
        var place =
            override
            ?? [file, line.map(String.init), column.map(String.init)]
            .compactMap(\.self).joined(separator: ":")
        if !field.isEmpty { place += ": \(field)" }
        var text = "\(place): \(reason)"
        if let suggestion { text += "; " + NearestName.question(suggestion) }
        if let allowed { text += " (allowed: \(allowed))" }
        return text
    }
}
