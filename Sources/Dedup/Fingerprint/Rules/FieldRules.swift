internal import Caching

/// How a field of a context takes part in its fingerprint.
public enum FieldRule: String, CaseIterable, Codable, Hashable, Sendable {
    /// The field takes part as it is.
    case include
    /// The field takes no part, as if it were absent: requests that differ only here are the same work.
    case ignore
    /// The field takes part as a digest under the ``SecretKey``: requests that differ here are different work, and the value
    /// appears nowhere.
    case secret
}

/// Which fields of a context take part in its fingerprint, and how.
///
/// A rule is stated for a name, at any depth and in any letter case (of ASCII), or for a path, exactly. The rule of a
/// field is the one stated for its path, else the one stated for its name, else the one it inherits from the object or
/// array around it; the context itself is included. So a path wins over a name, and a rule for a field wins over a rule
/// for an object or array around it:
///
/// - A rule for a path lifts a rule for a name: `["$.page.token": .include]` with `token` secret elsewhere.
/// - In an ignored object only those fields take part that have a rule of their own. A secret is therefore never lost
///   by accident: with `$.headers` ignored, `$.headers.authorization` still takes part as a secret by default, unless it
///   is ignored itself, by name or by path.
/// - An ignored element is left out, as if it were not in its array. But if something in an ignored element takes part, the
///   places of such elements and the number of all elements count: under `["$.items[*]": .ignore,
///   "$.items[*].keep": .include]` the contexts `[{"x":1},{"keep":2}]`, `[{"keep":2},{"x":1}]` and `[{"keep":2}]` differ.
/// - A secret object or array is digested as a whole, with its types and names, but without its ignored fields.
///
/// By default ``defaultSecretNames`` are secret.
///
/// Path syntax: `$` is the whole context, `$.options.requestedAt` a member, `$['a name']` a member with any name (`\'`
/// and `\\` inside), `$.orders[0]` an element, `$.orders[*].id` a member of each element. An index wins over `[*]`.
public struct FieldRules: Sendable {
    /// The names that are secret unless a rule says otherwise, in one spelling each.
    ///
    /// Letter case (of ASCII), hyphens and underscores make no difference: `apiKey` stands for `api_key` and `API-KEY`, and
    /// `xApiKey` for `X-Api-Key`. A name is compared as a whole, so `token_count` and `keyboard` are not secret. The names:
    ///
    /// - `password`, `newPassword`, `oldPassword`, `currentPassword`, `userPassword`, `passwd`, `pwd`, `passphrase`
    /// - `secret`, `clientSecret`, `appSecret`, `apiSecret`, `consumerSecret`, `sharedSecret`, `webhookSecret`, `secretKey`,
    ///   `secretAccessKey`, `awsSecretAccessKey`
    /// - `token`, `accessToken`, `refreshToken`, `idToken`, `authToken`, `oauthToken`, `bearerToken`, `apiToken`,
    ///   `sessionToken`, `securityToken`, `privateToken`, `resetToken`, `csrfToken`, `xsrfToken`, `jwt`, `xAuthToken`,
    ///   `xAccessToken`, `xCsrfToken`, `xXsrfToken`, `xAmzSecurityToken`
    /// - `authorization`, `proxyAuthorization`, `credential`, `credentials`
    /// - `apiKey`, `xApiKey`, `accessKey`, `authKey`, `privateKey`, `sshKey`, `signingKey`, `encryptionKey`, `sessionKey`
    /// - `cookie`, `cookies`, `setCookie`, `sessionCookie`
    public static let defaultSecretNames = SecretNames.all

    /// The default secret names and nothing else.
    public static let standard = FieldRules(
        names: [:], paths: [:], defaults: true, compiled: CompiledRules(names: [], knowsSecrets: true, paths: []))

    /// No rules at all: each field is included as it is, a password too. Use it for contexts that hold no secrets.
    public static let includeAll = FieldRules(
        names: [:], paths: [:], defaults: false, compiled: CompiledRules(names: [], knowsSecrets: false, paths: []))

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
    ///     default for that spelling: with `["token": .ignore]` tokens do not matter, and with `["apiKey": .ignore]` the
    ///     field `api_key` is still secret.
    ///   - paths: Rules by path; see the type for the syntax.
    ///   - usesDefaults: Whether ``defaultSecretNames`` are secret; true by default.
    /// - Throws: ``FieldRulesError``, naming the rule, for an empty name, a name given twice in different letter cases,
    ///   a path that cannot be read, or one given twice in different spellings.
    public init(
        names: [String: FieldRule] = [:], paths: [String: FieldRule] = [:], usesDefaults: Bool = true
    ) throws(FieldRulesError) {
        try Self.check(names: names)
        self.init(
            names: names, paths: paths, defaults: usesDefaults,
            compiled: CompiledRules(
                names: names.map { ($0.key, $0.value) }, knowsSecrets: usesDefaults,
                paths: try Self.checked(paths: paths)))
    }

    private init(names: [String: FieldRule], paths: [String: FieldRule], defaults: Bool, compiled: CompiledRules) {
        self.names = names
        self.paths = paths
        self.usesDefaults = defaults
        self.compiled = compiled
    }

    private static func check(names: [String: FieldRule]) throws(FieldRulesError) {
        var stated: Set<[UInt8]> = []
        for name in names.keys.sorted() {
            guard !name.isEmpty else {
                throw FieldRulesError(rule: name, problem: "A name is empty; use the path $[''] for an empty name.")
            }
            guard stated.insert(CompiledRules.folded(name)).inserted else {
                throw FieldRulesError(
                    rule: name, problem: "The name is given twice; names are the same in any letter case.")
            }
        }
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
    /// Whether the same rules are stated: names and paths are compared by their Unicode scalars, as fields are.
    public static func == (lhs: FieldRules, rhs: FieldRules) -> Bool {
        lhs.usesDefaults == rhs.usesDefaults && isSame(lhs.names, rhs.names) && isSame(lhs.paths, rhs.paths)
    }

    /// Feeds the parts that ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        // Names of the same scalars are equal strings, so the hash of strings will do.
        hasher.combine(names)
        hasher.combine(paths)
        hasher.combine(usesDefaults)
    }

    private static func isSame(_ lhs: [String: FieldRule], _ rhs: [String: FieldRule]) -> Bool {
        // A dictionary calls "\u{e9}" and "e\u{301}" one key, so that the one finds the other.
        lhs.count == rhs.count
            && lhs.allSatisfy { key, rule in
                guard let index = rhs.index(forKey: key) else { return false }
                return Spelling(rhs[index].key) == Spelling(key) && rhs[index].value == rule
            }
    }
}

/// The reason why field rules cannot be used. It names the rule.
public struct FieldRulesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name or path as it was given.
    public let rule: String

    /// The problem and the remedy, as full sentences.
    public let problem: String

    /// The rule and its problem.
    public var description: String { "The field rule \"\(rule)\" cannot be used. \(problem)" }
}

extension FieldRulesError {
    /// Whether rule and problem are the same; rules are compared by their Unicode scalars.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        Spelling(lhs.rule) == Spelling(rhs.rule) && lhs.problem == rhs.problem
    }
}

extension FieldRulesError: LibraryError {}
