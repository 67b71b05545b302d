internal import Glibc

/// What a closure allocated on its thread.
package struct AllocationCount: Hashable, Sendable {
    /// How many times it allocated.
    package var allocations: Int
    /// How many times it freed what it had allocated itself.
    package var deallocations: Int
    /// How many bytes it allocated, rounded up to size classes.
    package var bytes: Int
}

/// Counts allocations exactly: every one on the measuring thread, and nobody else's.
///
/// The thread is moved to an arena of its own and its cache switched off while it counts, so that each allocation reaches
/// the counters of that arena one by one. Allocations of other threads that the closure starts are not seen.
package final class AllocationCounter: Sendable {
    private let allocator: Jemalloc
    private let arena: UInt32
    private let threadArena: MallctlName
    private let cacheEnabled: MallctlName
    private let counters: [MallctlName]
    private let frees: [MallctlName]
    private let allocatedBytes: MallctlName

    /// Makes the arena.
    ///
    /// - Throws: ``JemallocError`` when jemalloc refuses, or lacks a control.
    package init(_ allocator: Jemalloc) throws(JemallocError) {
        self.allocator = allocator
        guard let arena: UInt32 = try Jemalloc.name("arenas.create").read(0) else { throw .noArena }
        self.arena = arena
        // Statistics know a new arena only after a refresh.
        allocator.refresh()
        threadArena = try Jemalloc.name("thread.arena")
        cacheEnabled = try Jemalloc.name("thread.tcache.enabled")
        counters = [
            try Jemalloc.name("stats.arenas.\(arena).small.nmalloc"),
            try Jemalloc.name("stats.arenas.\(arena).large.nmalloc"),
        ]
        frees = [
            try Jemalloc.name("stats.arenas.\(arena).small.ndalloc"),
            try Jemalloc.name("stats.arenas.\(arena).large.ndalloc"),
        ]
        allocatedBytes = try Jemalloc.name("thread.allocated")
    }

    /// Runs the closure once and counts.
    ///
    /// Two threads may not count with one counter at a time: they would share its arena.
    package func count<Result>(_ body: () throws -> Result) rethrows -> (count: AllocationCount, result: Result) {
        let home: UInt32 = threadArena.read(0) ?? 0
        let hadCache: Bool = cacheEnabled.read(true) ?? true
        cacheEnabled.write(false)
        threadArena.write(arena)
        defer {
            threadArena.write(home)
            cacheEnabled.write(hadCache)
        }
        let before = snapshot()
        let result = try body()
        let after = snapshot()
        let count = AllocationCount(
            allocations: after.allocations - before.allocations,
            deallocations: after.deallocations - before.deallocations, bytes: after.bytes - before.bytes)
        return (count, result)
    }

    private func snapshot() -> AllocationCount {
        let bytes: UInt64 = allocatedBytes.read(0) ?? 0
        allocator.refresh()
        var snapshot = AllocationCount(allocations: 0, deallocations: 0, bytes: Int(bytes))
        for counter in counters { snapshot.allocations += Int(counter.read(UInt64(0)) ?? 0) }
        for counter in frees { snapshot.deallocations += Int(counter.read(UInt64(0)) ?? 0) }
        return snapshot
    }
}
