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

/// Counts allocations exactly: every one on the measuring thread, and none of another thread.
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
    private let threadBytes: MallctlName

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
        threadBytes = try Jemalloc.name("thread.allocatedp")
    }

    /// Runs the closure once and counts.
    ///
    /// Two threads may not count with one counter at a time: they would share its arena.
    package func count<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> (count: AllocationCount, result: Value) {
        let home: UInt32 = threadArena.read(0) ?? 0
        let hadCache: Bool = cacheEnabled.read(true) ?? true
        let noBytes: UnsafePointer<UInt64>? = nil
        let bytes = threadBytes.read(noBytes) ?? nil
        // The arena is entered after the first reading and left before the second, so that reading is not counted.
        let before = snapshot()
        cacheEnabled.write(false)
        threadArena.write(arena)
        let bytesBefore = bytes?.pointee ?? 0
        let outcome = Result(catching: body)
        let bytesAfter = bytes?.pointee ?? 0
        threadArena.write(home)
        cacheEnabled.write(hadCache)
        let after = snapshot()
        let count = AllocationCount(
            allocations: after.allocations - before.allocations,
            deallocations: after.deallocations - before.deallocations, bytes: Int(bytesAfter - bytesBefore))
        return (count, try outcome.get())
    }

    private func snapshot() -> (allocations: Int, deallocations: Int) {
        allocator.refresh()
        let total = { (names: [MallctlName]) in names.reduce(0) { $0 + Int($1.read(UInt64(0)) ?? 0) } }
        return (total(counters), total(frees))
    }
}
