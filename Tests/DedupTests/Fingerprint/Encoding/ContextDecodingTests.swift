import Dedup
import DedupTesting
import Foundation
import Testing

/// A context by name becomes the input that `JSONDecoder` would make of its canonical JSON, and an error names the field.
@Suite struct ContextDecodingTests {
    struct Numbers: Codable, Hashable, Sendable {
        var i8: Int8?
        var i16: Int16?
        var i32: Int32?
        var i64: Int64?
        var int: Int?
        var u8: UInt8?
        var u16: UInt16?
        var u32: UInt32?
        var u64: UInt64?
        var uint: UInt?
        var float: Float?
        var double: Double?
    }

    enum Shape: Codable, Hashable, Sendable {
        case point
        case circle(radius: Double)
        case named(String, Int?)
    }

    enum Kind: String, Codable, CodingKeyRepresentable, Sendable { case small, large }

    struct Things: Codable, Sendable {
        var text: String?
        var flag: Bool?
        var list: [Int?]?
        var byName: [String: [Double]]?
        var byNumber: [Int: String]?
        var byKind: [Kind: Shape]?
        var shapes: [Shape]?
        var date: Date?
        var data: Data?
        var url: URL?
        var decimal: Decimal?
        var uuid: UUID?
        var range: Range<Int>?
        var json: JSONValue?
        var nested: Numbers?
    }

    /// Opens its containers by hand.
    struct ByHand: Codable, Sendable {
        var values: [String] = []

        init(from decoder: any Decoder) throws {
            let outer = try decoder.container(keyedBy: AnyKey.self)
            values.append(outer.allKeys.map(\.stringValue).sorted().joined())
            var list = try outer.nestedUnkeyedContainer(forKey: AnyKey("list"))
            values.append("\(list.count ?? -1)")
            while !list.isAtEnd {
                if try list.decodeNil() {
                    values.append("nil at \(list.currentIndex)")
                } else if let number = try? list.decode(Int.self) {
                    values.append("\(number)")
                } else if let inner = try? list.nestedContainer(keyedBy: AnyKey.self) {
                    values.append(inner.codingPath.map(\.stringValue).joined(separator: "/"))
                } else {
                    values.append(try list.decode(String.self))
                }
            }
            let parent = try outer.superDecoder()
            values.append(try parent.singleValueContainer().decodeNil() ? "no parent" : "\(String(from: parent))")
            values.append("\(outer.contains(AnyKey("x"))) \((try? outer.decodeNil(forKey: AnyKey("x"))) as Any)")
        }
    }

    struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// Whether a context is decoded, or refused, as `JSONDecoder` does it.
    private func agrees<Input: Codable & Sendable>(_ type: Input.Type, _ context: JSONValue) throws -> Bool {
        let limits = FingerprintLimits.standard
        let text = Data(try CanonicalJSON.bytes(of: context))
        let expected = Result { try CanonicalEncoder().encode(JSONDecoder().decode(type, from: text)) }
        let decoded = Result {
            try CanonicalEncoder().encode(ContextDecoder.decode(type, from: context, limits: limits))
        }
        switch (expected, decoded) {
        case (.success(let expected), .success(let decoded)): return expected == decoded
        case (.failure, .failure(let error)): return (error as? DedupError)?.code == .invalidContext
        default: return false
        }
    }

    private static let numbers: [JSONValue] =
        [
            nil, true, "1", [], [:], 0, 1, -1, 1.0, 1.5, -0.0, 127, 128, -128, -129, 255, 256, 32_767, 32_768, 65_536,
            2_147_483_648, 4_294_967_295, 4_294_967_296, 9_007_199_254_740_993, .integer(.max), .integer(.min),
            .unsigned(1 << 63), .unsigned(.max), .unsigned(5), .number(0x1p53), .number(0x1p60), .number(-0x1p63),
            .number(0x1p64), 1e19, 1e20, 1e21, 1e300, -1e300, 1e-300, 1e-40, 1.4e-45, 3.4028235e38, 3.4028236e38,
            16_777_217,
            0.1, 0.30000001192092896, 1.00000017881393432617187499, 8_589_973_000, .number(.leastNonzeroMagnitude),
        ]

    @Test(arguments: [
        "i8", "i16", "i32", "i64", "int", "u8", "u16", "u32", "u64", "uint", "float", "double", "other",
    ])
    func numbersAreThoseOfAJSONDecoder(_ field: String) throws {
        for number in Self.numbers {
            let context = JSONValue.object(try JSONObject([(field, number)]))
            #expect(try agrees(Numbers.self, context), "\(context)")
        }
    }

    static let things: [JSONValue] = [
        [:], [], nil, 5, "x", ["text": "é\u{0}"], ["text": 5], ["text": nil], ["flag": true], ["flag": 1],
        ["flag": "true"],
        ["list": [1, nil, 3]], ["list": [1, "x"]], ["list": [1.5]], ["list": ["a": 1]],
        ["byName": ["a": [1, 0.5], "b": []]],
        ["byName": ["a": 1]], ["byNumber": ["1": "a", "-2": "b"]], ["byNumber": ["x": "a"]],
        ["byKind": ["small": ["point": [:]], "large": ["circle": ["radius": 2]]]], ["byKind": ["huge": ["point": [:]]]],
        ["shapes": [["point": [:]], ["named": ["_0": "x"]], ["named": ["_0": "x", "_1": 5]]]],
        ["shapes": [["cube": [:]]]],
        ["shapes": [["point": [:], "circle": ["radius": 1]]]], ["shapes": [[:]]], ["date": 12.25], ["date": 5],
        ["date": "now"],
        ["data": "AQL/"], ["data": ""], ["data": "***"], ["data": [1, 2]], ["data": nil],
        ["url": "https://example.org/a?b=c#d"], ["url": ""], ["url": "http://[::"], ["url": 5],
        ["url": ["relative": "x"]],
        ["decimal": 12.5], ["decimal": 0.1], ["decimal": .unsigned(.max)], ["decimal": "1"], ["decimal": 1e20],
        ["decimal": -3], ["decimal": 1e100], ["decimal": true], ["uuid": "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"],
        ["uuid": "x"], ["range": [1, 5]], ["range": [5, 1]], ["range": [1]], ["json": ["a": [1, nil, ["b": 0.5]]]],
        ["json": nil], ["json": .unsigned(.max)], ["nested": ["i8": 5, "unknown": [1]]], ["nested": ["i8": 500]],
        ["nested": [["i8": 5]]], ["Text": "x"], ["e\u{301}": 1],
    ]

