import CZlib
import DedupTesting
import DedupVerification
import Evidence
import EvidenceFixture
import Foundation
import Judging
import Measurement
import Reporting
import Testing

/// `latency.hlog`, read as the description of the format says, and compared with what HdrHistogram itself writes.
@Suite struct HistogramLogTests {
    /// What `HdrHistogram(1, 3_600_000_000_000, 3)` of the Python package hdrhistogram 0.10.8 makes of `examples`.
    private static let written =
        "HISTFAAAADN4nJNpmSzMwMAgxAABzFCaEch0M9ixgMH+A1SA6TT/g6McLIxsL+cxMnUfYWQBANQPCdA="
    private static let examples: [(latency: UInt64, count: Int)] = [
        (1, 1), (1_000, 70_000), (1_001, 2), (1_003, 3), (1_000_000, 1), (5_000_000_000, 2),
    ]

    private static func histogram(_ latencies: [(latency: UInt64, count: Int)]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for (latency, count) in latencies { for _ in 0..<count { histogram.record(latency) } }
        return histogram
    }

    @Test func aHistogramIsWrittenAsHdrHistogramWritesIt() throws {
        let ours = try DecodedHistogram(EncodedHistogram(Self.histogram(Self.examples)).text)
        let theirs = try DecodedHistogram(Self.written)
        #expect(ours.bytes == theirs.bytes)
        #expect(try theirs.counts == [1: 1, 1_000: 70_000, 1_001: 2, 1_003: 3, 999_936: 1, 4_999_610_368: 2])
    }

    @Test(arguments: UInt64(0)..<20) func everyCountIsKeptInItsBucket(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let latencies = (0..<500).map { _ in
            let widest = UInt64(1) << UInt64.random(in: 0...42, using: &random)
            return (latency: UInt64.random(in: 0..<2 * widest, using: &random), count: 1)
        }
        let histogram = Self.histogram(latencies)
        let decoded = try DecodedHistogram(EncodedHistogram(histogram).text)
        #expect(
            try decoded.counts == Dictionary(uniqueKeysWithValues: histogram.buckets.map { ($0.low, $0.count) }),
            "seed \(seed)")
        #expect(try decoded.limits == [1, LatencyHistogram.highest])
        #expect(try decoded.digits == 3)
    }

    @Test func anEmptyHistogramAndTheLongestLatencyAreWrittenToo() throws {
        #expect(try DecodedHistogram(EncodedHistogram(LatencyHistogram()).text).counts.isEmpty)
        let longest = Self.histogram([(.max, 3)])
        #expect(
            try DecodedHistogram(EncodedHistogram(longest).text).counts == [longest.buckets[0].low: 3])
    }

    /// The second phase began a quarter of a second after the first one; what waited stands beside what was served.
    @Test func aLineTellsPhaseOutcomeAndTime() throws {
        var first = EvidenceFixture.phase("open loop", hits: 3, service: 1_000, response: 2_000_000)
        first.start = 7_000_000_000
        var second = EvidenceFixture.phase("closed", hits: 5, service: 1_000)
        (second.start, second.duration) = (7_250_000_000, 1_500_000)
        second.latencies.record(70_000, .execution)
        let strategy = [StrategySetting(parameter: "cache.ttl", value: "sliding:1s,max:9s")]
        var subject = EvidenceFixture.subject(strategy: strategy)
        subject.phases = [second, first]
        var run = EvidenceFixture.run([subject])
        run.identity.startedAt = "2026-01-01T00:00:00.250Z"
        let lines = HistogramLog(RunReport(run, gates: [])).text.split(separator: "\n").map(String.init)
        #expect(
            Array(lines.prefix(5)) == [
                "#[dedupbench run 20260101T000000Z-storm-abc1234]", "#[Histogram log format version 1.3]",
                "#[StartTime: 1767225600.250 (seconds since epoch), 2026-01-01T00:00:00.250Z]",
                "#[BaseTime: 1767225600.250 (seconds since epoch)]",
                #""StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram""#,
            ])
        let name = "dedup%20cache.ttl=sliding:1s%2Cmax:9s"
        let rows = lines.dropFirst(5).map { $0.split(separator: ",").map(String.init) }
        #expect(
            rows.map { Array($0.prefix(4)) } == [
                ["Tag=\(name)/open%20loop/service/hit", "0.000", "1.000", "0.001"],
                ["Tag=\(name)/open%20loop/response/hit", "0.000", "1.000", "2.001"],
                ["Tag=\(name)/closed/service/hit", "0.250", "0.002", "0.001"],
                ["Tag=\(name)/closed/execution/all", "0.250", "0.002", "0.070"],
            ])
        let counts = try rows.map { try DecodedHistogram(#require($0.last)).counts.values.reduce(0, +) }
        #expect(counts == [3, 3, 5, 1])
    }
}

/// A histogram out of a log.
private struct DecodedHistogram {
    struct Malformed: Error {}

    /// As it was before it was deflated.
    let bytes: [UInt8]

    init(_ text: String) throws {
        let data = try #require(Data(base64Encoded: text).map(Array.init))
        let length = try Self.number(data, from: 4, bytes: 4)
        guard try Self.number(data, from: 0, bytes: 4) == 0x1c84_9314, data.count == 8 + Int(length) else {
            throw Malformed()
        }
        var inflated = [UInt8](repeating: 0, count: 1 << 20)
        var size = uLong(inflated.count)
        guard uncompress(&inflated, &size, Array(data.dropFirst(8)), uLong(length)) == Z_OK else { throw Malformed() }
        bytes = Array(inflated.prefix(Int(size)))
        guard try Self.number(bytes, from: 0, bytes: 4) == 0x1c84_9313,
            try Self.number(bytes, from: 4, bytes: 4) == UInt64(bytes.count - 40)
        else { throw Malformed() }
    }

    var digits: UInt64 { get throws { try Self.number(bytes, from: 12, bytes: 4) } }

    /// The shortest and the longest latency that are told apart.
    var limits: [UInt64] {
        get throws { [try Self.number(bytes, from: 16, bytes: 8), try Self.number(bytes, from: 24, bytes: 8)] }
    }

    /// How many fell into each bucket that is not empty, by its shortest latency.
    var counts: [UInt64: UInt64] {
        get throws {
            var (counts, index, place) = ([UInt64: UInt64](), 0, 40)
            while place < bytes.count {
                let number = try signed(&place)
                if number < 0 {
                    index -= Int(number)
                } else {
                    if number > 0 { counts[Self.shortest(index)] = UInt64(number) }
                    index += 1
                }
            }
            return counts
        }
    }

    /// The first 2,048 buckets are one wide, the 1,024 after them two, the next 1,024 four, and so on.
    private static func shortest(_ index: Int) -> UInt64 {
        var (first, width, low) = (2_048, 2, 2_048)
        if index < first { return UInt64(index) }
        while index >= first + 1_024 {
            first += 1_024
            low += 1_024 * width
            width *= 2
        }
        return UInt64(low + (index - first) * width)
    }

    private func signed(_ place: inout Int) throws -> Int64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while place < bytes.count {
            let byte = UInt64(bytes[place])
            place += 1
            let isNinth = shift == 56
            value |= (isNinth ? byte : byte & 0x7f) << shift
            if isNinth || byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift += 7
        }
        throw Malformed()
    }

    private static func number(_ data: [UInt8], from start: Int, bytes count: Int) throws -> UInt64 {
        guard start + count <= data.count else { throw Malformed() }
        return data[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
