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

/// Takes contexts as the calls by name do: a context without variables in it is a `JSONValue`, one with variables is not.
enum Call {
    static func named(_ name: String, context: JSONValue) -> JSONValue { context }

    @_disfavoredOverload
    static func named(
        _ name: String, context: KeyValuePairs<String, (any JSONLiteralElement)?>
    ) throws -> JSONValue {
        try JSONValue(context)
    }
}

/// Contexts without variables: they need no `try` and no initialiser, whatever stands inside.
func literals() -> [JSONValue] {
    [
        Call.named("list", context: ["path": "/srv/app", "depth": 2, "all": true, "since": nil, "ratio": 0.5]),
        Call.named(
            "list", context: ["tags": ["a", 1, nil, [true, ["deep": [:]]]], "filter": ["name": "x", "limit": 3]]),
        Call.named("list", context: ["largest": 18_446_744_073_709_551_615, "list": [1, 2.5], "text": "a\(1)b"]),
        Call.named("list", context: [:]), Call.named("list", context: []), Call.named("list", context: nil),
        Call.named("list", context: 5), Call.named("list", context: "x"), Call.named("list", context: [1, "x"]),
    ]
}

/// Contexts with plain variables in them.
func variables(path: String, depth: Int, name: String?, id: UInt64, tags: [String], price: Money) throws -> [JSONValue]
{
    let limits = ["day": 5, "month": 100]
    return [
        try Call.named("list", context: ["path": path]),
        try Call.named("list", context: ["path": path, "depth": depth, "all": true, "since": nil, "ratio": 0.5]),
        try Call.named("list", context: ["id": id, "tags": tags, "name": name, "limits": limits, "price": price]),
        try Call.named("list", context: ["path": path, "tags": ["a", "b"], "more": [1, 2], "empty": [:]]),
        try Call.named(
            "list", context: ["path": path, "filter": ["name": path, "limit": 3, "tags": tags, "on": true]]),
        try Call.named("list", context: ["path": path, "mixed": [1, path, nil, ["depth": depth, "price": price]]]),
        try Call.named("list", context: ["search": JSONValue(Search(words: tags)), "depth": depth]),
    ]
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
