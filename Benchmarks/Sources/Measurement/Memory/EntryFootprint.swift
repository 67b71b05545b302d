internal import Statistics

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
        precondition(entries > 0, "the footprint of no entries is not defined")
        allocator.flushThreadCache()
        let before = allocator.reading().live
        let filled = try fill()
        allocator.flushThreadCache()
        let after = allocator.reading().live
        withExtendedLifetime(filled) {}
        return EntryFootprint(bytesPerEntry: Double(after - before) / Double(entries), entries: entries)
    }
}

/// A size class that grows with the work done: nearly the name of the type that leaks.
package struct SizeClassGrowth: Hashable, Sendable {
    /// The size class.
    package let sizeClass: SizeClass
    /// How many more of its allocations are live after each operation.
    package let objectsPerOperation: Double

    /// How many bytes that is.
    package var bytesPerOperation: Double { objectsPerOperation * Double(sizeClass.size) }

    /// The classes that grow most in bytes, from a given sample on.
    static func largest(in series: MemorySeries, from start: Int, atLeast limit: Double, count: Int = 3)
        -> [SizeClassGrowth]
    {
        guard series.samples.count - start >= 3 else { return [] }
        let x = series.samples[start...].map { Double($0.operations) }
        let growing = series.sizeClasses.indices.compactMap { number -> SizeClassGrowth? in
            let y = series.samples.indices[start...].map {
                Double(series.liveCount(sample: $0, sizeClass: number))
            }
            guard let first = y.first, y.contains(where: { $0 != first }) else { return nil }
            let growth = SizeClassGrowth(
                sizeClass: series.sizeClasses[number], objectsPerOperation: TheilSen.slope(x: x, y: y) ?? 0)
            return growth.bytesPerOperation >= limit ? growth : nil
        }
        return Array(growing.sorted { $0.bytesPerOperation > $1.bytesPerOperation }.prefix(count))
    }
}
