/// A place in which two requests differ, and the kind of difference. It never contains a value.
public struct FieldDifference: Hashable, Sendable {
    /// How two requests differ at a path. Later versions may add some, so a `switch` over them needs a `default`.
    public struct Kind: RawRepresentable, CaseIterable, Codable, Hashable, Sendable, CustomStringConvertible {
        fileprivate enum Value: String, CaseIterable {
            case onlyInFirst, onlyInSecond, typeDiffers, valueDiffers, secretDiffers
        }

        fileprivate let value: Value

        private init(_ value: Value) { self.value = value }

        /// The field is in the first request only.
        public static let onlyInFirst = Kind(.onlyInFirst)
        /// The field is in the second request only.
        public static let onlyInSecond = Kind(.onlyInSecond)
        /// The values are of two types, such as a string and a number.
        public static let typeDiffers = Kind(.typeDiffers)
        /// The values are of one type and differ.
        public static let valueDiffers = Kind(.valueDiffers)
        /// The secrets differ, or only one of the two is there to be digested.
        public static let secretDiffers = Kind(.secretDiffers)

        /// All kinds of this version.
        public static var allCases: [Kind] { Value.allCases.map(Kind.init) }

        /// The kind with this name, or nil if this version has none.
        public init?(rawValue: String) {
            guard let value = Value(rawValue: rawValue) else { return nil }
            self.value = value
        }

        /// The name of the kind, the same in every version.
        public var rawValue: String { value.rawValue }

