/// Cuts a source of bytes into lines of valid UTF-8, without their ends; blank lines are skipped but counted. A byte order
/// mark at the start, which some programs write and no editor shows, is no part of the first line.
package struct LineReader: ~Copyable {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let source: any ByteSource
    private let file: String
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var ended = false
    /// The number of the line last returned, from 1 on.
    package private(set) var number = 0

    /// The lines of a file, which may be compressed: plain, zstd or gzip, told by its first bytes.
    package init(file: String, limits: TraceLimits = TraceLimits()) throws(TraceError) {
        self.init(try PlainFile.open(file, limits: limits), file: file, limits: limits)
    }

    init(_ source: any ByteSource, file: String, limits: TraceLimits) {
        self.source = source
        self.file = file
        limit = limits.lineBytes
    }

    /// The next line that is not blank; nil at the end.
    package mutating func next() throws(TraceError) -> String? {
        while let range = try nextRange() {
            number += 1
            var bytes = buffer[range]
            if number == 1, bytes.starts(with: Self.byteOrderMark) { bytes.removeFirst(Self.byteOrderMark.count) }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            guard bytes.count <= limit else { throw error(.lineTooLong(limit: limit)) }
            guard let line = String(validating: bytes, as: UTF8.self) else { throw error(.notUTF8) }
            if !line.isEmpty { return line }
        }
        return nil
    }

    /// The bytes of the next line in the buffer, which is filled as needed.
    private mutating func nextRange() throws(TraceError) -> Range<Int>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return start..<end
            }
            guard buffer.count - start <= limit else {
                number += 1
                throw error(.lineTooLong(limit: limit))
            }
            searched = buffer.count
            if !ended { ended = try !fill(&searched) }
            if ended {
                defer { start = buffer.count }
                return start < buffer.count ? start..<buffer.count : nil
            }
        }
    }

    private mutating func fill(_ searched: inout Int) throws(TraceError) -> Bool {
        buffer.removeSubrange(..<start)
        searched -= start
        start = 0
        let bytes = try source.read()
        buffer.append(contentsOf: bytes)
        return !bytes.isEmpty
    }

    private func error(_ reason: TraceError.Reason) -> TraceError {
        TraceError(file: file, line: number, field: nil, reason: reason)
    }
}
