internal import CZstd

/// Decompresses zstd.
final class ZstdDecoder: FrameDecoder {
    private let stream: OpaquePointer
    private(set) var isInsideFrame = false

    /// Nil when there is no memory for it.
    init?() {
        guard let stream = ZSTD_createDStream() else { return nil }
        self.stream = stream
    }

    deinit { ZSTD_freeDStream(stream) }

    func decode(_ input: [UInt8], from consumed: inout Int) throws(DamagedFrame) -> [UInt8] {
        var status = 0
        var position = consumed
        let output = [UInt8](unsafeUninitializedCapacity: ZSTD_DStreamOutSize()) { output, filled in
            input.withUnsafeBytes { bytes in
                var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: position)
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                status = ZSTD_decompressStream(stream, &target, &source)
                position = source.pos
                filled = target.pos
            }
        }
        consumed = position
        guard ZSTD_isError(status) == 0 else { throw DamagedFrame(problem: String(cString: ZSTD_getErrorName(status))) }
        isInsideFrame = status != 0
        return output
    }
}
