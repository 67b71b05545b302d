internal import Foundation

/// Gives a file's bytes piece by piece.
protocol ByteSource {
    /// The next bytes; empty at the end.
    func read() throws(TraceError) -> [UInt8]
}

extension PlainFile {
    /// Opens a file; one that begins as a zstd frame is decompressed on the way.
    static func open(_ file: String, limits: TraceLimits) throws(TraceError) -> any ByteSource {
        let plain = try PlainFile(file)
        return plain.startsWithZstdFrame ? try ZstdDecoder(plain, file: file, limits: limits) : plain
    }
}

/// A file as it is.
final class PlainFile: ByteSource {
    private static let zstdMagic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    private static let pieceBytes = 128 << 10

    private let file: String
    private let handle: FileHandle
    private var first: [UInt8]?

    var startsWithZstdFrame: Bool { first?.starts(with: Self.zstdMagic) ?? false }

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
