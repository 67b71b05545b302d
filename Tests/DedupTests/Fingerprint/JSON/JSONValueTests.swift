import Dedup
import DedupTesting
import Testing

/// Equality, order and literals of JSON values.
@Suite struct JSONValueTests {
    static let distinct: [JSONValue] = [
        nil, false, true, 0, 1, "", "0", "1", "true", "null", [], [nil], [[]], [:], ["a": nil], ["a": ""], ["a": []],
        ["a": 1, "b": 2], ["a": 2, "b": 1], [1, 2], [2, 1], 0.5, "\u{e9}", "e\u{301}", ["\u{e9}": 1], ["e\u{301}": 1],
        .integer(.max), .unsigned(1 << 63), .unsigned(.max), .integer(.min), 9_007_199_254_740_991,
        9_007_199_254_740_992, 9_007_199_254_740_993, 9_007_199_254_740_994, .number(0x1p64), .number(0x1p70), -1,
        .number(.infinity), .number(-.infinity), .number(.nan), .number(.leastNonzeroMagnitude),
    ]

    static let same: [[JSONValue]] = [
        [1, 1.0, .unsigned(1), .number(1)], [0, .number(-0.0), .unsigned(0), 0.0],
        [.number(0x1p53), .integer(1 << 53), .unsigned(1 << 53)], [.number(-0x1p53), .integer(-1 << 53)],
        [.number(0x1p60), .integer(1_152_921_504_606_847_000)], [.number(1e19), .unsigned(10_000_000_000_000_000_000)],
        [["a": 1, "b": [true]], ["b": [true], "a": 1.0]], [.number(.nan), .number(.nan)],
    ]

    @Test func differentValuesDiffer() {
        for (left, first) in Self.distinct.enumerated() {
            for (right, second) in Self.distinct.enumerated() where left != right {
                #expect(first != second, "\(first) and \(second)")
            }
            #expect(first == first)
        }
        #expect(Set(Self.distinct).count == Self.distinct.count)
    }

    @Test(arguments: same)
    func valuesWithOneCanonicalFormAreEqualAndHashAlike(_ values: [JSONValue]) throws {
        for value in values {
            #expect(value == values[0])
            #expect(value.hashValue == values[0].hashValue)
            if values[0] != .number(.nan) {
                #expect(try CanonicalJSON.bytes(of: value) == CanonicalJSON.bytes(of: values[0]))
            }
        }
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func equalityIsEqualityOfCanonicalForms(_ seed: UInt64) throws {
        var random = SeededJSON(seed: seed)
        let values = (0..<120).map { _ in random.value(depth: 2) }
        let forms = try values.map { try CanonicalJSON.bytes(of: $0) }
        for left in values.indices {
            for right in values.indices {
                #expect((values[left] == values[right]) == (forms[left] == forms[right]), "seed \(seed)")
                if values[left] == values[right] { #expect(values[left].hashValue == values[right].hashValue) }
            }
        }
    }

    @Test func membersAreSortedByUTF16CodeUnits() throws {
        let names = [
            "\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}", "", "a", "aa", "\u{ffff}", "\u{10000}",
        ]
        let object = try JSONObject(names.shuffled().map { ($0, nil) })
        #expect(
            object.members.map(\.name) == names.sorted { Array($0.utf16).lexicographicallyPrecedes(Array($1.utf16)) })
        for name in names { #expect(object[name] == JSONValue.null) }
        #expect(object["b"] == nil)
    }

    @Test(arguments: [31, 32] as [UInt64])
    func theOrderOfRandomNamesIsThatOfUTF16(_ seed: UInt64) {
        var random = SeededJSON(seed: seed)
        for _ in 0..<300 {
            let names = random.object(depth: 0).members.map { Array($0.name.utf16) }
            #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) }, "seed \(seed)")
        }
    }

    @Test(arguments: 2...60)
    func objectsOfAnySizeAreSortedAndTheirDuplicatesFound(_ count: Int) throws {
        var random = SplitMix64(seed: UInt64(count))
        for round in 0..<20 {
            let stem = ["", "a", "shared-prefix-of-names-", "é", "12345678"][round % 5]
            let names = (0..<count).map { "\(stem)\($0 * 7_919 % 1_000)" }.shuffled(using: &random)
            let object = try JSONObject(names.map { ($0, .string($0)) })
            #expect(object.members.map(\.name) == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            #expect(object.members.allSatisfy { $0.value == .string($0.name) })
            let twice = (names + [names[round % count]]).shuffled(using: &random)
            #expect(throws: FingerprintError.self) { try JSONObject(twice.map { ($0, .null) }) }
        }
    }

    @Test func aNameGivenTwiceIsAnError() {
        let error = #expect(throws: FingerprintError.self) { try JSONObject([("a", 1), ("b", 2), ("a", 3)]) }
        #expect(error?.code == .duplicateName)
        #expect(throws: Never.self) { try JSONObject([("\u{e9}", 1), ("e\u{301}", 2)]) }
    }

    @Test func aNameGivenTwiceInALiteralStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let value: JSONValue = ["a": 1, "a": 2]
            print(value)
        }
    }

    @Test func anIntegerLiteralBeyond64BitsStopsTheProgram() async {
        let largest: JSONValue = 18_446_744_073_709_551_615
        #expect(largest == .unsigned(.max))
        let least: JSONValue = -9_223_372_036_854_775_808
        #expect(least == .integer(.min))
        await #expect(processExitsWith: .failure) {
            let value: JSONValue = 18_446_744_073_709_551_616
            print(value)
        }
        await #expect(processExitsWith: .failure) {
            let value: JSONValue = -9_223_372_036_854_775_809
            print(value)
        }
    }

    @Test func membersAndElementsAreFoundByNameAndIndex() {
        let value: JSONValue = ["list": [1, ["x": true]], "name": "\(1 + 1)"]
        #expect(value["list"]?[1]?["x"] == true)
        #expect(value["name"] == "2")
        #expect(value["list"]?[2] == nil)
        #expect(value[0] == nil)
        #expect(value["name"]?["x"] == nil)
    }
}
