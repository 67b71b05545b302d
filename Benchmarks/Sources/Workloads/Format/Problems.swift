internal import Yams

/// Collects what is wrong while a scenario is read, and finds for each problem the place to point at.
struct Problems {
    let file: String
    /// Values that came from overrides and not from the file.
    var overrides: [(path: FieldPath, text: String)] = []
    private(set) var found: [ScenarioProblem] = []

    init(file: String) { self.file = file }

    mutating func report(
        _ kind: ScenarioProblem.Kind, at path: FieldPath, _ mark: Mark?, _ reason: String, allowed: String? = nil,
        suggestion: String? = nil
    ) {
        let override = overrides.last { path.parts.starts(with: $0.path.parts) }
        found.append(
            ScenarioProblem(
                kind: kind, file: file, line: override == nil ? mark?.line : nil,
                column: override == nil ? mark?.column : nil, override: override?.text, field: path.description,
                reason: reason, allowed: allowed, suggestion: suggestion))
    }

    /// All problems as one error, in the order of the file; those without a line come first.
    func error() -> ScenarioError? {
        guard !found.isEmpty else { return nil }
        let order = found.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.element.column ?? 0, left.offset)
                < (right.element.line ?? 0, right.element.column ?? 0, right.offset)
        }
        return ScenarioError(problems: order.map(\.element))
    }
}

/// Where a value is in a scenario, in the words of `--set`: `workload.keys.skew`, `phases.storm.clients`.
struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    enum Part: Hashable, Sendable {
        case field(String)
        case element(Int)
    }

    private(set) var parts: [Part] = []
    /// What is shown for each part: an element of a list by its name, if it has one.
    private var shown: [String] = []

    static let root = FieldPath()

    func field(_ name: String) -> FieldPath { adding(.field(name), name) }

    func element(_ index: Int, name: String? = nil) -> FieldPath { adding(.element(index), name ?? "\(index)") }

    private func adding(_ part: Part, _ text: String) -> FieldPath {
        var path = self
        path.parts.append(part)
        path.shown.append(text)
        return path
    }

    var description: String { shown.joined(separator: ".") }
}
