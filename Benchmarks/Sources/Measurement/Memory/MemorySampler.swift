/// Where memory is read: in the process's allocator, or in a test from figures made by hand.
package protocol MemorySource: Sendable {
    /// The size classes, ascending; ``liveCounts(into:)`` follows this order.
    var sizeClasses: [SizeClass] { get }
    /// Gives the calling thread's cache back.
    func flushThreadCache()
    /// Reads the totals as they are now.
    func reading() -> MemoryReading
    /// Writes the number of allocations of each size class, as of the last reading.
    func liveCounts(into counts: inout [Int])
}

extension Jemalloc: MemorySource {}

/// Takes the samples of a run.
///
/// Call ``sample(operations:at:liveEntries:)`` only at quiescent points: nothing in flight, the number of threads always the
/// same, the cache in the same logical state. Everything is allocated in `init`, so sampling adds no live bytes. Not
/// safe from two threads at once.
package final class MemorySampler {
    /// What was sampled so far.
    package private(set) var series: MemorySeries
    private let source: any MemorySource
    private var counts: [Int]

    /// A sampler with room for `capacity` samples; a full one thins itself out.
    package init(_ source: any MemorySource, capacity: Int = 1_024) {
        self.source = source
        series = MemorySeries(capacity: capacity, sizeClasses: source.sizeClasses)
        counts = [Int](repeating: 0, count: source.sizeClasses.count)
    }

    /// Flushes the calling thread's cache, reads memory, and keeps and returns the reading of this time.
    @discardableResult
    package func sample(operations: Int, at time: UInt64, liveEntries: Int? = nil) -> MemoryReading {
        source.flushThreadCache()
        let reading = source.reading()
        source.liveCounts(into: &counts)
        series.append(
            MemorySeries.Sample(
                operations: operations, time: time, reading: reading, liveEntries: liveEntries),
            liveCounts: counts)
        return reading
    }
}
