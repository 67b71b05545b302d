/// When the pacer released each request of an open loop, and whether a client was free for it.
///
/// Unchecked: the pacer writes each slot before it hands the request over; they are read after the phase.
final class ReleaseTimes: @unchecked Sendable {
    private static let flag: UInt64 = 1 << 63
    private let times: UnsafeMutableBufferPointer<UInt64>

    init(count: Int) {
        times = .allocate(capacity: count)
        times.initialize(repeating: 0)
    }

    deinit {
        times.deallocate()
    }

    func note(_ position: Int, at time: UInt64, backlogged: Bool) {
        times[position] = backlogged ? time | Self.flag : time
    }

    /// When a request was released, in nanoseconds of the monotonic clock; 0 if it was not.
    func time(of position: Int) -> UInt64 { times[position] & ~Self.flag }

    /// How many requests were released.
    var released: Int { times.count { $0 != 0 } }

    /// How many of them found every client of their worker busy.
    var backlogged: Int { times.count { $0 & Self.flag != 0 } }

    /// How late a request was released. Nothing but the pacer decides that, so it is the generator's own lag.
    func lag(of position: Int, intended: UInt64) -> UInt64 {
        time(of: position) - min(time(of: position), intended)
    }

    /// How long a released request waited until its call started: for a client, or for the worker to let one run.
    func wait(of position: Int, start: UInt64) -> UInt64 { start - min(start, time(of: position)) }
}
