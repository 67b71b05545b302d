import Crypto
import Dedup
import DedupTesting
import Testing

/// The canonical form against the vectors that RFC 8785 and its authors publish.
@Suite struct CanonicalJSONTests {
    @Test(arguments: try GoldenFiles.rfc8785().documents)
    func publishedDocumentsAreReproducedExactly(_ document: GoldenFiles.RFC8785.Document) throws {
        let value = try JSONValue(parsing: document.input)
        #expect(try CanonicalJSON.bytes(of: value) == Array(document.canonical.utf8))
    }

    @Test func numbersOfAppendixBAreReproducedExactly() throws {
        let numbers = try GoldenFiles.rfc8785().numbers
        #expect(numbers.count == 24)
        for number in numbers {
            let value = Double(bitPattern: try #require(UInt64(number.bits, radix: 16)))
            #expect(try CanonicalJSON.string(of: .number(value)) == number.text, "bits \(number.bits)")
        }
    }

    @Test func notANumberAndInfinitiesAreErrors() throws {
        for bits in try GoldenFiles.rfc8785().not_numbers {
            let value = JSONValue.number(Double(bitPattern: try #require(UInt64(bits, radix: 16))))
            let error = #expect(throws: FingerprintError.self) { try CanonicalJSON.bytes(of: ["a": [1, value]]) }
            #expect(error?.code == .notFinite)
            #expect(error?.path == "$.a[1]")
        }
    }

    /// The published sequence: fixed values, 2,000 neighbours of the least normal number, then a chain of SHA-256.
    @Test func aHundredThousandPublishedNumbersHaveThePublishedChecksum() throws {
        let golden = try GoldenFiles.rfc8785()
        var bits = try golden.es6_static_bits.map { try #require(UInt64($0, radix: 16)) }
        bits += (0..<2_000).map { 0x0010_0000_0000_0000 + UInt64($0) }
        var block = [UInt8](repeating: 0, count: 32)
        var hash = SHA256()
        for line in 0..<100_000 {
            while line >= bits.count {
                block = Array(SHA256.hash(data: block))
                for start in stride(from: 0, to: 32, by: 8) {
                    let word = block[start..<start + 8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                    let value = Double(bitPattern: word)
                    if value.isFinite, value != 0 { bits.append(word) }
                }
            }
            let text = try CanonicalJSON.string(of: .number(Double(bitPattern: bits[line])))
            hash.update(data: Array("\(String(bits[line], radix: 16)),\(text)\n".utf8))
            if let expected = golden.es6_checksums["\(line + 1)"] {
                let digest = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                #expect(digest == expected, "after \(line + 1) lines")
            }
        }
    }

    @Test(
        arguments: [
            (JSONValue.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"),
            (.unsigned(.max), "18446744073709551615"), (.integer(9_007_199_254_740_993), "9007199254740993"),
            (.integer(0), "0"), (.integer(-1), "-1"), (.integer(10), "10"), (.integer(99), "99"),
            (.integer(100), "100"),
            (.number(-0.0), "0"), (.number(1.0), "1"), (.number(0x1p60), "1152921504606847000"), (.null, "null"),
            (.bool(true), "true"), (.string("\u{7f}\u{2028}/"), "\"\u{7f}\u{2028}/\""), ([], "[]"), ([:], "{}"),
            (.string("12345678\u{1}"), #""12345678\u0001""#), (.string("\u{1f}234567\"9"), #""\u001f234567\"9""#),
            (.string("1234567\u{8}\u{9}\u{a}\u{c}\u{d}\\"), #""1234567\b\t\n\f\r\\""#),
        ] as [(JSONValue, String)])
    func scalarsAreWrittenTheOneWay(_ value: JSONValue, _ text: String) throws {
        #expect(Array(try CanonicalJSON.string(of: value).utf8) == Array(text.utf8))
    }

    /// Between 0.001 and 1e9 Swift prints the shortest digits in the same layout as ECMAScript.
    @Test func numbersOfFewDecimalsHaveTheirShortestDigits() throws {
        var random = SplitMix64(seed: 71)
        for round in 0..<50_000 {
            let power = [1.0, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7][round % 8]
            var value = Double(Int64.random(in: -2_000_000_000...2_000_000_000, using: &random)) / power
            if round.isMultiple(of: 3) { value = value.nextUp }
            guard value.magnitude >= 0.001, value.magnitude < 1e9, value != value.rounded() else { continue }
            #expect(try CanonicalJSON.string(of: .number(value)) == value.description)
        }
    }

    @Test func everyByteOfEveryPositionIsEscapedAsJSONSays() throws {
        for length in 1...20 {
            for position in 0..<length {
                for scalar in (0..<0x80).map({ Unicode.Scalar(UInt8($0)) }) {
                    var text = String(repeating: "a", count: length).unicodeScalars
                    let index = text.index(text.startIndex, offsetBy: position)
                    text.replaceSubrange(index...index, with: [scalar])
                    let value = JSONValue.string(String(text))
                    #expect(try JSONValue(parsing: CanonicalJSON.bytes(of: value)) == value)
                }
            }
        }
    }

    @Test func limitsOfSizeAndDepthAreTypedErrors() throws {
        let limits = try FingerprintLimits(maximumBytes: 100, maximumDepth: 3)
        let long = JSONValue.array(Array(repeating: "0123456789", count: 9))
        #expect(try CanonicalJSON.bytes(of: [], limits: limits).count == 2)
        let tooLarge = #expect(throws: FingerprintError.self) {
            try CanonicalJSON.bytes(of: ["list": long], limits: limits)
        }
        #expect(tooLarge?.code == .tooLarge)
        #expect(tooLarge?.path.hasPrefix("$.list[") == true)
        #expect(try CanonicalJSON.bytes(of: [[[1]]], limits: limits) == Array("[[[1]]]".utf8))
        let tooDeep = #expect(throws: FingerprintError.self) { try CanonicalJSON.bytes(of: [[[[]]]], limits: limits) }
        #expect(tooDeep?.code == .tooDeep)
        #expect(tooDeep?.path == "$[0][0][0]")
    }

    @Test func exactlyTheLimitIsAllowedAndOneByteMoreIsNot() throws {
        for size in [10, 1_000, 1_024, 1_025, 5_000] {
            let value = JSONValue.string(String(repeating: "a", count: size - 2))
            let exact = try FingerprintLimits(maximumBytes: size)
            #expect(try CanonicalJSON.bytes(of: value, limits: exact).count == size)
            let less = try FingerprintLimits(maximumBytes: size - 1)
            #expect(throws: FingerprintError.self) { try CanonicalJSON.bytes(of: value, limits: less) }
        }
    }

    @Test(arguments: [(0, 1), (1, 0), (-1, 5), (1 << 31, 5), (10, 2_000)])
    func limitsOutsideTheirRangeNameTheField(_ bytes: Int, _ depth: Int) {
        let error = #expect(throws: FingerprintError.self) {
            try FingerprintLimits(maximumBytes: bytes, maximumDepth: depth)
        }
        #expect(error?.code == .invalidLimit)
        #expect(error?.description.contains((1...10).contains(bytes) ? "maximumDepth" : "maximumBytes") == true)
    }
}
