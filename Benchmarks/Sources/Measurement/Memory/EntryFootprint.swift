/// What one entry of a container costs in memory.
package struct EntryFootprint: Hashable, Sendable {
    /// Live bytes an entry, of everything that the filling left behind.
    package let bytesPerEntry: Double
    /// How many entries were filled in.
    package let entries: Int

    /// Fills a container and divides what stays live by the number of its entries.
    ///
    /// `fill` returns what must be kept alive until it is measured. Nothing else may allocate meanwhile.
    package static func measure<Filled>(
        _ allocator: Jemalloc, entries: Int, fill: () throws -> Filled
    ) rethrows -> EntryFootprint {
        try measureKeeping(allocator, entries: entries, fill: fill).footprint
    }

    /// The same, and hands over what was filled.
    package static func measureKeeping<Filled>(
        _ allocator: Jemalloc, entries: Int, fill: () throws -> Filled
    ) rethrows -> (footprint: EntryFootprint, filled: Filled) {
        precondition(entries > 0, "the footprint of no entries is not defined")
        allocator.flushThreadCache()
        let before = allocator.reading().live
        let filled = try fill()
        allocator.flushThreadCache()
        let after = withExtendedLifetime(filled) { allocator.reading().live }
        let footprint = EntryFootprint(bytesPerEntry: Double(after - before) / Double(entries), entries: entries)
        return (footprint, filled)
    }
}
