internal import Foundation

/// A file without a name, for what is too large for memory.
final class UnnamedFile: Sendable {
    private let descriptor: Int32
    private let folder: String

    /// An empty file in a folder, which is created if need be.
    ///
    /// - Throws: ``HistoryFileError``.
    init(in folder: String) throws(HistoryFileError) {
        self.folder = folder
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var name = Array("\(folder)/.history-\(String(repeating: "X", count: 6))".utf8CString)
        descriptor = mkstemp(&name)
        if descriptor < 0 { throw Self.failure("made", in: folder) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(name)
    }

    deinit { close(descriptor) }

    /// Writes elements at an offset, which moves on.
    ///
    /// - Throws: ``HistoryFileError``.
    func write<Element: BitwiseCopyable>(_ elements: [Element], at offset: inout Int) throws(HistoryFileError) {
        let start = offset
        let isWritten = elements.withUnsafeBytes { bytes in
            Self.transfer(bytes.count, at: start) { done, offset in
                pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, offset)
            }
        }
        offset += elements.count * MemoryLayout<Element>.stride
        if !isWritten { throw Self.failure("written to", in: folder) }
    }

    /// Reads elements from an offset, which moves on.
    ///
    /// - Throws: ``HistoryFileError``.
    func read<Element: BitwiseCopyable>(_ type: Element.Type, count: Int, at offset: inout Int) throws(HistoryFileError)
        -> [Element]
    {
        var isRead = false
        let (start, size) = (offset, count * MemoryLayout<Element>.stride)
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            isRead = Self.transfer(size, at: start) { done, offset in
                pread(
                    descriptor, bytes.baseAddress?.advanced(by: done), size - done, offset)
            }
            initialized = isRead ? count : 0
        }
        offset += size
        if !isRead { throw Self.failure("read", in: folder) }
        return elements
    }

    /// Moves bytes in as many pieces as the system makes of them; false when it refuses.
    private static func transfer(_ count: Int, at offset: Int, _ move: (Int, Int) -> Int) -> Bool {
        var done = 0
        while done < count {
            let moved = move(done, offset + done)
            if moved < 0, errno == EINTR { continue }
            guard moved > 0 else { return false }
            done += moved
        }
        return true
    }

    private static func failure(_ action: String, in folder: String) -> HistoryFileError {
        HistoryFileError(
            description:
                "the file that keeps the history, in \(folder), cannot be \(action): \(String(cString: strerror(errno))); "
                + "free some space, choose another folder with --out, or ask for fewer requests")
    }
}

/// Why a history that is too large for memory cannot be kept.
package struct HistoryFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do about it.
    package let description: String
}
