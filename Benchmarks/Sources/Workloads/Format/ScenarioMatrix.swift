/// Several values for several fields, to be run in every combination.
///
/// An axis is `path=value,value`, with paths as in ``ScenarioOverride``. A comma ends a value, except in two cases: one
/// inside `[...]`, and one before an option of the value itself (`max:`, `jitter:`, `sigma:`), which no value begins
/// with. So `cache.ttl=fixed:1s,sliding:1s,max:10s` has two values: `fixed:1s` and `sliding:1s,max:10s`.
package struct ScenarioMatrix: Hashable, Sendable {
    /// The most combinations.
    package static let limit = 1000

    private static let options = ["max:", "jitter:", "sigma:"]

    package struct Axis: Hashable, Sendable {
        package let path: String
        package let values: [String]
    }

    package private(set) var axes: [Axis] = []

    /// Reads the axes as given on a command line.
    ///
    /// - Throws: ``ScenarioError`` for an axis without values, with a value twice, or given twice.
    package init(_ texts: [String]) throws(ScenarioError) {
        var problems: [ScenarioProblem] = []
        for text in texts {
            do throws(ScenarioError) {
                axes.append(try axis(text))
            } catch {
                problems += error.problems
            }
        }
        let count = axes.reduce(1) { $0.multipliedReportingOverflow(by: $1.values.count).partialValue }
        if problems.isEmpty, !(1...Self.limit).contains(count) || axes.count > 20 {
            problems.append(Self.problem(texts.joined(separator: " "), "more than \(Self.limit) combinations"))
        }
        if !problems.isEmpty { throw ScenarioError(problems: problems) }
    }

    /// Every combination as overrides; the last axis changes fastest. One empty combination if there is no axis.
    package var combinations: [[ScenarioOverride]] {
        axes.reduce([[]]) { combinations, axis in
            combinations.flatMap { combination in
                axis.values.map { combination + [ScenarioOverride(path: axis.path, value: $0, option: "--matrix")] }
            }
        }
    }

    private func axis(_ text: String) throws(ScenarioError) -> Axis {
        let override = try ScenarioOverride(text, option: "--matrix")
        let values = Self.split(override.value)
        guard values.allSatisfy({ !$0.isEmpty }) else { throw Self.failure(text, "a value is empty") }
        guard Set(values).count == values.count else { throw Self.failure(text, "a value is given twice") }
        guard !axes.contains(where: { $0.path == override.path }) else {
            throw Self.failure(text, "`\(override.path)` is given twice; put all its values into one --matrix")
        }
        return Axis(path: override.path, values: values)
    }

    private static func split(_ text: String) -> [String] {
        var values = [""]
        var depth = 0
        var rest = text[...]
        while let character = rest.popFirst() {
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            let ends = character == "," && depth <= 0 && !options.contains { rest.hasPrefix($0) }
            if ends { values.append("") } else { values[values.count - 1].append(character) }
        }
        return values
    }

    private static func failure(_ text: String, _ reason: String) -> ScenarioError {
        ScenarioError(problems: [problem(text, reason)])
    }

    private static func problem(_ text: String, _ reason: String) -> ScenarioProblem {
        ScenarioProblem(
            kind: .override, file: "--matrix", override: "--matrix \(text)", field: "", reason: reason,
            allowed: "path=value,value, such as cache.policy=lru,sieve")
    }
}
