import Dedup

// How contexts are written, compiled as users compile them: with SwiftPM's default settings.

/// A value of one's own that stands in contexts as it is.
struct Money: JSONConvertible, Codable {
    var cents: Int
    var jsonValue: JSONValue { ["cents": JSONValue(cents)] }
}

/// A value of one's own that only encodes itself.
struct Search: Encodable, Sendable {
    var words: [String]
}

/// Contexts without variables: they are a `JSONValue` as they stand, whatever stands inside.
func literals(_ registry: StepRegistry) async throws -> [JSONValue] {
    [
        try await registry.execute(
            "list", context: ["path": "/srv/app", "depth": 2, "all": true, "since": nil, "ratio": 0.5],
            as: JSONValue.self
        ).value,
        try await registry.execute(
            "list", context: ["tags": ["a", 1, nil, [true, ["deep": [:]]]], "filter": ["name": "x", "limit": 3]],
            as: JSONValue.self
        ).value,
        try await registry.execute(
            "list", context: ["largest": 18_446_744_073_709_551_615, "list": [1, 2.5], "text": "a\(1)b"],
            as: JSONValue.self
        ).value,
        try await registry.execute("list", as: JSONValue.self).value,
        try await registry.execute("list", context: [:], as: JSONValue.self).value,
        try await registry.execute("list", context: [], as: JSONValue.self).value,
        try await registry.execute("list", context: nil, as: JSONValue.self).value,
        try await registry.execute("list", context: 5, as: JSONValue.self).value,
        try await registry.execute("list", context: "x", as: JSONValue.self).value,
        try await registry.execute("list", context: [1, "x"], as: JSONValue.self).value,
    ]
}

/// Contexts with plain variables in them.
func variables(
    _ registry: StepRegistry, path: String, depth: Int, name: String?, id: UInt64, tags: [String], price: Money
) async throws -> [any Sendable] {
    let limits = ["day": 5, "month": 100]
    return [
        try await registry.execute("list", context: ["path": path]).value,
        try await registry.execute(
            "list", context: ["path": path, "depth": depth, "all": true, "since": nil, "ratio": 0.5]
        ).value,
        try await registry.execute(
            "list", context: ["id": id, "tags": tags, "name": name, "limits": limits, "price": price],
            as: JSONValue.self, scope: name
        ).value,
        try await registry.execute(
            "list", context: ["path": path, "tags": ["a", "b"], "more": [1, 2], "empty": [:]]
        ).value,
        try await registry.execute(
            "list", context: ["path": path, "filter": ["name": path, "limit": 3, "tags": tags, "on": true]]
        ).value,
        try await registry.execute(
            "list", context: ["path": path, "mixed": [1, path, nil, ["depth": depth, "price": price]]]
        ).value,
        try await registry.execute(
            "list", context: ["search": JSONValue(Search(words: tags)), "depth": depth],
            call: CallOptions(refresh: true)
        ).value,
    ]
}

/// What a registry knows of them without executing anything.
func inspected(_ registry: StepRegistry, path: String, depth: Int) async throws -> [String] {
    let key = try registry.fingerprint(of: "list", context: ["path": path, "depth": depth])
    let same = try registry.fingerprint(of: "list", context: ["path": "/srv/app", "depth": 2])
    let differences = try registry.explain("list", ["path": path], ["path": "/srv/app", "depth": depth])
    try registry.invalidate("list", context: ["path": path, "depth": depth])
    let record = try await registry.record(of: "list", context: ["path": path])
    return ["\(key)", "\(same)", "\(differences.map(\.path))", "\(record?.executions ?? 0)"]
}

/// Single values.
func values(path: String, depth: Int, name: String?, id: UInt64, tags: [String], price: Money) throws -> [JSONValue] {
    [
        JSONValue(path), JSONValue(depth), JSONValue(name), JSONValue(id), JSONValue(tags), JSONValue(price),
        JSONValue(true), JSONValue(0.5), JSONValue(depth as Int?), JSONValue([path: depth]), JSONValue([[depth], []]),
        JSONValue([name, nil]), JSONValue(Float(0.1)), JSONValue(Int8(1)), JSONValue(UInt.max), JSONValue("literal"),
        JSONValue(18_446_744_073_709_551_615), JSONValue([1, 2]), JSONValue(["a": ["b": 1]]),
        ["path": .init(path), "filter": ["depth": .init(depth), "all": true]],
        ["path": JSONValue(path), "tags": JSONValue(tags)],
        .array([1, JSONValue(path)]), .string(path), .integer(1),
        try JSONValue(Search(words: tags)), try JSONValue(["path": path, "depth": depth]),
        try JSONValue(["name": "x", "limit": 3]),
    ]
}
