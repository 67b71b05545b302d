internal import CZlib
internal import Foundation
package import Measurement

/// A latency histogram as HdrHistogram writes one down: version 2 of its encoding, deflated, in Base64.
///
/// The buckets of a ``LatencyHistogram`` are those of the format for three digits from 1 ns to 1 h, so every count is kept, in
/// its own bucket. What a bucket does not tell is left out: the exact sum, the shortest and longest latency within their
/// buckets, and how many latencies were longer than an hour; those are in the evidence.
package struct EncodedHistogram {
    /// How a histogram begins, and a deflated one: the format's marks for version 2.
    private static let (mark, deflatedMark): (UInt32, UInt32) = (0x1c84_9313, 0x1c84_9314)
    private static let digits: UInt32 = 3
    /// How many buckets the first power of two that needs them is divided into: as many as tell three digits apart.
    private static let halfOfBuckets = 1_024

    private let bytes: [UInt8]

    /// Encodes a histogram.
    package init(_ histogram: LatencyHistogram) {
        let counts = Self.counts(histogram)
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Self.mark)
        bytes.append(bigEndian: UInt32(counts.count))
        // The buckets begin at the first one.
        bytes.append(bigEndian: UInt32(0))
        bytes.append(bigEndian: Self.digits)
        bytes.append(bigEndian: UInt64(1))
        bytes.append(bigEndian: LatencyHistogram.highest)
        // What a whole number of the histogram is in its own unit.
        bytes.append(bigEndian: Double(1).bitPattern)
        self.bytes = bytes + counts
    }

    /// The text that stands for it in a log.
    package var text: String {
        let deflated = deflated
        var all: [UInt8] = []
        all.append(bigEndian: Self.deflatedMark)
        all.append(bigEndian: UInt32(deflated.count))
        return Data(all + deflated).base64EncodedString()
    }

    private var deflated: [UInt8] {
        var length = compressBound(uLong(bytes.count))
        var deflated = [UInt8](repeating: 0, count: Int(length))
        let status = compress2(&deflated, &length, bytes, uLong(bytes.count), Z_BEST_COMPRESSION)
        precondition(status == Z_OK, "zlib has the room that it asked for.")
        return Array(deflated.prefix(Int(length)))
    }

    /// The counts of all buckets up to the last that holds anything; a negative number stands for so many empty ones.
    private static func counts(_ histogram: LatencyHistogram) -> [UInt8] {
        var counts: [UInt8] = []
        var next = 0
        for bucket in histogram.buckets {
            let index = index(of: bucket.low)
            if index > next { counts.append(zigZag: Int64(next - index)) }
            counts.append(zigZag: Int64(bucket.count))
            next = index + 1
        }
        return counts
    }

    /// The number of the bucket that holds a latency: from the second power of two on that needs wider buckets, each is divided
    /// into half as many.
    private static func index(of latency: UInt64) -> Int {
        let widest = UInt64(2 * halfOfBuckets - 1)
        let magnitude = widest.leadingZeroBitCount - (latency | widest).leadingZeroBitCount
        return magnitude * halfOfBuckets + Int(latency >> magnitude)
    }
}

extension [UInt8] {
    /// Appends a number, the highest byte first.
    fileprivate mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Appends a number so that one that is near to 0 is short: seven bits a byte, the lowest first, of which the last bit is the
    /// sign. The ninth byte has eight bits.
    fileprivate mutating func append(zigZag number: Int64) {
        var rest = UInt64(bitPattern: (number << 1) ^ (number >> 63))
        for _ in 0..<8 where rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}
