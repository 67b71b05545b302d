/// One place in which two requests differ: where and how, never with what.
public struct FieldDifference: Hashable, Sendable {
    /// How two requests differ at a path.
    public enum Kind: String, CaseIterable, Codable, Hashable, Sendable {
        /// The field is in the first request only.
        case onlyInFirst
        /// The field is in the second request only.
        case onlyInSecond
        /// The values are of two types, such as a string and a number.
        case typeDiffers
        /// The values are of one type and differ.
        case valueDiffers
        /// The secrets differ, or only one of the two is there to be digested.
        case secretDiffers
    }

    /// The place: `$.options.requestedAt`. Names of fields only.
    public let path: String

    /// How the requests differ there.
    public let kind: Kind

    /// Makes a difference of a place and a kind.
    public init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

extension FieldDifference: CustomStringConvertible {
    /// The place, the kind, and what to do if the field should not count.
    public var description: String {
        switch kind {
        case .onlyInFirst: "\(path) is in the first only; \(remedy)"
        case .onlyInSecond: "\(path) is in the second only; \(remedy)"
        case .typeDiffers: "\(path) differs in type; pass it with one type always, or \(remedy)"
        case .valueDiffers: "\(path) differs; \(remedy)"
        case .secretDiffers: "\(path) differs (secret); \(remedy)"
        }
    }

    private var remedy: String { "mark it .ignore if it does not change the result." }
}

/// Compares two contexts as fingerprints see them.
///
/// It first reduces each to what takes part, as the writer does, then compares the two. Both have a fingerprint, so they
/// are no deeper than the limits allow.
struct Explanation {
    let rules: CompiledRules

    func differences(_ first: JSONValue, _ second: JSONValue) -> [FieldDifference] {
        let rule = rules.rootRule ?? .include
        var differences: [FieldDifference] = []
        compare(
            part(of: first, as: rule, node: rules.root), part(of: second, as: rule, node: rules.root),
            at: FieldPath(), into: &differences)
        return differences
    }

    /// What of a value takes part.
    private indirect enum Part {
        case scalar(JSONValue)
        case secret(Part)
        case object([(name: String, part: Part)])
        case array([(index: Int, part: Part)])
    }

    private func part(of value: JSONValue, as rule: FieldRule, node: Int) -> Part? {
        switch rule {
        case .include: return contents(of: value, ignoring: false, node: node)
        case .ignore: return contents(of: value, ignoring: true, node: node)
        case .secret: return contents(of: value, ignoring: false, node: node).map(Part.secret)
        }
    }

    private func contents(of value: JSONValue, ignoring: Bool, node: Int) -> Part? {
        let inherited = ignoring ? FieldRule.ignore : .include
        switch value {
        case .object(let object):
            let members = object.members.compactMap { member -> (name: String, part: Part)? in
                let stated = rules.member(member.name, of: node)
                return part(of: member.value, as: stated.rule ?? inherited, node: stated.node).map { (member.name, $0) }
            }
            return ignoring && members.isEmpty ? nil : .object(members)
        case .array(let values):
            let elements = values.enumerated().compactMap { index, element -> (index: Int, part: Part)? in
                let stated = rules.element(index, of: node)
                return part(of: element, as: stated.rule ?? inherited, node: stated.node).map { (index, $0) }
            }
            return ignoring && elements.isEmpty ? nil : .array(elements)
        case .null, .bool, .integer, .unsigned, .number, .string:
            return ignoring ? nil : .scalar(value)
        }
    }

    private func compare(_ first: Part?, _ second: Part?, at path: FieldPath, into found: inout [FieldDifference]) {
        switch (first, second) {
        case (nil, nil): break
        case (_?, nil): found.append(FieldDifference(path: path.description, kind: .onlyInFirst))
        case (nil, _?): found.append(FieldDifference(path: path.description, kind: .onlyInSecond))
        case (.secret(let left)?, .secret(let right)?):
            if !isSame(left, right) { found.append(FieldDifference(path: path.description, kind: .secretDiffers)) }
        case (.object(let left)?, .object(let right)?): compare(left, right, at: path, into: &found)
        case (.array(let left)?, .array(let right)?): compare(left, right, at: path, into: &found)
        case (.scalar(let left)?, .scalar(let right)?):
            guard left != right else { break }
            let kind: FieldDifference.Kind = left.typeName == right.typeName ? .valueDiffers : .typeDiffers
            found.append(FieldDifference(path: path.description, kind: kind))
        default: found.append(FieldDifference(path: path.description, kind: .typeDiffers))
        }
    }

    private func compare(
        _ first: [(name: String, part: Part)], _ second: [(name: String, part: Part)], at path: FieldPath,
        into found: inout [FieldDifference]
    ) {
        var left = first[...]
        var right = second[...]
        while let name = Self.next(left.first?.name, right.first?.name) {
            let leftPart = left.first.flatMap { NameOrder.compare($0.name, name) == .same ? $0.part : nil }
            let rightPart = right.first.flatMap { NameOrder.compare($0.name, name) == .same ? $0.part : nil }
            if leftPart != nil { left.removeFirst() }
            if rightPart != nil { right.removeFirst() }
            compare(leftPart, rightPart, at: path.appending(.name(name)), into: &found)
        }
    }

    /// The lesser of two names.
    private static func next(_ left: String?, _ right: String?) -> String? {
        guard let left, let right else { return left ?? right }
        return NameOrder.compare(left, right) == .after ? right : left
    }

    /// Elements are compared in the order in which they take part, because that is what the fingerprint sees.
    private func compare(
        _ first: [(index: Int, part: Part)], _ second: [(index: Int, part: Part)], at path: FieldPath,
        into found: inout [FieldDifference]
    ) {
        for position in 0..<max(first.count, second.count) {
            let left = position < first.count ? first[position] : nil
            let right = position < second.count ? second[position] : nil
            let index = left?.index ?? right?.index ?? position
            compare(left?.part, right?.part, at: path.appending(.index(index)), into: &found)
        }
    }

    private func isSame(_ first: Part, _ second: Part) -> Bool {
        var found: [FieldDifference] = []
        compare(first, second, at: FieldPath(), into: &found)
        return found.isEmpty
    }
}

extension FieldPath {
    fileprivate func appending(_ component: Component) -> FieldPath { FieldPath(components + [component]) }
}

extension JSONValue {
    /// What JSON calls the type; all numbers are one.
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .unsigned, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
