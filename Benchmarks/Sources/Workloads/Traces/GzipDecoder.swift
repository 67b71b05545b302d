internal import CZlib

/// Decompresses gzip.
final class GzipDecoder: FrameDecoder {
    private static let outputBytes = 128 << 10
    /// The largest window, and 16 for gzip in place of zlib's own format.
    private static let windowBits: Int32 = 15 + 16

    private var stream = z_stream()
    private(set) var isInsideFrame = false

    /// Nil when there is no memory for it.
    init?() {
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, Self.windowBits, ZLIB_VERSION, size) == Z_OK else { return nil }
    }

    deinit { inflateEnd(&stream) }

    func decode(_ input: [UInt8], from consumed: inout Int) throws(DamagedFrame) -> [UInt8] {
        // A frame follows the one that has ended, if there is anything left.
        if !isInsideFrame, consumed < input.count { inflateReset(&stream) }
        var status = Z_OK
        let start = consumed
        var rest = 0
        let output = [UInt8](unsafeUninitializedCapacity: Self.outputBytes) { output, filled in
            input.withUnsafeBytes { bytes in
                let remaining = UnsafeMutableRawBufferPointer(
                    mutating: UnsafeRawBufferPointer(rebasing: bytes[start...]))
                stream.next_in = remaining.baseAddress?.assumingMemoryBound(to: Bytef.self)
                stream.avail_in = uInt(remaining.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                status = inflate(&stream, Z_NO_FLUSH)
                rest = Int(stream.avail_in)
                filled = output.count - Int(stream.avail_out)
            }
        }
        consumed = input.count - rest
        // Without input and output there is nothing to do, which is no damage: the caller sees that the frame is open.
        guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) else {
            throw DamagedFrame(problem: stream.msg.map { String(cString: $0) } ?? "the data is not gzip")
        }
        isInsideFrame = status != Z_STREAM_END
        return output
    }
}
