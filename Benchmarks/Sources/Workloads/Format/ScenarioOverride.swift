internal import Yams

/// A change to a scenario from outside its file: `system.cache.policy=lru`, `phases.storm.clients=8`.
///
/// The path may leave out `system.` or `workload.` in front (`cache.policy`, `keys.skew`). Elements of lists are named
/// by their number from 0 on, or by their `name`. The value is YAML (`[a, b]` is a list); `null` removes the field.
package struct ScenarioOverride: Hashable, Sendable {
    package let path: String
    package let value: String
    /// The option as it is shown in messages.
    let option: String

    package init(path: String, value: String, option: String = "--set") {
        self.path = path
        self.value = value
        self.option = option
    }

    /// Reads `path=value`.
    ///
    /// - Throws: ``ScenarioError`` if there is no `=` or no path.
    package init(_ text: String, option: String = "--set") throws(ScenarioError) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            var failure = ScenarioLoader.failure(.override, option, "write path=value, such as cache.policy=lru")
            failure.problems[0].override = "\(option) \(text)"
            throw failure
        }
        self.init(
            path: String(text[..<equals]), value: String(text[text.index(after: equals)...]), option: option)
    }

    private var text: String { option == "--\(path)" ? "\(option) \(value)" : "\(option) \(path)=\(value)" }

    /// What overrides have set so far.
    typealias Given = [(place: FieldPath, text: String)]

    /// Changes the tree; one that would undo an earlier change is a problem, because the loser would be silent.
    func apply(to root: inout Node, given: inout Given, _ problems: inout Problems) {
        switch OverridePath.resolve(path, in: root) {
        case .failure(let failure):
            problems.overrides.append((.root, text))
            problems.report(
                .override, at: .root, nil, failure.reason, allowed: failure.allowed, suggestion: failure.suggestion)
            problems.overrides.removeLast()
        case .success(let place):
            problems.overrides.append((place, text))
            if let lost = given.first(where: { $0.place.parts.starts(with: place.parts) }) {
                problems.report(
                    .override, at: place, nil, "it would undo `\(lost.text)`; give one of the two", allowed: nil)
            }
            given.append((place, text))
            do {
                let node = try Parser(yaml: value, resolver: .basic, encoding: .utf8).singleRoot() ?? Node("")
                root = root.setting(place.parts[...], to: node.isNull ? nil : node.unmarked)
            } catch {
                problems.report(.override, at: place, nil, "the value is not YAML; quote it", allowed: nil)
            }
        }
    }
}

extension Node {
    fileprivate var isNull: Bool { scalar.map { $0.style == .plain && ["null", "~"].contains($0.string) } ?? false }

    /// The node without its place, which is one in the override and not in the file.
    fileprivate var unmarked: Node {
        switch self {
        case .scalar(let scalar): .scalar(.init(scalar.string, .implicit, scalar.style))
        case .sequence(let sequence): Node(sequence.map(\.unmarked))
        case .mapping(let mapping): Node(mapping.map { ($0.key.unmarked, $0.value.unmarked) })
        case .alias: self
        }
    }

    /// A tree in which the node at the path is another one, or gone; sections on the way are made if need be. A path
    /// through something that is no section or list changes nothing: reading will complain about that.
    fileprivate func setting(_ path: ArraySlice<FieldPath.Part>, to value: Node?) -> Node {
        guard let part = path.first else { return value ?? self }
        let rest = path.dropFirst()
        switch (part, self) {
        case (.field(let name), .mapping(let mapping)):
            return .mapping(mapping.setting(name, rest, to: value))
        case (.element(let index), .sequence(let sequence)):
            var nodes = Array(sequence)
            nodes[index] = nodes[index].setting(rest, to: value)
            return .sequence(.init(nodes, sequence.tag, sequence.style, sequence.mark))
        default:
            return self
        }
    }
}

extension Node.Mapping {
    fileprivate func setting(_ name: String, _ rest: ArraySlice<FieldPath.Part>, to value: Node?) -> Node.Mapping {
        var pairs = map { ($0.key, $0.value) }
        if let index = pairs.firstIndex(where: { $0.0.scalar?.string == name }) {
            if rest.isEmpty, value == nil {
                pairs.remove(at: index)
            } else {
                pairs[index].1 = rest.isEmpty ? value ?? pairs[index].1 : pairs[index].1.setting(rest, to: value)
            }
        } else if let value {
            pairs.append((Node(name), rest.isEmpty ? value : Node.mapping(.init([])).setting(rest, to: value)))
        }
        return Node.Mapping(pairs, tag, style, mark)
    }
}
