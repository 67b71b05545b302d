internal import Foundation

/// Gives a file's bytes piece by piece.
protocol ByteSource {
    /// The next bytes; empty at the end.
    func read() throws(TraceError) -> [UInt8]
}

extension PlainFile {
    /// Opens a file; one that begins as a frame of zstd or gzip is decompressed on the way.
    static func open(_ file: String, limits: TraceLimits) throws(TraceError) -> any ByteSource {
        let plain = try PlainFile(file)
        let decoder: (any FrameDecoder)?
        switch plain.compression {
        case nil: return plain
        case .zstd: decoder = ZstdDecoder()
        case .gzip: decoder = GzipDecoder()
        }
        guard let decoder else { throw TraceError(file: file, reason: .unreadable("no memory for the decoder")) }
        return CompressedFile(plain, file: file, decoder: decoder, limits: limits)
    }
}

/// A file as it is.
final class PlainFile: ByteSource {
    /// How a file may be compressed.
    enum Compression: CaseIterable {
        case zstd, gzip

        /// The bytes with which such a file begins.
        fileprivate var magic: [UInt8] {
            switch self {
            case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
            case .gzip: [0x1F, 0x8B, 0x08]
            }
        }
    }

    private static let pieceBytes = 128 << 10

    private let file: String
    private let handle: FileHandle
    private var first: [UInt8]?

    /// How the file is compressed, as its first bytes say; nil if it is not.
    var compression: Compression? { Compression.allCases.first { first?.starts(with: $0.magic) ?? false } }

    init(_ file: String) throws(TraceError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
            throw TraceError(file: file, reason: .unreadable("no such file"))
        }
        guard !isFolder.boolValue else { throw TraceError(file: file, reason: .unreadable("it is a folder")) }
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw TraceError(file: file, reason: .unreadable("permission denied"))
        }
        self.file = file
        self.handle = handle
        first = try piece()
    }

    deinit { try? handle.close() }

    func read() throws(TraceError) -> [UInt8] {
        if let bytes = first {
            first = nil
            return bytes
        }
        return try piece()
    }

    private func piece() throws(TraceError) -> [UInt8] {
        do {
            return [UInt8](try handle.read(upToCount: Self.pieceBytes) ?? Data())
        } catch {
            throw TraceError(file: file, reason: .unreadable("\(error)"))
        }
    }
}
