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

/// What the allocator held at one moment, in bytes.
package struct MemoryReading: Hashable, Codable, Sendable {
    /// What the program holds: allocated less what sits in the thread caches, which is freed memory waiting for reuse.
    package var live: Int
    /// `stats.allocated`: live bytes and the thread caches.
    package var allocated: Int
    /// `stats.arenas.<all>.tcache_bytes`: freed memory that threads keep for themselves.
    package var threadCaches: Int
    /// `stats.active`: pages with anything allocated on them.
    package var active: Int
    /// `stats.resident`: pages of the allocator that are in memory.
    package var resident: Int
    /// `stats.retained`: address space kept for later.
    package var retained: Int
    /// `stats.metadata`: what the allocator needs for itself.
    package var metadata: Int

    /// A reading of nothing.
    package static let zero = MemoryReading(
        live: 0, allocated: 0, threadCaches: 0, active: 0, resident: 0, retained: 0, metadata: 0)
}

/// One of the allocator's size classes.
package struct SizeClass: Hashable, Codable, Sendable {
    /// The size of its regions in bytes.
    package let size: Int
    /// Whether each allocation has pages of its own.
    package let isLarge: Bool

    /// A size class.
    package init(size: Int, isLarge: Bool) {
        self.size = size
        self.isLarge = isLarge
    }
}
