internal import Foundation
internal import Measurement

/// How much processor time the machine has spent by now, and how much of it on us.
///
/// What others took between two looks is taken from the system's own account, so no subject can pass its own load off as
/// that of somebody else.
struct ProcessorTime: Hashable {
    /// Nanoseconds of all processors on anything but idling and waiting for a disk.
    var busy: UInt64
    /// Nanoseconds of this process and of its children that have ended.
    var own: UInt64
    /// When it was.
    var time: UInt64

    /// Now; nil where the system does not tell.
    static func now() -> ProcessorTime? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let busy = busyTicks(text)
        else { return nil }
        let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        let own = used(by: RUSAGE_SELF.rawValue) + used(by: RUSAGE_CHILDREN.rawValue)
        return ProcessorTime(busy: busy * tick, own: own, time: MonotonicClock.now())
    }

    /// The ticks of the first line of `/proc/stat`: user, nice, system, (idle, iowait,) irq, softirq, steal.
    static func busyTicks(_ text: String) -> UInt64? {
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
    func foreignProcessors(since earlier: ProcessorTime) -> Double {
        guard time > earlier.time else { return 0 }
        let (busy, own) = (Double(busy) - Double(earlier.busy), Double(own) - Double(earlier.own))
        return max(0, busy - own) / Double(time - earlier.time)
    }
}
