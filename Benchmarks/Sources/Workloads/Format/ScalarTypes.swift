internal import Wording
internal import Yams

extension ValueType {
    /// A whole number in a range.
    static func integer(_ range: ClosedRange<Int>) -> ValueType<Int> {
        let several = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return .scalar(
            allowed: range.count == 1 ? "\(range.lowerBound)" : several,
            schema: [
                ("type", .string("integer")), ("minimum", .integer(range.lowerBound)),
                ("maximum", .integer(range.upperBound)),
            ],
            write: { Node("\($0)") }, json: { .integer($0) },
            parse: { text, quoted throws(ScenarioTextError) in
                guard !quoted, let number = WholeNumberText.parse(text) else {
                    throw .malformed("this is not a whole number")
                }
                guard range.contains(number) else { throw .outOfRange("too small or too large") }
                return number
            })
    }

    /// A seed: any whole number of 64 bits without sign.
    static var seed: ValueType<UInt64> {
        .scalar(
            allowed: "a whole number from 0 to 18446744073709551615",
            schema: [("type", .string("integer")), ("minimum", .integer(0))],
            write: { Node("\($0)") }, json: { .integer(Int(truncatingIfNeeded: $0)) },
            parse: { text, quoted throws(ScenarioTextError) in
                guard !quoted, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(text) else {
                    throw .malformed("this is not such a number")
                }
                return number
            })
    }

    /// A decimal number in a range.
    static func number(_ range: ClosedRange<Double>) -> ValueType<Double> {
        let allowed = "a number from \(DecimalText.text(range.lowerBound)) to \(DecimalText.text(range.upperBound))"
        return .scalar(
            allowed: allowed,
            schema: [
                ("type", .string("number")), ("minimum", .number(range.lowerBound)),
                ("maximum", .number(range.upperBound)),
            ],
            write: { Node(DecimalText.text($0)) }, json: { .number($0) },
            parse: { text, quoted throws(ScenarioTextError) in
                guard !quoted, let number = DecimalText.double(text) else { throw .malformed("this is not a number") }
                guard range.contains(number) else { throw .outOfRange("too small or too large") }
                return number
            })
    }

    static var boolean: ValueType<Bool> {
        .scalar(
            allowed: "true or false", schema: [("type", .string("boolean"))],
            write: { Node($0 ? "true" : "false") }, json: { .boolean($0) },
            parse: { text, quoted throws(ScenarioTextError) in
                guard !quoted, let value = ["true": true, "false": false][text] else {
                    throw .malformed("this is neither true nor false")
                }
                return value
            })
    }

    /// Free text of a bounded length; with a pattern, a name.
    static func text(_ length: ClosedRange<Int>, allowed: String, pattern: String? = nil) -> ValueType<String> {
        let extra: [(String, JSONText)] = pattern.map { [("pattern", .string("^\($0)$"))] } ?? []
        let schema: [(String, JSONText)] = [
            ("type", .string("string")), ("minLength", .integer(length.lowerBound)),
            ("maxLength", .integer(length.upperBound)),
        ]
        return .scalar(
            allowed: allowed, schema: schema + extra,
            write: { Node($0, .implicit, pattern == nil ? .doubleQuoted : .any) }, json: { .string($0) },
            parse: { text, _ throws(ScenarioTextError) in
                guard length.contains(text.unicodeScalars.count) else { throw .outOfRange("too short or too long") }
                if pattern != nil, !isName(text) { throw .malformed("this is not a name") }
                return text
            })
    }

    /// A name: of a scenario, a phase, a subject, a policy.
    static var name: ValueType<String> {
        .text(
            1...60, allowed: "a name of small letters, digits and hyphens that starts with a letter",
            pattern: "[a-z][a-z0-9-]*")
    }

    /// One of the values of an enumeration, by its name.
    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _: Choice.Type
    ) -> ValueType<Choice> {
        let names = Choice.allCases.map(\.rawValue)
        return .scalar(
            allowed: names.joined(separator: ", "),
            schema: [("type", .string("string")), ("enum", .array(names.map { .string($0) }))],
            write: { Node($0.rawValue) }, json: { .string($0.rawValue) },
            parse: { text, _ throws(ScenarioTextError) in
                if let choice = Choice(rawValue: text) { return choice }
                let hint = NearestName.question(text, among: names).map { "; " + $0 } ?? ""
                throw .malformed("there is no such choice" + hint)
            })
    }

    /// A value that has its own short notation.
    static func setting<Setting: ScenarioText>(
        _: Setting.Type, check: @escaping @Sendable (Setting) -> String? = { _ in nil }
    ) -> ValueType<Setting> {
        let text: [(String, JSONText)] = [
            ("type", .string("string")), ("pattern", .string("^(\(Setting.pattern))$")),
        ]
        // YAML reads a bare number of entries as a number, not as text.
        let number: JSONText = .object([("type", .string("integer")), ("minimum", .integer(1))])
        let schema = Setting.self == CacheCapacity.self ? [("anyOf", .array([number, .object(text)]))] : text
        return .scalar(
            allowed: Setting.allowed, schema: schema, write: { Node($0.scenarioText) },
            json: { setting in
                if let capacity = setting as? CacheCapacity, case .entries(let count) = capacity {
                    return .integer(count)
                }
                return .string(setting.scenarioText)
            },
            parse: { text, _ throws(ScenarioTextError) in
                let setting = try Setting(scenarioText: text)
                if let reason = check(setting) { throw .outOfRange(reason) }
                return setting
            })
    }
}

private func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, (97...122).contains(first) else { return false }
    return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
}
