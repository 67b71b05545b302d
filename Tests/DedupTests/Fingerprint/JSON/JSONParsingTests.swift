import Dedup
import Testing

/// The strict parser: texts that it takes, texts that it refuses, and the places that its errors name.
@Suite struct JSONParsingTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("\t\r\n false", false), ("0", 0), ("-0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .unsigned(9_223_372_036_854_775_808)), ("18446744073709551615", .unsigned(.max)),
            ("1.5", 1.5), ("-1.5e3", -1500), ("1E+2", 100), ("1e-2", 0.01), ("1e40", 1e40),
            ("100000000000000000000", 1e20), ("-295147905179352830000", -0x1p68),
            (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\uD83D\uDE00""#, "é😀"),
            (#""e\u0301""#, "e\u{301}"), (#""\u0000""#, "\0"), ("[]", []), ("[ 1 , [ ] ]", [1, []]), ("{}", [:]),
            (#"{ "b" : 1 , "a" : { } }"#, ["a": [:], "b": 1]), (#"{"":0}"#, ["": 0]),
        ] as [(String, JSONValue)])
    func validTextsAreRead(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 1, 1), ("  ", .unexpectedEnd, 1, 3), ("{", .unexpectedEnd, 1, 2),
            ("[1,", .unexpectedEnd, 1, 4), (#"{"a""#, .unexpectedEnd, 1, 5), (#""abc"#, .unexpectedEnd, 1, 5),
            ("tru", .unexpectedEnd, 1, 4), ("-", .unexpectedEnd, 1, 2), ("1.", .unexpectedEnd, 1, 3),
            ("nul!", .unexpectedCharacter, 1, 4), ("[1 2]", .unexpectedCharacter, 1, 4),
            ("{1:2}", .unexpectedCharacter, 1, 2), ("[1,]", .unexpectedCharacter, 1, 4),
            (#"{"a":1,}"#, .unexpectedCharacter, 1, 8), ("NaN", .unexpectedCharacter, 1, 1),
            ("+1", .unexpectedCharacter, 1, 1), (#"{"a" 1}"#, .unexpectedCharacter, 1, 6),
            ("1 2", .trailingContent, 1, 3), ("{}\n\n x", .trailingContent, 3, 2),
            ("\u{feff}1", .byteOrderMark, 1, 1), ("\"a\nb\"", .controlCharacter, 1, 3),
            (#""\x41""#, .invalidEscape, 1, 2), (#""\u12g4""#, .invalidEscape, 1, 2),
            (#""\u+123""#, .invalidEscape, 1, 2),
            (#""\ud800""#, .loneSurrogate, 1, 2), (#""\udc00""#, .loneSurrogate, 1, 2),
            (#""\ud800\ud800""#, .loneSurrogate, 1, 2), (#""\ud800\n""#, .loneSurrogate, 1, 2),
            ("01", .invalidNumber, 1, 1), ("[-01]", .invalidNumber, 1, 2), ("1.x", .invalidNumber, 1, 1),
            ("1e+", .unexpectedEnd, 1, 4), (".5", .unexpectedCharacter, 1, 1), ("1e400", .numberOverflow, 1, 1),
            ("[0,-1e999]", .numberOverflow, 1, 4), ("18446744073709551616", .integerTooWide, 1, 1),
            ("-9223372036854775809", .integerTooWide, 1, 1), ("99999999999999999999", .integerTooWide, 1, 1),
            ("1000000000000000000000", .integerTooWide, 1, 1), ("295147905179352825856", .integerTooWide, 1, 1),
            (#"{"a":1,"a":2}"#, .duplicateName, 1, 8),
            ("{\n \"é\": {\"a\":1},\n \"b\": 2, \"\\u00e9\": 3}", .duplicateName, 3, 10),
            (#"[{"x":{"a":1,"b":2,"a":3}}]"#, .duplicateName, 1, 20),
        ] as [(String, JSONParsingError.Code, Int, Int)])
    func invalidTextsAreRefusedWithTheirPlace(
        _ text: String, _ code: JSONParsingError.Code, _ line: Int, _ column: Int
    ) {
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text) }
        #expect(error?.code == code)
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test func composedAndDecomposedNamesAreTwoNames() throws {
        let value = try JSONValue(parsing: #"{"\u00e9":1,"e\u0301":2}"#)
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test(
        arguments: [
            [0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5c, 0x6e, 0xff, 0x22],
            [0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d],
        ] as [[UInt8]])
    func invalidUTF8IsRefused(_ bytes: [UInt8]) {
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.code == .invalidUTF8)
    }

    @Test func textsOfAnyDepthAreLimited() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let allowed = String(repeating: open, count: 512) + "1" + String(repeating: close, count: 512)
            #expect(throws: Never.self) { try JSONValue(parsing: allowed) }
            for depth in [513, 100_000] {
                let deep = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: deep) }
                #expect(error?.code == .tooDeep)
            }
        }
    }

    @Test func sizeIsLimited() throws {
        let limits = try FingerprintLimits(maximumBytes: 10)
        #expect(try JSONValue(parsing: "[        ]", limits: limits) == [])
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: "[         ]", limits: limits) }
        #expect(error?.code == .tooLarge)
    }

    @Test(arguments: JSONParsingError.Code.allCases)
    func everyErrorNamesThePlaceAndTheRemedy(_ code: JSONParsingError.Code) throws {
        let texts: [JSONParsingError.Code: [UInt8]] = [
            .unexpectedEnd: Array("[".utf8), .unexpectedCharacter: Array("?".utf8), .trailingContent: Array("1 1".utf8),
            .byteOrderMark: [0xef, 0xbb, 0xbf, 0x31], .invalidUTF8: [0x22, 0xff, 0x22],
            .controlCharacter: [0x22, 1, 0x22],
            .invalidEscape: Array(#""\q""#.utf8), .loneSurrogate: Array(#""\ud800""#.utf8),
            .invalidNumber: Array("01".utf8), .numberOverflow: Array("1e400".utf8),
            .integerTooWide: Array("99999999999999999999".utf8), .duplicateName: Array(#"{"a":1,"a":1}"#.utf8),
            .tooDeep: Array(repeating: UInt8(ascii: "["), count: 600),
            .tooLarge: Array(repeating: 0x20, count: 1 << 21),
        ]
        let text = try #require(texts[code])
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text) }
        #expect(error?.code == code)
        #expect(error?.description.hasPrefix("Line 1, column ") == true)
        #expect((error?.description.split(separator: ". ").count ?? 0) >= 2, "a remedy follows")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func mutatedTextsAreReadOrRefusedAndNeverTrap(_ seed: UInt64) {
        var random = SeededJSON(seed: seed)
        var accepted = 0
        for _ in 0..<3_000 {
            var bytes = random.text(of: random.value(depth: 4))
            for _ in 0..<Int.random(in: 1...4, using: &random.generator) where !bytes.isEmpty {
                let index = Int.random(in: bytes.indices, using: &random.generator)
                switch Int.random(in: 0..<4, using: &random.generator) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random.generator)
                case 1: bytes.remove(at: index)
                case 2:
                    bytes.insert(
                        Array(#"{}[]",:\eE+-.0u"#.utf8).randomElement(using: &random.generator) ?? 0, at: index)
                default: bytes.swapAt(index, Int.random(in: bytes.indices, using: &random.generator))
                }
            }
            if let value = try? JSONValue(parsing: bytes), let written = try? CanonicalJSON.bytes(of: value) {
                accepted += 1
                #expect((try? JSONValue(parsing: written)) == value, "seed \(seed): \(bytes)")
            }
        }
        #expect(accepted > 0)
    }

    @Test func everyTruncationIsRefused() throws {
        let text = Array(#"{"a":[1.5e3,"\u00e9\ud83d\ude00é",true,null],"b":{"c":{}}}"#.utf8)
        #expect(throws: Never.self) { try JSONValue(parsing: text) }
        for length in 0..<text.count {
            #expect(throws: JSONParsingError.self, "length \(length)") { try JSONValue(parsing: text[..<length]) }
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func canonicalJSONIsReadBackInAnyOrderOfMembers(_ seed: UInt64) throws {
        var random = SeededJSON(seed: seed)
        for _ in 0..<500 {
            let value = random.value(depth: 5)
            let shuffled = random.text(of: value)
            #expect(try JSONValue(parsing: shuffled) == value, "seed \(seed)")
            let canonical = try CanonicalJSON.bytes(of: value)
            #expect(try CanonicalJSON.bytes(of: JSONValue(parsing: shuffled)) == canonical, "seed \(seed)")
            #expect(try CanonicalJSON.bytes(of: JSONValue(parsing: canonical)) == canonical, "seed \(seed)")
        }
    }
}
