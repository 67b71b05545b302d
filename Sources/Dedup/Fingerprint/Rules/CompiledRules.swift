/// Field rules made ready for the path of every request: immutable, shared, and silent about most fields at the cost of
/// one test of a bit.
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

    /// Lets most names pass without a look at the rules.
    let filter: NameFilter

    /// The node of the whole context, or ``noNode``.
    let root: Int

    private let names: [(folded: [UInt8], rule: FieldRule)]
    private let nodes: [Node]

    init(names: [(String, FieldRule)], paths: [(FieldPath, FieldRule)]) {
        self.names = names.map { (Self.folded($0.0), $0.1) }
        self.filter = NameFilter(self.names.map(\.folded))
        var tree = PathTree()
        for (path, rule) in paths { tree.insert(path.components[...], rule) }
        tree.spreadEvery()
        var nodes: [Node] = []
        self.root = paths.isEmpty ? Self.noNode : tree.flatten(into: &nodes)
        self.nodes = nodes
    }

    /// UTF-8 with ASCII letters in lower case.
    static func folded(_ name: String) -> [UInt8] {
        name.utf8.map(folded)
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
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
        let count = name.utf8.count
        for candidate in names where candidate.folded.count == count {
            if zip(candidate.folded, name.utf8).allSatisfy({ $0 == Self.folded($1) }) { return candidate.rule }
        }
        return nil
    }
}

/// The tree of paths while rules are compiled.
private struct PathTree {
    var rule: FieldRule?
    var members: [(name: String, tree: PathTree)] = []
    var elements: [(index: Int, tree: PathTree)] = []
    var every: [PathTree] = []

    mutating func insert(_ components: ArraySlice<FieldPath.Component>, _ rule: FieldRule) {
        guard let first = components.first else {
            self.rule = rule
            return
        }
        let rest = components.dropFirst()
        switch first {
        case .name(let name): members[memberPosition(name)].tree.insert(rest, rule)
        case .index(let index): elements[elementPosition(index)].tree.insert(rest, rule)
        case .every:
            if every.isEmpty { every.append(PathTree()) }
            every[0].insert(rest, rule)
        }
    }

    /// Gives each single index what is stated for every index and not for it, so that a walk follows one branch only.
    mutating func spreadEvery() {
        if let general = every.first {
            for position in elements.indices { elements[position].tree.adopt(general) }
        }
        for position in members.indices { members[position].tree.spreadEvery() }
        for position in elements.indices { elements[position].tree.spreadEvery() }
        for position in every.indices { every[position].spreadEvery() }
    }

    func flatten(into nodes: inout [CompiledRules.Node]) -> Int {
        let position = nodes.count
        nodes.append(CompiledRules.Node(rule: rule))
        let members = members.map { (name: $0.name, node: $0.tree.flatten(into: &nodes)) }
        let elements = elements.map { (index: $0.index, node: $0.tree.flatten(into: &nodes)) }
        let every = every.first?.flatten(into: &nodes)
        nodes[position] = CompiledRules.Node(rule: rule, members: members, elements: elements, every: every)
        return position
    }

    /// Takes over what the other tree states and this one does not.
    private mutating func adopt(_ general: PathTree) {
        if rule == nil { rule = general.rule }
        for member in general.members { members[memberPosition(member.name)].tree.adopt(member.tree) }
        for element in general.elements { elements[elementPosition(element.index)].tree.adopt(element.tree) }
        for tree in general.every {
            if every.isEmpty { every.append(PathTree()) }
            every[0].adopt(tree)
        }
    }

    private mutating func memberPosition(_ name: String) -> Int {
        if let position = members.firstIndex(where: { NameOrder.compare($0.name, name) == .same }) { return position }
        members.append((name, PathTree()))
        return members.count - 1
    }

    private mutating func elementPosition(_ index: Int) -> Int {
        if let position = elements.firstIndex(where: { $0.index == index }) { return position }
        elements.append((index, PathTree()))
        return elements.count - 1
    }
}

/// Two words of bits that say of most names that no rule is stated for them: a name passes when its (length, first letter)
/// or its (length, last letter) is that of no stated name. The same for both cases of an ASCII letter.
struct NameFilter: Sendable {
    private var firsts: UInt64 = 0
    private var lasts: UInt64 = 0

    /// Makes a filter of names in UTF-8.
    init(_ names: [[UInt8]]) {
        for name in names {
            firsts |= Self.bit(name.count, name.first ?? 0)
            lasts |= Self.bit(name.count, name.last ?? 0)
        }
    }

    /// False only when no name has that length and those letters.
    @inline(__always)
    func mayContain(length: Int, first: UInt8, last: UInt8) -> Bool {
        firsts & Self.bit(length, first) != 0 && lasts & Self.bit(length, last) != 0
    }

    @inline(__always)
    private static func bit(_ length: Int, _ letter: UInt8) -> UInt64 {
        1 &<< UInt64(truncatingIfNeeded: length &* 7 &+ Int(letter & 0x1f))
    }
}
