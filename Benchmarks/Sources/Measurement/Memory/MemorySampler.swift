/// Takes the samples of a run.
///
/// Call ``sample(operations:at:liveEntries:)`` only at quiescent points: nothing in flight, the number of threads always the
/// same, the cache in the same logical state. Everything is allocated in `init`, so sampling adds no live bytes. Not
/// safe from two threads at once.
package final class MemorySampler {
    /// What was sampled so far.
    package private(set) var series: MemorySeries
    private let allocator: Jemalloc
    private var counts: [Int]

    /// A sampler with room for `capacity` samples; a full one thins itself out.
    package init(_ allocator: Jemalloc, capacity: Int = 1_024) {
        self.allocator = allocator
        series = MemorySeries(capacity: capacity, sizeClasses: allocator.sizeClasses)
        counts = [Int](repeating: 0, count: allocator.sizeClasses.count)
    }

    /// Flushes the calling thread's cache, reads the allocator, and keeps and returns the reading of this time.
    @discardableResult
    package func sample(operations: Int, at time: UInt64, liveEntries: Int? = nil) -> MemoryReading {
        allocator.flushThreadCache()
        let reading = allocator.reading()
        allocator.liveCounts(into: &counts)
        series.append(
            MemorySeries.Sample(
                operations: operations, time: time, reading: reading, liveEntries: liveEntries),
            liveCounts: counts)
        return reading
    }
}
