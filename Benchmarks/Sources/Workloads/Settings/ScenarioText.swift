/// A value that a scenario writes as one short text, such as `250ms`, `80%` or `sliding:1s,max:10s`.
///
/// Reading and writing are inverse: `try Self(scenarioText: value.scenarioText) == value`.
package protocol ScenarioText: Hashable, Sendable {
    /// What may be written, for error messages: a short phrase with examples.
    static var allowed: String { get }
    /// The same as a regular expression (ECMA 262, whole text), for the JSON Schema.
    static var pattern: String { get }
    /// Reads the text; the error says what is wrong with it.
    init(scenarioText: String) throws(ScenarioTextError)
    /// The text that reads back as this value.
    var scenarioText: String { get }
}

/// Why a text is not a value: either its form or its size is wrong.
package enum ScenarioTextError: Error, Hashable, Sendable {
    /// The text does not have the form of such a value.
    case malformed(String)
    /// The text has the right form, but its value is not acceptable.
    case outOfRange(String)

    /// The reason in words.
    package var reason: String {
        switch self {
        case .malformed(let reason), .outOfRange(let reason): reason
        }
    }
}

/// Splits `name:value,option:value` texts, the form that all settings with parameters share.
struct SettingParts {
    let kind: String
    let value: String?
    private(set) var options: [(name: String, value: String)] = []

    init(_ text: String) throws(ScenarioTextError) {
        var parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let head = Self.halves(parts.removeFirst())
        (kind, value) = head
        for part in parts {
            let (name, value) = Self.halves(part)
            guard let value, !name.isEmpty, !value.isEmpty else {
                throw .malformed("`\(part)` after the comma should be an option such as `max:10s`")
            }
            guard !options.contains(where: { $0.name == name }) else {
                throw .malformed("the option `\(name)` is given twice")
            }
            options.append((name, value))
        }
    }

    /// Takes the option out, so that what is left over can be refused.
    mutating func take(_ name: String) -> String? {
        guard let index = options.firstIndex(where: { $0.name == name }) else { return nil }
        return options.remove(at: index).value
    }

    func refuseRest(known: [String]) throws(ScenarioTextError) {
        guard let rest = options.first else { return }
        let hint = known.isEmpty ? "`\(kind)` has no options" : "known here: \(known.joined(separator: ", "))"
        throw .malformed("unknown option `\(rest.name)`; \(hint)")
    }

    private static func halves(_ part: String) -> (String, String?) {
        guard let colon = part.firstIndex(of: ":") else { return (part, nil) }
        return (String(part[..<colon]), String(part[part.index(after: colon)...]))
    }
}
