/// The stalls that a thread which only wanted to wake up every millisecond has seen.
package struct StallReport: Hashable, Codable, Sendable {
    /// From this delay on a stall is listed: 10 ms.
    private static let stall: UInt64 = 10_000_000
    /// How many stalls are listed.
    package static let capacity = 1_024

    /// How much later than asked the thread woke up, in nanoseconds.
    package private(set) var delays = LatencyHistogram()
    /// The windows in which it did not run for 10 ms or more.
    package private(set) var windows: [Stall] = []
    /// Stalls that found no room in the list.
    package private(set) var droppedWindows = 0

    /// A window in which the machine did not run us.
    package struct Stall: Hashable, Codable, Sendable {
        /// When it began, in nanoseconds of the monotonic clock.
        package var start: UInt64
        /// When it was over.
        package var end: UInt64

        /// A window.
        package init(start: UInt64, end: UInt64) {
            self.start = start
            self.end = end
        }
    }

    /// How many stalls there were, listed or not.
    package var count: Int { windows.count + droppedWindows }

    /// Nothing yet, with room for all that it can list: noting allocates nothing.
    package init() {
        windows.reserveCapacity(Self.capacity)
    }

    /// Notes a sleep from `start` to `end` that was meant to last for `wanted` nanoseconds.
    package mutating func note(_ start: UInt64, _ end: UInt64, wanted: UInt64) {
        let delay = end - start - min(end - start, wanted)
        delays.record(delay)
        guard delay >= Self.stall else { return }
        if windows.count < Self.capacity {
            windows.append(Stall(start: start, end: end))
        } else {
            droppedWindows += 1
        }
    }

    /// Whether a time from `start` to `end` meets one that is listed. Of one process, whose stalls follow each other.
    package func meets(_ start: UInt64, _ end: UInt64) -> Bool {
        // The first that ends after the start.
        var (low, high) = (0, windows.count)
        while low < high {
            let middle = (low + high) / 2
            if windows[middle].end > start { high = middle } else { low = middle + 1 }
        }
        return low < windows.count && windows[low].start < end
    }

    /// Forgets everything, keeping the memory.
    package mutating func reset() {
        delays.reset()
        windows.removeAll(keepingCapacity: true)
        droppedWindows = 0
    }

    /// The same stalls, with their times counted from `base`, in nanoseconds; those before it become 0.
    package func earlier(by base: UInt64) -> StallReport {
        var shifted = self
        shifted.windows = windows.map { Stall(start: $0.start - min($0.start, base), end: $0.end - min($0.end, base)) }
        return shifted
    }

    /// This and another report together.
    package func adding(_ other: StallReport) -> StallReport {
        var sum = self
        sum.delays.merge(other.delays)
        let room = max(0, Self.capacity - sum.windows.count)
        sum.windows += other.windows.prefix(room)
        sum.droppedWindows += other.droppedWindows + max(0, other.windows.count - room)
        return sum
    }
}
