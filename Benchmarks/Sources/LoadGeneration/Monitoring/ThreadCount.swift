internal import Glibc

/// The threads of this process.
enum ThreadCount {
    /// How many there are now, from `/proc/self/stat`; 0 if that cannot be read. Does not allocate.
    static func now() -> Int {
        let file = open("/proc/self/stat", O_RDONLY)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 1) { buffer in
            let length = read(file, buffer.baseAddress, buffer.count)
            return length > 0 ? parse(UnsafeRawBufferPointer(rebasing: buffer[..<length])) : 0
        }
    }

    /// The 20th field; the second, the program's name, is in parentheses and may hold anything.
    static func parse(_ text: UnsafeRawBufferPointer) -> Int {
        guard let close = text.lastIndex(of: UInt8(ascii: ")")) else { return 0 }
        var field = 2
        var number = 0
        for byte in text[(close + 1)...] {
            if byte == UInt8(ascii: " ") {
                field += 1
            } else if field == 20, (48...57).contains(byte) {
                number = number * 10 + Int(byte - 48)
            }
            if field > 20 { break }
        }
        return number
    }
}
