import Dedup
import Foundation
import Testing

/// Typed inputs become the JSON that they mean.
@Suite struct CanonicalEncoderTests {
    enum Level: String, Codable { case low, high }

    enum Event: Encodable {
        case opened
        case moved(from: Int, to: Int)
        case named(String)
    }

    enum Field: String, CodingKeyRepresentable, Encodable { case width, height }

    enum PlainKey: String, Encodable, Hashable { case a, b }

    struct Everything: Encodable {
        var text = "té\n"
        var yes = true
        var small: Int8 = -8
        var wide = UInt64.max
        var ratio = 0.5
        var float: Float = 0.1
        var missing: Int?
        var present: Int? = 3
        var level = Level.high
        var events = [Event.opened, .moved(from: 1, to: 2), .named("x")]
        var byName = ["b": 1, "a": 2]
        var byNumber = [10: "ten", 9: "nine"]
        var byField: [Field: Int] = [.width: 1, .height: 2]
        var nested: [[Int?]] = [[1, nil], []]
        var json: JSONValue = ["k": [nil, 1.0]]
    }

    @Test func eachFieldBecomesItsJSON() throws {
        let value = try CanonicalEncoder().encode(Everything())
        #expect(
            value == [
                "text": "té\n", "yes": true, "small": -8, "wide": .unsigned(.max), "ratio": 0.5, "float": 0.1,
                "present": 3,
                "level": "high",
                "events": [["opened": [:]], ["moved": ["from": 1, "to": 2]], ["named": ["_0": "x"]]],
                "byName": ["a": 2, "b": 1], "byNumber": ["9": "nine", "10": "ten"],
                "byField": ["height": 2, "width": 1], "nested": [[1, nil], []], "json": ["k": [nil, 1]],
            ])
    }

    static let encodables: [any Encodable & Sendable] = [
        1, "a", true, 1.5, [1, 2], ["a": 1], [[nil, 1]] as [[Int?]], Level.low, ["x": ["y": [true]]],
        Date(timeIntervalSinceReferenceDate: 12.25), Data([0, 255]),
        UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
    ]

    /// If `JSONEncoder` encodes a value in the same way, its text has the same canonical form.
    @Test(arguments: encodables.indices)
    func theCanonicalFormIsThatOfFoundationsText(_ index: Int) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .deferredToDate
        encoder.dataEncodingStrategy = .deferredToData
        let text = try encoder.encode(Self.encodables[index])
        #expect(
            try CanonicalJSON.bytes(encoding: Self.encodables[index])
                == CanonicalJSON.bytes(of: JSONValue(parsing: text)))
    }

    @Test func foundationTypesEncodeThemselvesByTheirCodableConformance() throws {
        let encoder = CanonicalEncoder()
        #expect(try encoder.encode(Date(timeIntervalSinceReferenceDate: 1)) == 1)
        #expect(try encoder.encode([Date(timeIntervalSinceReferenceDate: 0.5)]) == [0.5])
        #expect(try encoder.encode(Data([1, 2])) == [1, 2])
        let url = try #require(URL(string: "https://example.org/a"))
        #expect(try encoder.encode(url)["relative"] == "https://example.org/a")
        #expect(try encoder.encode(Decimal(5))["exponent"] == 0)
    }

    @Test func floatsEnterWithTheirOwnShortestDigits() throws {
        let floats: [Float] = [0.1, 1, -0, 16_777_216, 3.4028235e38, .leastNonzeroMagnitude, 1e20, 0.3]
        for float in floats {
            let text = try JSONEncoder().encode([float])
            #expect(try CanonicalJSON.bytes(encoding: [float]) == CanonicalJSON.bytes(of: JSONValue(parsing: text)))
        }
    }

    static let unordered: [any Encodable & Sendable] = [
        Set([1]), [Set(["a"])], ["a": Set([1])], Optional(Set([1])), [PlainKey.a: 1], [1.5: "x"], [[PlainKey.a: 1]],
        ["deep": ["er": [true: 1]]],
    ]

    @Test(arguments: unordered.indices)
    func collectionsWithoutAnOrderAreErrors(_ index: Int) {
        let error = #expect(throws: FingerprintError.self) { try CanonicalEncoder().encode(Self.unordered[index]) }
        #expect(error?.code == .unordered)
    }

    @Test func theErrorNamesPathTypeAndRemedy() {
        struct Query: Encodable {
            var filters = [["tags": Set(["canary-value"])]]
        }
        let error = #expect(throws: FingerprintError.self) { try CanonicalEncoder().encode(Query()) }
        #expect(error?.path == "$.filters[0].tags")
        #expect(error?.description.contains("Set<String>") == true)
        #expect(error?.description.contains("sorted array") == true)
        #expect(error?.description.contains("canary") == false)
    }

    @Test func optionSetsAreNumbers() throws {
        struct Options: OptionSet, Encodable {
            let rawValue: Int
        }
        #expect(try CanonicalEncoder().encode(Options(rawValue: 5)) == 5)
    }

    @Test func explicitNullAndAbsenceDiffer() throws {
        struct Explicit: Encodable {
            var value: Int?
            enum CodingKeys: CodingKey { case value }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(value, forKey: .value)
            }
        }
        struct Synthesised: Encodable {
            var value: Int?
        }
        #expect(try CanonicalEncoder().encode(Explicit()) == ["value": nil])
        #expect(try CanonicalEncoder().encode(Synthesised()) == [:])
        #expect(try CanonicalEncoder().encode(Int?.none) == nil)
    }

    @Test func integersOf128BitsMustFitIn64() throws {
        #expect(try CanonicalEncoder().encode([Int128(5)]) == [5])
        #expect(try CanonicalEncoder().encode(UInt128(UInt64.max)) == .unsigned(.max))
        let error = #expect(throws: FingerprintError.self) { try CanonicalEncoder().encode(["a": [UInt128.max]]) }
        #expect(error?.code == .integerTooWide)
        #expect(error?.path == "$.a[0]")
    }

    class Base: Encodable {
        var base = 1
    }

    final class Derived: Base {
        var derived = 2
        enum CodingKeys: CodingKey { case derived, parent }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try super.encode(to: container.superEncoder())
            try super.encode(to: container.superEncoder(forKey: .parent))
            try container.encode(derived, forKey: .derived)
        }
    }

    @Test func superclassesEncodeThroughSuperEncoder() throws {
        #expect(
            try CanonicalEncoder().encode(Derived()) == ["derived": 2, "parent": ["base": 1], "super": ["base": 1]])
    }

    struct Interleaved: Encodable {
        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Key.self)
            var list = outer.nestedUnkeyedContainer(forKey: .b)
            var object = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
            try list.encode(1)
            try object.encode("x", forKey: .b)
            try outer.encode(true, forKey: .c)
            var inner = list.nestedContainer(keyedBy: Key.self)
            try list.encodeNil()
            try inner.encode(2.5, forKey: .a)
            var deep = list.nestedUnkeyedContainer()
            try deep.encode("last")
            var again = encoder.container(keyedBy: Key.self)
            try again.encode(list.count, forKey: .d)
        }
        enum Key: CodingKey { case a, b, c, d }
    }

    @Test func nestedContainersMayBeFilledInAnyOrder() throws {
        #expect(
            try CanonicalEncoder().encode(Interleaved()) == [
                "a": ["b": "x"], "b": [1, ["a": 2.5], nil, ["last"]], "c": true, "d": 4,
            ])
    }

    struct Closure: Encodable, Sendable {
        let body: @Sendable (any Encoder) throws -> Void
        func encode(to encoder: any Encoder) throws { try body(encoder) }
    }

    struct Failure: Error {
        let value = "canary-value"
    }

    enum Key: CodingKey { case a }

    /// Misuses of an encoder, and the code of the error for each.
    static let misuses: [(FingerprintError.Code, Closure)] = [
        (.encodedNothing, Closure { _ in }),
        (
            .duplicateName,
            Closure { encoder in
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(1, forKey: .a)
                try container.encode(1, forKey: .a)
            }
        ),
        (
            .mixedContainers,
            Closure { encoder in
                _ = encoder.container(keyedBy: Key.self)
                _ = encoder.unkeyedContainer()
            }
        ),
        (
            .mixedContainers,
            Closure { encoder in
                var container = encoder.singleValueContainer()
                try container.encode(1)
                try container.encode(2)
            }
        ),
        (.encodingFailed, Closure { _ in throw Failure() }),
    ]

    /// By number, because the test library would encode the misuse itself.
    @Test(arguments: misuses.indices)
    func misuseIsATypedError(number: Int) {
        let (code, misuse) = Self.misuses[number]
        let error = #expect(throws: FingerprintError.self) { try CanonicalEncoder().encode(["x": [misuse]]) }
        #expect(error?.code == code)
        if code != .encodingFailed { #expect(error?.path == "$.x[0]") }
        #expect(error?.description.contains("canary") == false)
    }

    @Test func endlessRecursionIsAnErrorAndNoCrash() {
        final class Loop: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(self)
            }
        }
        final class Nest: Encodable {
            enum Key: CodingKey { case a }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(self, forKey: .a)
            }
        }
        for input in [Loop(), Nest()] as [any Encodable] {
            let error = #expect(throws: FingerprintError.self) { try CanonicalEncoder().encode(input) }
            #expect(error?.code == .tooDeep)
        }
    }

    @Test func codingPathsLeadToTheValue() throws {
        let probe = Closure { encoder in
            var container = encoder.singleValueContainer()
            try container.encode(
                encoder.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/"))
        }
        #expect(try CanonicalEncoder().encode(["a": ["b": [probe]]]) == ["a": ["b": ["a/b/0"]]])
    }
}
