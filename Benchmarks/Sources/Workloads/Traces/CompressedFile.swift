/// Decompresses a file piece by piece. Frames may follow each other; the file must end with the end of one.
final class CompressedFile: ByteSource {
    private let source: PlainFile
    private let file: String
    private let decoder: any FrameDecoder
    private let limit: Int
    private var input: [UInt8] = []
    private var consumed = 0
    private var produced = 0

    init(_ source: PlainFile, file: String, decoder: any FrameDecoder, limits: TraceLimits) {
        self.source = source
        self.file = file
        self.decoder = decoder
        limit = limits.expandedBytes
    }

    func read() throws(TraceError) -> [UInt8] {
        while true {
            if consumed == input.count {
                input = try source.read()
                consumed = 0
                // After the last input the decoder may still hold output, which an empty step brings out.
                if input.isEmpty {
                    let rest = decoder.isInsideFrame ? try step() : []
                    if rest.isEmpty, decoder.isInsideFrame {
                        throw TraceError(file: file, reason: .truncatedCompression)
                    }
                    return rest
                }
            }
            let bytes = try step()
            if !bytes.isEmpty { return bytes }
        }
    }

    private func step() throws(TraceError) -> [UInt8] {
        let output: [UInt8]
        do throws(DamagedFrame) {
            output = try decoder.decode(input, from: &consumed)
        } catch {
            throw TraceError(file: file, reason: .damagedCompression(error.problem))
        }
        produced += output.count
        guard produced <= limit else { throw TraceError(file: file, reason: .expandsTooMuch(limit: limit)) }
        return output
    }
}

/// The decoder of one kind of compression.
protocol FrameDecoder: AnyObject {
    /// Whether a frame has begun and not ended.
    var isInsideFrame: Bool { get }

    /// Takes some input from `consumed` on, and gives what that comes to.
    func decode(_ input: [UInt8], from consumed: inout Int) throws(DamagedFrame) -> [UInt8]
}

/// What a decoder says about bytes that it cannot decode.
struct DamagedFrame: Error {
    let problem: String
}
