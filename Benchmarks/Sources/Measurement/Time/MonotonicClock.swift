internal import Glibc

/// The clock of the harness: `CLOCK_MONOTONIC` in whole nanoseconds.
package enum MonotonicClock {
    /// Nanoseconds since an origin that is the same for all threads and processes of this machine since it started.
    package static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(bitPattern: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// What one reading costs, in nanoseconds: the least average of several batches, so that a preemption does not count.
    package static func calibratedCost(batches: Int = 32, readingsPerBatch: Int = 4_096) -> Double {
        var least = Double.infinity
        for _ in 0..<batches {
            let start = now()
            var last = start
            for _ in 0..<readingsPerBatch { last = now() }
            least = min(least, Double(last - start) / Double(readingsPerBatch))
        }
        return least
    }
}
