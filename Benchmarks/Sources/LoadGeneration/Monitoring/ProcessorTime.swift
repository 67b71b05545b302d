internal import Foundation
internal import Glibc

/// How much processor time the machine has spent by now, and how much of it on us.
///
/// What others took between two looks is taken from the system's own account, so no subject can pass its own load off as
/// that of another process.
package struct ProcessorTime: Hashable, Sendable {
    /// Nanoseconds of all processors on anything but idling and waiting for a disk.
    package var busy: UInt64
    /// Nanoseconds of this process and of its children that have ended.
    package var own: UInt64
    /// When it was.
    package var time: UInt64

    /// What was spent so far.
    package init(busy: UInt64, own: UInt64, time: UInt64) {
        (self.busy, self.own, self.time) = (busy, own, time)
    }

    /// What was spent until now, which is `time`; nil where the system does not tell.
    static func now(at time: UInt64) -> ProcessorTime? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let busy = busyTicks(text)
        else { return nil }
        let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        let own = used(by: RUSAGE_SELF.rawValue) + used(by: RUSAGE_CHILDREN.rawValue)
        return ProcessorTime(busy: busy * tick, own: own, time: time)
    }

    /// The ticks of the first line of `/proc/stat`: user, nice, system, (idle, iowait,) irq, softirq, steal.
    package static func busyTicks(_ text: String) -> UInt64? {
        let fields = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { UInt64($0) }
        guard fields.count >= 8 else { return nil }
        return fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]
    }

    private static func used(by who: Int32) -> UInt64 {
        var usage = rusage()
        guard getrusage(who, &usage) == 0 else { return 0 }
        let times = [usage.ru_utime, usage.ru_stime]
        return times.reduce(0) { $0 + UInt64($1.tv_sec) * 1_000_000_000 + UInt64($1.tv_usec) * 1_000 }
    }

    /// How many processors others kept busy from an earlier look until this one, on average.
    package func foreignProcessors(since earlier: ProcessorTime) -> Double {
        guard time > earlier.time else { return 0 }
        let (busy, own) = (Double(busy) - Double(earlier.busy), Double(own) - Double(earlier.own))
        return max(0, busy - own) / Double(time - earlier.time)
    }
}

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
