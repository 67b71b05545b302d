import Dedup
import Foundation
import Testing

/// Literals and variables become the JSON that they mean.
@Suite struct JSONLiteralTests {
    struct Point: Encodable, Sendable { var x = 1, y = 2 }

    struct Opaque {}

    enum Suit: String, JSONConvertible, Codable {
        case hearts
        var jsonValue: JSONValue { .string(rawValue) }
    }

    @Test func variablesOfTheUsualTypesAreWrapped() {
        let (text, missing, present) = ("té", String?.none, String?.some("x"))
        #expect(JSONValue(text) == "té")
        #expect(JSONValue(true) == true)
        #expect(JSONValue(missing) == nil && JSONValue(present) == "x")
        #expect(JSONValue(Optional(missing)) == nil)
        #expect(JSONValue([text, "b"]) == ["té", "b"] && JSONValue([missing, present]) == [nil, "x"])
        #expect(JSONValue([text: [1, 2], "a": []]) == ["té": [1, 2], "a": []])
        #expect(JSONValue(Suit.hearts) == "hearts" && JSONValue([Suit.hearts]) == ["hearts"])
        #expect(JSONValue(JSONObject()) == [:] && JSONValue(JSONArray([1])) == [1] && JSONValue(JSONValue(1)) == 1)
    }

    @Test func numbersOfEveryTypeAreExact() throws {
        #expect(JSONValue(Int.min) == .integer(.min) && JSONValue(Int64.max) == .integer(.max))
        #expect(JSONValue(Int8.min) == -128 && JSONValue(Int16.max) == 32_767 && JSONValue(Int32.min) == -2_147_483_648)
        #expect(
            JSONValue(UInt8.max) == 255 && JSONValue(UInt16.max) == 65_535 && JSONValue(UInt32.max) == 4_294_967_295)
        #expect(JSONValue(UInt.max) == .unsigned(.max) && JSONValue(UInt64.max) == .unsigned(.max))
        #expect(JSONValue(UInt64(1) << 63) == .unsigned(1 << 63) && JSONValue(UInt64(7)) == 7)
        #expect(JSONValue(0.1) == 0.1 && JSONValue(Float(0.1)) == 0.1)
        #expect(try JSONValue(Int128(5)) == 5)
        let error = #expect(throws: FingerprintError.self) { try JSONValue(UInt128.max) }
        #expect(error?.code == .integerTooWide)
    }

    @Test func encodableValuesAreEncoded() throws {
        #expect(try JSONValue(Point()) == ["x": 1, "y": 2])
        #expect(try JSONValue([Point()]) == [["x": 1, "y": 2]])
        #expect(try JSONValue(["p": Point?.none]) == ["p": nil])
        #expect(try JSONValue([5: "five"]) == ["5": "five"])
        let error = #expect(throws: FingerprintError.self) { try JSONValue(["a": Set([1])]) }
        #expect(error?.code == .unordered && error?.path == "$.a")
    }

    @Test func literalsMayHoldVariables() throws {
        let (path, depth, name, id, tags) = ("/srv", 3, String?.none, UInt64.max, ["a", "b"])
        let expected: JSONValue = [
            "path": "/srv", "depth": 3, "name": nil, "id": .unsigned(.max), "tags": ["a", "b"], "all": true,
            "since": nil,
            "list": [1, 2], "filter": ["depth": 3, "limit": 0.5, "deep": ["x": [1, "/srv", nil, ["y": false]]]],
            "suit": "hearts", "point": ["x": 1, "y": 2],
        ]
        let context = try JSONValue([
            "path": path, "depth": depth, "name": name, "id": id, "tags": tags, "all": true, "since": nil,
            "list": [1, 2],
            "filter": ["depth": depth, "limit": 0.5, "deep": ["x": [1, path, nil, ["y": false]]]],
            "suit": Suit.hearts, "point": JSONValue(Point()),
        ])
        #expect(context == expected)
    }

    /// In a nested literal of several types the compiler takes everything; what is encodable there is encoded.
    @Test func aValueWithoutJSONInANestedLiteralIsAnErrorThatNamesTheField() throws {
        #expect(
            try JSONValue(["a": ["point": Point(), "n": 1, "uuid": UUID()]])["a"]?["point"] == ["x": 1, "y": 2])
        let error = #expect(throws: FingerprintError.self) {
            try JSONValue(["a": ["x": [1, Opaque()], "y": "canary"]])
        }
        #expect(error?.code == .notEncodable && error?.path == "$.a.x[1]")
        #expect(error?.description.contains("Opaque") == true && error?.description.contains("canary") == false)
        let unordered = #expect(throws: FingerprintError.self) { try JSONValue(["a": [1, ["s": Set([1]), "t": 1]]]) }
        #expect(unordered?.code == .unordered && unordered?.path == "$.a[1].s")
        let twice = #expect(throws: FingerprintError.self) { try JSONValue(["a": 1, "b": 2, "a": "x"]) }
        #expect(twice?.code == .duplicateName)
    }

    @Test func namesThatOnlyLookAlikeAreTwo() throws {
        let value = 1
        #expect(try JSONValue(["\u{e9}": value, "e\u{301}": "x"]) == ["\u{e9}": 1, "e\u{301}": "x"])
    }

    @Test func aNestOfAnythingIsRefusedWhenItIsTooDeep() {
        let deep = (0..<200).reduce(1 as Any) { value, _ in [value, "x"] as [Any] }
        let error = #expect(throws: FingerprintError.self) { try JSONValue(["a": [deep, 1]]) }
        #expect(error?.code == .tooDeep)
    }

    @Test func descriptionsAreTheCanonicalJSON() throws {
        #expect("\(["b": [1.0, nil], "a": "é\""] as JSONValue)" == #"{"a":"é\"","b":[1,null]}"#)
        #expect("\(JSONArray([1]))" == "[1]" && "\(JSONObject())" == "{}")
        #expect("\(["a": [.number(.nan)]] as JSONValue)".contains("$.a[0]"))
        #expect(String(reflecting: [1, 2] as JSONValue) == "[1,2]")
    }
}
