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

    /// Whether a request found every client of its worker busy.
    func isBacklogged(_ position: Int) -> Bool { times[position] & Self.flag != 0 }

    /// How many requests were released.
    var released: Int { times.count { $0 != 0 } }

    /// How many of them found every client of their worker busy.
    var backlogged: Int { times.count { $0 & Self.flag != 0 } }

    /// How late a call started for reasons that are not the subject's: with a client free, up to the start of the call;
    /// with none, only up to the release.
    func lag(of position: Int, intended: UInt64, start: UInt64) -> UInt64 {
        let actual = isBacklogged(position) ? time(of: position) : start
        return actual > intended ? actual - intended : 0
    }
}
