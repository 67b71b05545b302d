import Caching
import Dedup
import DedupTesting
import Foundation
import Testing

/// The 32 bytes themselves: text, storage, hashing, and descriptions that do not show them all.
@Suite struct FingerprintTests {
    static let digits = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"

    @Test func textAndBytesRoundTrip() throws {
        let fingerprint = try #require(Fingerprint(hexadecimal: Self.digits))
        #expect(fingerprint.hexadecimal == Self.digits)
        #expect(Fingerprint(hexadecimal: Self.digits.uppercased()) == fingerprint)
        #expect(fingerprint.bytes.prefix(3) == [0x00, 0x11, 0x22])
        #expect(Fingerprint(bytes: fingerprint.bytes) == fingerprint)
        #expect(fingerprint.words.0 == 0x0011_2233_4455_6677)
    }

    @Test(arguments: [
        "", "00", digits + "0", String(digits.dropLast()), String(digits.dropLast()) + "g", "é" + digits.dropFirst(2),
    ])
    func otherTextIsNoFingerprint(_ text: String) {
        #expect(Fingerprint(hexadecimal: text) == nil)
    }

    @Test func otherNumbersOfBytesAreNoFingerprint() {
        for count in [0, 31, 33] { #expect(Fingerprint(bytes: Array(repeating: 0, count: count)) == nil) }
    }

    @Test func itIsStoredAsOneStringOf64Digits() throws {
        let fingerprint = try #require(Fingerprint(hexadecimal: Self.digits))
        let data = try JSONEncoder().encode([fingerprint])
        #expect(String(decoding: data, as: UTF8.self) == "[\"\(Self.digits)\"]")
        #expect(try JSONDecoder().decode([Fingerprint].self, from: data) == [fingerprint])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Fingerprint].self, from: Data("[\"00\"]".utf8))
        }
    }

    @Test func descriptionsDumpsAndMirrorsShowEightDigits() throws {
        let fingerprint = try #require(Fingerprint(hexadecimal: Self.digits))
        #expect(fingerprint.description == "00112233…")
        var dumped = ""
        dump(fingerprint, to: &dumped)
        dump(["key": fingerprint], to: &dumped)
        let mirrored = Mirror(reflecting: fingerprint).children.map { "\($0)" }.joined()
        for text in ["\(fingerprint)", String(reflecting: fingerprint), "\([fingerprint])", dumped, mirrored] {
            #expect(text.contains("00112233"))
            #expect(!text.contains("44556677") && !text.contains("4822678189205111"))
        }
    }

    /// Each bit of the fingerprint and of the seed changes about half of the bits of the hash.
    @Test func theSeededHashDependsOnEveryBit() throws {
        var random = SplitMix64(seed: 61)
        var flipped = [Int](repeating: 0, count: 256 + 64)
        let rounds = 200
        for _ in 0..<rounds {
            let words = (random.next(), random.next(), random.next(), random.next())
            let seed = random.next()
            let hash = Fingerprint(words: words).seededHash(seed)
            for bit in 0..<64 {
                let mask: UInt64 = 1 << UInt64(bit)
                let neighbours = [
                    Fingerprint(words: (words.0 ^ mask, words.1, words.2, words.3)),
                    Fingerprint(words: (words.0, words.1 ^ mask, words.2, words.3)),
                    Fingerprint(words: (words.0, words.1, words.2 ^ mask, words.3)),
                    Fingerprint(words: (words.0, words.1, words.2, words.3 ^ mask)),
                ]
                for (word, neighbour) in neighbours.enumerated() {
                    flipped[word * 64 + bit] += (neighbour.seededHash(seed) ^ hash).nonzeroBitCount
                }
                flipped[256 + bit] += (Fingerprint(words: words).seededHash(seed ^ mask) ^ hash).nonzeroBitCount
            }
        }
        for (bit, count) in flipped.enumerated() {
            #expect((26.0...38.0).contains(Double(count) / Double(rounds)), "bit \(bit)")
        }
    }

    @Test func fingerprintsThatShareAShardUnderOneSeedScatterUnderAnother() {
        var random = SplitMix64(seed: 62)
        let steered = (0..<64_000).lazy
            .map { _ in Fingerprint(words: (random.next(), random.next(), random.next(), random.next())) }
            .filter { $0.seededHash(1) >> 58 == 0 }
        let shards = Set(steered.map { $0.seededHash(2) >> 58 })
        #expect(shards.count == 64)
    }
}
