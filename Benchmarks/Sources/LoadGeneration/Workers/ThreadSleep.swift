internal import Glibc

/// Sleeping on a thread, as exactly as the kernel can.
enum ThreadSleep {
    /// Blocks the calling thread for so many nanoseconds, or a little longer.
    static func sleep(_ nanoseconds: UInt64) {
        var wanted = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var left = timespec()
        while nanosleep(&wanted, &left) != 0 && errno == EINTR { wanted = left }
    }

    /// Tells the kernel not to round up the calling thread's sleeps, which it does by up to 50 us in order to save power.
    ///
    /// Where that is not allowed, sleeps stay as inexact as they were, and the lag that is recorded shows it.
    static func turnOffSlack() {
        // `prctl` is variadic, which Swift cannot call.
        let file = open("/proc/thread-self/timerslack_ns", O_WRONLY)
        guard file >= 0 else { return }
        _ = write(file, "1", 1)
        close(file)
    }
}
