internal import Wording
internal import Yams

/// Finds the field that an override means.
enum OverridePath {
    struct Failure: Error {
        let reason: String
        let allowed: String?
        let suggestion: String?
    }

    /// Sections that a path may leave out at its start, in the order in which they are tried.
    private static let shortcuts = [[], ["system"], ["workload"]]

    static func resolve(_ path: String, in root: Node) -> Result<FieldPath, Failure> {
        let words = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let attempts = shortcuts.map { walk($0, words, in: root) }
        for case .success(let place) in attempts { return .success(place) }
        // The attempt that got furthest knows best what is wrong.
        let failures = attempts.compactMap { attempt -> Stop? in
            if case .failure(let stop) = attempt { stop } else { nil }
        }
        guard let best = failures.max(by: { $0.depth < $1.depth }) else { preconditionFailure("One attempt failed.") }
        return .failure(best.depth == 0 ? unknownStart(path, words) : best.failure)
    }

    private struct Stop: Error {
        /// How many words of the path as typed were understood.
        let depth: Int
        let failure: Failure
    }

    private static func walk(_ start: [String], _ typed: [String], in root: Node) -> Result<FieldPath, Stop> {
        var shape = ScenarioFormat.scenario.type.shape
        var place = FieldPath.root
        for (index, word) in (start + typed).enumerated() {
            switch step(word, from: place, shape, in: root) {
            case .success(let next): (place, shape) = next
            case .failure(let failure): return .failure(Stop(depth: index - start.count, failure: failure))
            }
        }
        return .success(place)
    }

    /// Goes down by one word of a path.
    private static func step(
        _ word: String, from place: FieldPath, _ shape: Shape, in root: Node
    ) -> Result<(FieldPath, Shape), Failure> {
        switch shape {
        case .scalar:
            let reason = "`\(place)` is a single value and has no field `\(word)`"
            return .failure(Failure(reason: reason, allowed: nil, suggestion: nil))
        case .section(_, let fields):
            if let field = fields.first(where: { $0.name == word }) {
                return .success((place.field(word), field.shape))
            }
            let names = fields.map(\.name)
            let nearest = NearestName.of(word, among: names).map { "\(place.field($0))" }
            let reason = "`\(place)` has no field `\(word)`"
            return .failure(Failure(reason: reason, allowed: names.joined(separator: ", "), suggestion: nearest))
        case .list(let element, _):
            let nodes = root.child(place.parts)?.sequence.map(Array.init) ?? []
            if let index = index(of: word, in: nodes) {
                return .success((place.element(index, name: nodes[index].nameField), element))
            }
            let names = nodes.enumerated().map { $1.nameField ?? "\($0)" }.joined(separator: ", ")
            let reason = "`\(place)` has no element `\(word)`"
            return .failure(Failure(reason: reason, allowed: names, suggestion: nil))
        }
    }

    /// The element that has the name, if only one has, or the number.
    private static func index(of word: String, in nodes: [Node]) -> Int? {
        let named = nodes.indices.filter { nodes[$0].nameField == word }
        guard let index = named.count == 1 ? named[0] : WholeNumberText.parse(word) else { return nil }
        return nodes.indices.contains(index) ? index : nil
    }

    private static func unknownStart(_ path: String, _ words: [String]) -> Failure {
        let known = leaves(of: ScenarioFormat.scenario.type.shape)
        let last = words.last ?? ""
        let byName = known.filter { $0.split(separator: ".").last.map(String.init) == last }
        let short = known.map { $0.hasPrefix("system.") ? String($0.dropFirst(7)) : $0 }
        return Failure(
            reason: "no field is named `\(path)`",
            allowed: "paths such as cache.policy, keys.skew, phases.storm.clients",
            suggestion: byName.first ?? NearestName.of(path, among: known + short))
    }

    /// The paths of all single values outside lists.
    private static func leaves(of shape: Shape, _ prefix: String = "") -> [String] {
        guard case .section(_, let fields) = shape else { return prefix.isEmpty ? [] : [prefix] }
        return fields.flatMap { leaves(of: $0.shape, prefix.isEmpty ? $0.name : "\(prefix).\($0.name)") }
    }
}
