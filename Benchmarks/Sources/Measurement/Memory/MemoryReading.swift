/// What the allocator held at one moment, in bytes.
package struct MemoryReading: Hashable, Sendable {
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
package struct SizeClass: Hashable, Sendable {
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