        /// The name of the kind.
        public var description: String { rawValue }
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

extension FieldDifference {
    /// Whether place and kind are the same; names are compared by their Unicode scalars.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.kind == rhs.kind && Spelling(lhs.path) == Spelling(rhs.path)
    }
}

extension FieldDifference: CustomStringConvertible {
    /// The place, the kind, and the remedy if the field should not count.
    public var description: String {
        switch kind.value {
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
/// It compares canonical forms, so there is no difference exactly when the fingerprints are the same. If the forms of two
/// values differ, their members or elements are compared in turn, without recursion.
struct Explanation {
    private let settings: CanonicalSettings
    private var found: [FieldDifference] = []

    /// The pairs that are still to be compared, the next one last.
    private var pending: [Pair] = []

    init(settings: CanonicalSettings) {
        self.settings = settings
    }

    /// The differences between two contexts that have a fingerprint each.
    mutating func differences(
        _ first: JSONValue, _ second: JSONValue
    ) throws(FingerprintError) -> [FieldDifference] {
        let rules = settings.rules
        let rule = rules.rootRule ?? .include
        let parts = (try part(first, rule, rules.root), try part(second, rule, rules.root))
        pending = [Pair(path: FieldPath(), first: parts.0.takingPart, second: parts.1.takingPart)]
        while let pair = pending.popLast() { try compare(pair) }
        return found
    }

    /// A value, its rule, and its canonical form under that rule. The form is empty if nothing of the value takes part.
    fileprivate struct Part {
        let value: JSONValue
        let rule: FieldRule
        let node: Int
        let form: [UInt8]

        var takingPart: Part? { form.isEmpty ? nil : self }
    }

    /// Two values at the same place; nil for a value that is missing.
    private struct Pair {
        let path: FieldPath
        let first: Part?
        let second: Part?
    }

    private func part(_ value: JSONValue, _ rule: FieldRule, _ node: Int) throws(FingerprintError) -> Part {
        let form = try unsafe CanonicalBuffer.withStackMemory { memory throws(FingerprintError) in
            var writer = unsafe CanonicalWriter(startingIn: memory, settings: settings)
            _ = try unsafe writer.write(value, as: rule, node: node)
            return unsafe Array(writer.buffer.bytes)
        }
        return Part(value: value, rule: rule, node: node, form: form)
    }

    private mutating func compare(_ pair: Pair) throws(FingerprintError) {
        guard let first = pair.first, let second = pair.second else {
            if pair.first != nil { report(pair, .onlyInFirst) }
            if pair.second != nil { report(pair, .onlyInSecond) }
            return
        }
        if first.form == second.form { return }
        if first.rule == .secret || second.rule == .secret {
            return report(pair, first.rule == second.rule ? .secretDiffers : .typeDiffers)
        }
        switch (first.value, second.value) {
        case (.object(let left), .object(let right)):
            try compareMembers(members(of: left, first), members(of: right, second), at: pair.path)
        case (.array(let left), .array(let right)):
            try compareElements(elements(of: left, first), elements(of: right, second), at: pair.path)
        case (_, .object(let right)) where first.form.isEmpty:
            try compareMembers([], members(of: right, second), at: pair.path)
        case (.object(let left), _) where second.form.isEmpty:
            try compareMembers(members(of: left, first), [], at: pair.path)
        case (_, .array(let right)) where first.form.isEmpty:
            try compareElements([], elements(of: right, second), at: pair.path)
        case (.array(let left), _) where second.form.isEmpty:
            try compareElements(elements(of: left, first), [], at: pair.path)
        default: report(pair, first.value.typeName == second.value.typeName ? .valueDiffers : .typeDiffers)
        }
    }

    private mutating func report(_ pair: Pair, _ kind: FieldDifference.Kind) {
        found.append(FieldDifference(path: pair.path.description, kind: kind))
    }
}

extension Explanation {
    /// The members that take part.
    private func members(
        of object: JSONObject, _ part: Part
    ) throws(FingerprintError) -> [(name: String, part: Part)] {
        var members: [(name: String, part: Part)] = []
        for member in object.members {
            let stated = settings.rules.member(member.name, of: part.node)
            let rule = stated.rule ?? part.inheritedRule
            if let part = try self.part(member.value, rule, stated.node).takingPart {
                members.append((member.name, part))
            }
        }
        return members
    }

    /// All elements, including those of which nothing takes part.
    private func elements(of array: JSONArray, _ part: Part) throws(FingerprintError) -> [Part] {
        var elements: [Part] = []
        for (index, element) in array.elements.enumerated() {
            let stated = settings.rules.element(index, of: part.node)
            elements.append(try self.part(element, stated.rule ?? part.inheritedRule, stated.node))
        }
        return elements
    }

    private mutating func compareMembers(
        _ first: [(name: String, part: Part)], _ second: [(name: String, part: Part)], at path: FieldPath
    ) {
        var pairs: [Pair] = []
        var (left, right) = (first[...], second[...])
        while let name = Self.lesser(left.first?.name, right.first?.name) {
            let isLeft = left.first.map { NameOrder.compare($0.name, name) == .same } ?? false
            let isRight = right.first.map { NameOrder.compare($0.name, name) == .same } ?? false
            pairs.append(
                Pair(
                    path: path.appending(.name(name)), first: isLeft ? left.removeFirst().part : nil,
                    second: isRight ? right.removeFirst().part : nil))
        }
        pending.append(contentsOf: pairs.reversed())
    }

    /// The lesser of two names.
    private static func lesser(_ left: String?, _ right: String?) -> String? {
        guard let left, let right else { return left ?? right }
        return NameOrder.compare(left, right) == .after ? right : left
    }

    /// Elements are compared by index if places count, and otherwise in the order in which they take part.
    private mutating func compareElements(_ first: [Part], _ second: [Part], at path: FieldPath) {
        let placesCount = (first + second).contains { $0.rule == .ignore && !$0.form.isEmpty }
        let left = first.enumerated().filter { placesCount || !$0.element.form.isEmpty }
        let right = second.enumerated().filter { placesCount || !$0.element.form.isEmpty }
        let pairs = (0..<max(left.count, right.count)).map { position in
            let first = position < left.count ? left[position] : nil
            let second = position < right.count ? right[position] : nil
            let index = first?.offset ?? second?.offset ?? position
            return Pair(path: path.appending(.index(index)), first: first?.element, second: second?.element)
        }
        pending.append(contentsOf: pairs.reversed())
    }
}

extension Explanation.Part {
    /// The rule of members and elements that have none of their own.
    fileprivate var inheritedRule: FieldRule { rule == .ignore ? .ignore : .include }
}

extension FieldPath {
    fileprivate func appending(_ component: Component) -> FieldPath { FieldPath(components + [component]) }
}

extension JSONValue {
    /// The name of the type in JSON, where all numbers are one type.
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
