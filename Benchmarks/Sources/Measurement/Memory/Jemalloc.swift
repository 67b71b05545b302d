internal import CJemalloc
internal import Glibc

/// The process's allocator, asked for what only it knows.
///
/// Nothing here allocates after `init`, so looking does not change what is seen.
package final class Jemalloc: Sendable {
    /// Which jemalloc this is.
    package let version: String
    /// Whether live bytes are net of all thread caches. When not (an allocator that hides the figure), freed memory in
    /// thread caches counts as live, and the report must say so.
    package let subtractsThreadCaches: Bool
    /// The size classes, ascending; ``liveCounts(into:)`` follows this order.
    package let sizeClasses: [SizeClass]

    /// `MALLCTL_ARENAS_ALL`: stands for the sum over all arenas in a path. Not in the manual; checked in `init`.
    static let allArenas = 4_096

    private let epochName: MallctlName
    private let allocated: MallctlName
    private let active: MallctlName
    private let resident: MallctlName
    private let retained: MallctlName
    private let metadata: MallctlName
    private let threadCaches: MallctlName?
    private let flush: MallctlName
    private let liveCountNames: [MallctlName]

    /// Finds the allocator.
    ///
    /// - Throws: ``JemallocError`` when `malloc` is not jemalloc's, or jemalloc was built without statistics.
    package init() throws(JemallocError) {
        try Self.checkIsAllocator()
        epochName = try Self.name("epoch")
        allocated = try Self.name("stats.allocated")
        active = try Self.name("stats.active")
        resident = try Self.name("stats.resident")
        retained = try Self.name("stats.retained")
        metadata = try Self.name("stats.metadata")
        flush = try Self.name("thread.tcache.flush")
        version = try Self.readVersion()
        let caches = MallctlName("stats.arenas.\(Self.allArenas).tcache_bytes")
        threadCaches = caches?.read(0) == nil ? nil : caches
        subtractsThreadCaches = threadCaches != nil
        (sizeClasses, liveCountNames) = try Self.findSizeClasses()
    }

    /// Refreshes the allocator's statistics; ``reading()`` and ``liveCounts(into:)`` report the state at the last one.
    package func refresh() {
        epochName.write(UInt64(1))
    }

    /// Refreshes, and reads the totals.
    package func reading() -> MemoryReading {
        refresh()
        let all = allocated.read(0) ?? 0
        let cached = threadCaches?.read(0) ?? 0
        return MemoryReading(
            live: all - cached, allocated: all, threadCaches: cached, active: active.read(0) ?? 0,
            resident: resident.read(0) ?? 0, retained: retained.read(0) ?? 0, metadata: metadata.read(0) ?? 0)
    }

    /// Writes the number of allocations of each size class, as of the last refresh, into `counts`, which holds one
    /// element a size class. Regions that sit in thread caches count as allocated: flush them first if that matters.
    package func liveCounts(into counts: inout [Int]) {
        precondition(counts.count == sizeClasses.count, "the buffer needs one element a size class")
        for (index, name) in liveCountNames.enumerated() { counts[index] = name.read(0) ?? 0 }
    }

    /// Gives the calling thread's cache back to the arenas. Only a thread itself can do that.
    package func flushThreadCache() {
        flush.trigger()
    }

    /// Returns unused pages to the system, so that resident bytes mean something. Expensive; not for a measured phase.
    package func purge() {
        MallctlName("arena.\(Self.allArenas).purge")?.trigger()
    }

    static func name(_ name: String) throws(JemallocError) -> MallctlName {
        guard let found = MallctlName(name) else { throw .missingControl(name) }
        return found
    }

    private static func readVersion() throws(JemallocError) -> String {
        let pointer: UnsafePointer<CChar>? = try name("version").read(nil) ?? nil
        return pointer.map { String(cString: $0) } ?? "unknown"
    }

    /// `malloc` is jemalloc's if and only if its counters move when something is allocated.
    private static func checkIsAllocator() throws(JemallocError) {
        guard MallctlName("config.stats")?.read(false) == true else { throw .noStatistics }
        let counter = try name("thread.allocated")
        guard let before: UInt64 = counter.read(0) else { throw .missingControl("thread.allocated") }
        // Not malloc(): the compiler knows that one, and removes it when the memory is not used.
        let probe = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
        defer { probe.deallocate() }
        guard let after: UInt64 = counter.read(0), after > before else { throw .notTheAllocator }
    }

    private static func findSizeClasses() throws(JemallocError) -> ([SizeClass], [MallctlName]) {
        let small: UInt32 = try name("arenas.nbins").read(0) ?? 0
        let large: UInt32 = try name("arenas.nlextents").read(0) ?? 0
        var classes: [SizeClass] = []
        var names: [MallctlName] = []
        for index in 0..<Int(small) {
            classes.append(SizeClass(size: try name("arenas.bin.\(index).size").read(0) ?? 0, isLarge: false))
            names.append(try name("stats.arenas.\(allArenas).bins.\(index).curregs"))
        }
        for index in 0..<Int(large) {
            classes.append(SizeClass(size: try name("arenas.lextent.\(index).size").read(0) ?? 0, isLarge: true))
            names.append(try name("stats.arenas.\(allArenas).lextents.\(index).curlextents"))
        }
        return (classes, names)
    }
}

/// Why the allocator cannot be measured.
package enum JemallocError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `malloc` belongs to another allocator.
    case notTheAllocator
    /// jemalloc was built without statistics.
    case noStatistics
    /// jemalloc does not know a control that is needed.
    case missingControl(String)
    /// jemalloc refused to make an arena.
    case noArena

    /// What is wrong and what to do about it.
    package var description: String {
        switch self {
        case .notTheAllocator:
            """
            jemalloc is loaded but malloc is not jemalloc's, so memory cannot be measured. Link libjemalloc before libc, \
            do not preload another allocator, and do not measure memory in a sanitizer build.
            """
        case .noStatistics:
            "this jemalloc was built without statistics (config.stats is false); install one that has them"
        case .missingControl(let name):
            "this jemalloc does not know the control \(name); version 5.3 is the one this is tested with"
        case .noArena:
            "jemalloc refused to make an arena, so allocations cannot be counted exactly"
        }
    }
}
