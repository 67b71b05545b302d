/// How a field of a context takes part in its fingerprint.
public enum FieldRule: String, CaseIterable, Codable, Hashable, Sendable {
    /// As it is.
    case include
    /// Not at all: requests that differ only here are the same work. An ignored field is as if it were absent.
    case ignore
    /// As a digest under the ``SecretKey``: requests that differ here are different work, and the value appears nowhere.
    case secret
}

/// Which fields of a context take part in its fingerprint, and how.
///
/// A rule is stated for a name, at any depth and in any letter case (of ASCII), or for a path, exactly. The rule of a
/// field is the one stated for its path, else the one stated for its name, else the one it inherits from the object or
/// array it stands in; the context itself is included. So a path wins over a name, and something stated for a field wins
/// over something stated for what encloses it:
///
/// - A rule for a path lifts a rule for a name: `["$.page.token": .include]` with `token` secret elsewhere.
/// - In an ignored object only those fields take part that have a rule of their own. A secret is therefore never lost
///   by accident: ignoring `$.headers` still lets `$.headers.authorization` take part, as the default says, unless that
///   is ignored itself, by name or by path.
/// - A secret object or array is digested as a whole, with its types and names; what is ignored in it is left out.
///
/// By default `password`, `token`, `secret`, `authorization`, `apiKey` and `cookie` are secret.
///
/// Path syntax: `$` is the whole context, `$.options.requestedAt` a member, `$['a name']` a member with any name (`\'`
/// and `\\` inside), `$.orders[0]` an element, `$.orders[*].id` a member of each element. An index wins over `[*]`.
public struct FieldRules: Sendable {
    /// The names that are secret unless a rule says otherwise.
    public static let defaultSecretNames = ["password", "token", "secret", "authorization", "apiKey", "cookie"]

    /// The default secret names and nothing else.
    public static let standard = FieldRules(
        names: [:], paths: [:], defaults: true,
        compiled: CompiledRules(names: defaultSecretNames.map { ($0, .secret) }, paths: []))

    /// No rules at all: each field is included as it is, a password too. For contexts known to hold no secrets.
    public static let includeAll = FieldRules(
        names: [:], paths: [:], defaults: false, compiled: CompiledRules(names: [], paths: []))

    /// The rules stated by name.
    public let names: [String: FieldRule]

    /// The rules stated by path.
    public let paths: [String: FieldRule]

    /// Whether ``defaultSecretNames`` are secret where `names` does not say otherwise.
    public let usesDefaults: Bool

    let compiled: CompiledRules

    /// States rules.
    ///
    /// - Parameters:
    ///   - names: Rules by name, at any depth and in any letter case. A rule for a default secret name replaces the
    ///     default; `["token": .ignore]` is the way to say that tokens do not matter.
    ///   - paths: Rules by path; see the type for the syntax.
    ///   - usesDefaults: Whether ``defaultSecretNames`` are secret; true by default.
    /// - Throws: ``FieldRulesError``, naming the rule, for an empty name, a name given twice in different letter cases,
    ///   a path that cannot be read, or one given twice in different spellings.
    public init(
        names: [String: FieldRule] = [:], paths: [String: FieldRule] = [:], usesDefaults: Bool = true
    ) throws(FieldRulesError) {
        let stated = try Self.checked(names: names)
        let defaults = usesDefaults ? Self.defaultSecretNames.filter { stated[CompiledRules.folded($0)] == nil } : []
        let byName = names.map { ($0.key, $0.value) } + defaults.map { ($0, FieldRule.secret) }
        self.init(
            names: names, paths: paths, defaults: usesDefaults,
            compiled: CompiledRules(names: byName, paths: try Self.checked(paths: paths)))
    }

    private init(names: [String: FieldRule], paths: [String: FieldRule], defaults: Bool, compiled: CompiledRules) {
        self.names = names
        self.paths = paths
        self.usesDefaults = defaults
        self.compiled = compiled
    }

    private static func checked(names: [String: FieldRule]) throws(FieldRulesError) -> [[UInt8]: FieldRule] {
        var stated: [[UInt8]: FieldRule] = [:]
        for (name, rule) in names.sorted(by: { $0.key < $1.key }) {
            guard !name.isEmpty else {
                throw FieldRulesError(rule: name, problem: "A name is empty; use the path $[''] for an empty name.")
            }
            guard stated.updateValue(rule, forKey: CompiledRules.folded(name)) == nil else {
                throw FieldRulesError(
                    rule: name, problem: "The name is given twice; names are the same in any letter case.")
            }
        }
        return stated
    }

    private static func checked(paths: [String: FieldRule]) throws(FieldRulesError) -> [(FieldPath, FieldRule)] {
        var stated: [(FieldPath, FieldRule)] = []
        var seen: Set<[UInt8]> = []
        for (text, rule) in paths.sorted(by: { $0.key < $1.key }) {
            do throws(FieldPath.Problem) {
                let path = try FieldPath(parsing: text)
                guard seen.insert(Array(path.description.utf8)).inserted else {
                    throw FieldPath.Problem(sentence: "The path is given twice in different spellings; give it once.")
                }
                stated.append((path, rule))
            } catch {
                throw FieldRulesError(rule: text, problem: error.sentence)
            }
        }
        return stated
    }
}

extension FieldRules: Hashable {
    /// Whether the same rules are stated.
    public static func == (lhs: FieldRules, rhs: FieldRules) -> Bool {
        lhs.names == rhs.names && lhs.paths == rhs.paths && lhs.usesDefaults == rhs.usesDefaults
    }

    /// Feeds what ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(names)
        hasher.combine(paths)
        hasher.combine(usesDefaults)
    }
}

/// Why field rules cannot be used: it names the rule.
public struct FieldRulesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name or path as it was given.
    public let rule: String

    /// What is wrong with it and what to write instead: full sentences.
    public let problem: String

    /// The rule and its problem.
    public var description: String { "The field rule \"\(rule)\" cannot be used. \(problem)" }
}
