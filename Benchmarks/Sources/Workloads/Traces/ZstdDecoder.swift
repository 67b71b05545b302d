internal import CZstd

/// Decompresses a zstd file piece by piece. Frames may follow each other; the file must end with the end of one.
final class ZstdDecoder: ByteSource {
    private let source: PlainFile
    private let file: String
    private let limit: Int
    private let stream: OpaquePointer
    private var input: [UInt8] = []
    private var consumed = 0
    private var produced = 0
    private var insideFrame = false

    init(_ source: PlainFile, file: String, limits: TraceLimits) throws(TraceError) {
        guard let stream = ZSTD_createDStream() else {
            throw TraceError(file: file, reason: .unreadable("no memory for the zstd decoder"))
        }
        self.source = source
        self.file = file
        self.stream = stream
        limit = limits.expandedBytes
    }

    deinit { ZSTD_freeDStream(stream) }

    func read() throws(TraceError) -> [UInt8] {
        while true {
            if consumed == input.count {
                input = try source.read()
                consumed = 0
                // After the last input the decoder may still hold output, which an empty step brings out.
                if input.isEmpty {
                    let rest = insideFrame ? try step() : []
                    if rest.isEmpty, insideFrame { throw TraceError(file: file, reason: .truncatedCompression) }
                    return rest
                }
            }
            let bytes = try step()
            if !bytes.isEmpty { return bytes }
        }
    }

    /// One call of the decoder: takes some input, gives some output.
    private func step() throws(TraceError) -> [UInt8] {
        var status = 0
        let output = [UInt8](unsafeUninitializedCapacity: ZSTD_DStreamOutSize()) { output, filled in
            input.withUnsafeBytes { bytes in
                var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: consumed)
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                status = ZSTD_decompressStream(stream, &target, &source)
                consumed = source.pos
                filled = target.pos
            }
        }
        guard ZSTD_isError(status) == 0 else {
            throw TraceError(file: file, reason: .damagedCompression(String(cString: ZSTD_getErrorName(status))))
        }
        insideFrame = status != 0
        produced += output.count
        guard produced <= limit else { throw TraceError(file: file, reason: .expandsTooMuch(limit: limit)) }
        return output
    }
}