    @Test(arguments: things)
    func typesOfAllKindsAreThoseOfAJSONDecoder(_ context: JSONValue) throws {
        #expect(try agrees(Things.self, context))
        #expect(try agrees([String: Things].self, ["a": context]))
        #expect(try agrees([Things].self, [context, context]))
        #expect(try agrees(Things?.self, context))
    }

    @Test(
        arguments: [
            ["list": [1, nil, "x", ["a": 1], 2], "super": "p", "x": nil], ["list": []], ["list": nil], [:], [],
            ["list": [[]]], ["list": [1.5]], ["list": [], "super": nil, "x": 1], ["list": [], "super": 5],
        ] as [JSONValue])
    func containersOpenedByHandAreThoseOfAJSONDecoder(_ context: JSONValue) throws {
        #expect(try agrees(ByHand.self, context))
    }

    @Test(arguments: [101, 102] as [UInt64])
    func randomContextsAreDecodedOrRefusedAsByAJSONDecoder(_ seed: UInt64) throws {
        var random = SeededJSON(seed: seed)
        let names = [
            "text", "flag", "list", "byName", "date", "decimal", "nested", "json", "i8", "u64", "float", "double",
        ]
        var decoded = 0
        for _ in 0..<400 {
            let members = names.shuffled(using: &random.generator).prefix(2).map { ($0, random.value(depth: 2)) }
            let context = JSONValue.object(try JSONObject(members))
            #expect(try agrees(Things.self, context), "seed \(seed): \(context)")
            #expect(try agrees(Numbers.self, context), "seed \(seed): \(context)")
            #expect(try agrees(JSONValue.self, context), "seed \(seed): \(context)")
            decoded += (try? ContextDecoder.decode(Things.self, from: context, limits: .standard)) == nil ? 0 : 1
        }
        #expect(decoded > 20)
    }

    @Test(
        arguments: [
            (["i8": -129], "$.i8"), (["i8": 1.5], "$.i8"), (["u64": 1.5], "$.u64"), (["u64": -1], "$.u64"),
            (["float": 1e300], "$.float"), (["int": 9_223_372_036_854_775_808], "$.int"), (["i16": "x"], "$.i16"),
            (["double": true], "$.double"), ([1], "$"),
        ] as [(JSONValue, String)])
    func aNumberThatDoesNotFitNamesItsField(_ context: JSONValue, _ path: String) throws {
        for (context, path) in [
            (context, path), (["nested": context], "$.nested\(path.dropFirst())"),
            (["byKind": ["a b": context]], "$.byKind['a b']\(path.dropFirst())"),
        ] {
            let error = #expect(throws: DedupError.self) {
                switch path {
                case _ where path.hasPrefix("$.nested"): _ = try decode(Things.self, context)
                case _ where path.hasPrefix("$.byKind"): _ = try decode([String: [String: Numbers]].self, context)
                default: _ = try decode(Numbers.self, context)
                }
            }
            #expect(error?.code == .invalidContext)
            #expect(error?.message.contains("\(path) in the context") == true, "\(error?.message ?? "")")
            for value in ["129", "1.5", "300", "922337", "-1"] { #expect(error?.message.contains(value) == false) }
        }
    }

    private func decode<Input>(_ type: Input.Type, _ context: JSONValue) throws -> Input {
        try ContextDecoder.decode(type, from: context, limits: .standard)
    }

    @Test func elementsAndMissingFieldsAreNamedToo() {
        struct Query: Codable { var ids: [UInt64], names: [String: Int8] }
        for (context, text) in [
            (
                ["ids": [1, -1], "names": [:]],
                "$.ids[1] in the context of a Query is a number that does not fit in UInt64"
            ),
            (
                ["ids": [], "names": ["x": 300]],
                "$.names.x in the context of a Query is a number that does not fit in Int8"
            ),
            (["ids": [nil], "names": [:]], "$.ids[0] in the context of a Query is null"),
            (["ids": []], "The context of a Query lacks $.names"),
            (["ids": ["x"], "names": [:]], "$.ids[0] in the context of a Query is not of type UInt64"),
        ] as [(JSONValue, String)] {
            let error = #expect(throws: DedupError.self) { try decode(Query.self, context) }
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test func equalContextsDecodeAlike() throws {
        for values in JSONValueTests.same where values[0] != .number(.nan) {
            let decoded = try values.map { value in
                try [
                    CanonicalEncoder().encode(decode(JSONValue.self, value)),
                    CanonicalEncoder().encode(try? decode(Int64.self, value)),
                    CanonicalEncoder().encode(try? decode(Double.self, value)),
                    CanonicalEncoder().encode(try? decode(Float.self, value)),
                    CanonicalEncoder().encode((try? decode(Decimal.self, value)).map { "\($0)" }),
                ]
            }
            #expect(Set(decoded).count == 1, "\(values)")
        }
    }
}
