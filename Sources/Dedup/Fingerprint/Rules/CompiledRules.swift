/// Field rules compiled for the path of every request. They are immutable and shared, and for most fields one lookup in a
/// small table shows that no rule applies.
final class CompiledRules: Sendable {
    /// A node of the tree of paths.
    struct Node: Sendable {
        var rule: FieldRule?
        var members: [(name: String, node: Int)] = []
        var elements: [(index: Int, node: Int)] = []
        var every: Int?
    }

    /// The node of a field that no path leads to or through.
    static let noNode = -1

    /// Shows of most names that no rule is stated for them.
    let filter: NameFilter

    /// The node of the whole context, or ``noNode``.
    let root: Int

    private let names: [(folded: [UInt8], rule: FieldRule)]
    private let knowsSecrets: Bool
    private let nodes: [Node]

    /// Compiles rules.
    ///
    /// - Parameters:
    ///   - names: Rules by name.
    ///   - knowsSecrets: Whether ``SecretNames`` are secret unless `names` has a rule for them.
    ///   - paths: Rules by path.
    init(names: [(String, FieldRule)], knowsSecrets: Bool, paths: [(FieldPath, FieldRule)]) {
        self.names = names.map { (Self.folded($0.0), $0.1) }
        self.knowsSecrets = knowsSecrets
        self.filter = NameFilter(self.names.map(\.folded), spellings: knowsSecrets ? SecretNames.spellings : [])
        self.nodes = RuleTree(paths).nodes
        self.root = nodes.isEmpty ? Self.noNode : 0
    }

    /// UTF-8 with ASCII letters in lower case.
    static func folded(_ name: String) -> [UInt8] {
        name.utf8.map(\.lowercasedASCII)
    }

    /// The rule stated for a member, by its path or else by its name, and the node of its path.
    func member(_ name: String, of node: Int) -> (rule: FieldRule?, node: Int) {
        var child = Self.noNode
        if node != Self.noNode {
            for candidate in nodes[node].members where NameOrder.compare(candidate.name, name) == .same {
                child = candidate.node
            }
        }
        if child != Self.noNode, let rule = nodes[child].rule { return (rule, child) }
        return (statedByName(name), child)
    }

    /// The rule stated for an element by its path, and the node of its path.
    func element(_ index: Int, of node: Int) -> (rule: FieldRule?, node: Int) {
        guard node != Self.noNode else { return (nil, Self.noNode) }
        let child = nodes[node].elements.first { $0.index == index }?.node ?? nodes[node].every ?? Self.noNode
        return (child == Self.noNode ? nil : nodes[child].rule, child)
    }

    /// The rule stated for the whole context.
    var rootRule: FieldRule? { root == Self.noNode ? nil : nodes[root].rule }

    private func statedByName(_ name: String) -> FieldRule? {
        let bytes = name.utf8
        let (first, last) = (bytes.first ?? 0, bytes.last ?? 0)
        guard unsafe filter.table.mayContain(length: bytes.count, first: first, last: last) else { return nil }
        for candidate in names where candidate.folded.count == bytes.count {
            if zip(candidate.folded, bytes).allSatisfy({ $0 == $1.lowercasedASCII }) { return candidate.rule }
        }
        return knowsSecrets && SecretNames.contains(name) ? .secret : nil
    }
}

extension UInt8 {
    /// The byte; a capital letter of ASCII as a small one.
    var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}

/// The tree of paths while rules are compiled. Its nodes are in one array, the root first, so that no path is too long for
/// the call stack.
private struct RuleTree {
    private(set) var nodes: [CompiledRules.Node] = []

    init(_ paths: [(FieldPath, FieldRule)]) {
        for (path, rule) in paths {
            if nodes.isEmpty { nodes.append(CompiledRules.Node()) }
            let node = path.components.reduce(0) { child(of: $0, at: $1) }
            nodes[node].rule = rule
        }
        // Nodes that are added on the way are behind the current one, so they are visited too.
        var node = 0
        while node < nodes.count {
            if let every = nodes[node].every {
                for element in nodes[node].elements { adopt(every, into: element.node) }
            }
            node += 1
        }
    }

    /// Copies the rules for every index to a single index, except where it has rules of its own, so that a walk follows one
    /// branch only.
    private mutating func adopt(_ every: Int, into element: Int) {
        var pending = [(from: every, into: element)]
        while let (from, into) = pending.popLast() {
            nodes[into].rule = nodes[into].rule ?? nodes[from].rule
            for member in nodes[from].members { pending.append((member.node, child(of: into, at: .name(member.name)))) }
            for element in nodes[from].elements {
                pending.append((element.node, child(of: into, at: .index(element.index))))
            }
            if let every = nodes[from].every { pending.append((every, child(of: into, at: .every))) }
        }
    }

    /// The node one step below another; it is made if there is none.
    private mutating func child(of node: Int, at component: FieldPath.Component) -> Int {
        let next = nodes.count
        switch component {
        case .name(let name):
            if let known = nodes[node].members.first(where: { NameOrder.compare($0.name, name) == .same }) {
                return known.node
            }
            nodes[node].members.append((name, next))
        case .index(let index):
            if let known = nodes[node].elements.first(where: { $0.index == index }) { return known.node }
            nodes[node].elements.append((index, next))
        case .every:
            if let known = nodes[node].every { return known }
            nodes[node].every = next
        }
        nodes.append(CompiledRules.Node())
        return next
    }
}
