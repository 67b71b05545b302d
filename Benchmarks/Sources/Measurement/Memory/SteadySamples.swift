extension MemorySeries {
    /// The numbers of the samples that compare: all after the first ones that are left out, and of a bounded cache those
    /// at which it was full.
    ///
    /// A cache from which results have just expired holds less, by far more than a leak adds meanwhile. What leaks stays
    /// and shows when it is full again. A cache that is never full, or has no bound, is taken as it is: there the number
    /// of entries may be what grows. More entries than the capacity are no reason to leave a sample out either.
    package func comparableSamples(after discarded: Int, capacity: Int?) -> [Int] {
        let numbers = Array(samples.indices.dropFirst(discarded))
        guard let capacity else { return numbers }
        let full = numbers.filter { samples[$0].liveEntries ?? 0 >= capacity }
        return full.isEmpty ? numbers : full
    }

    /// A series of some of the samples, in their order.
    package func keeping(_ numbers: [Int]) -> MemorySeries {
        var kept = MemorySeries(capacity: max(2, numbers.count), sizeClasses: sizeClasses)
        for number in numbers {
            let counts = sizeClasses.indices.map { liveCount(sample: number, sizeClass: $0) }
            kept.append(samples[number], liveCounts: counts)
        }
        return kept
    }
}
