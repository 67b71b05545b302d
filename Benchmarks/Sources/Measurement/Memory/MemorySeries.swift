/// Readings of the allocator at quiescent points, over the operations done by then.
package struct MemorySeries: Sendable {
    /// One reading.
    package struct Sample: Hashable, Sendable {
        /// The operations done so far: the x axis.
        package let operations: Int
        /// When it was taken, in nanoseconds of the monotonic clock.
        package let time: UInt64
        /// What the allocator held.
        package let reading: MemoryReading
        /// How many entries the subject held, where it says so.
        package let liveEntries: Int?

        /// A sample.
        package init(operations: Int, time: UInt64, reading: MemoryReading, liveEntries: Int? = nil) {
            self.operations = operations
            self.time = time
            self.reading = reading
            self.liveEntries = liveEntries
        }
    }

    /// The samples in the order in which they were taken.
    package private(set) var samples: [Sample] = []
    /// The size classes that were counted.
    package let sizeClasses: [SizeClass]
    private let capacity: Int
    private var counts: [Int] = []

    /// An empty series with room for `capacity` samples, at least 2, allocated now.
    ///
    /// When it is full every second sample is dropped, so that a long run keeps its whole span.
    package init(capacity: Int, sizeClasses: [SizeClass] = []) {
        precondition(capacity >= 2, "a series needs room for two samples")
        self.capacity = capacity
        self.sizeClasses = sizeClasses
        samples.reserveCapacity(capacity)
        counts.reserveCapacity(capacity * sizeClasses.count)
    }

    /// Appends a sample and the number of allocations of each size class. Does not allocate.
    package mutating func append(_ sample: Sample, liveCounts: [Int] = []) {
        precondition(liveCounts.count == sizeClasses.count, "a sample needs one count a size class")
        if samples.count == capacity { thin() }
        samples.append(sample)
        counts.append(contentsOf: liveCounts)
    }

    /// How many allocations of a size class were live at a sample.
    package func liveCount(sample: Int, sizeClass: Int) -> Int {
        counts[sample * sizeClasses.count + sizeClass]
    }

    /// Keeps the samples 0, 2, 4, ... in place.
    private mutating func thin() {
        let width = sizeClasses.count
        let kept = (samples.count + 1) / 2
        for target in 0..<kept {
            samples[target] = samples[2 * target]
            for offset in 0..<width { counts[target * width + offset] = counts[2 * target * width + offset] }
        }
        samples.removeLast(samples.count - kept)
        counts.removeLast(counts.count - kept * width)
    }
}
