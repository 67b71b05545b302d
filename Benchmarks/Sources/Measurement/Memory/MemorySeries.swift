internal import Statistics

/// Readings of the allocator at quiescent points, over the operations done by then.
package struct MemorySeries: Hashable, Sendable {
    /// One reading.
    package struct Sample: Hashable, Codable, Sendable {
        /// The operations done so far: the x axis.
        package let operations: Int
        /// When it was taken, in nanoseconds of the monotonic clock.
        package let time: UInt64
        /// What the allocator held.
        package let reading: MemoryReading
        /// How many entries the subject held, where it says so.
        package let liveEntries: Int?

        /// A sample.
        package init(operations: Int, time: UInt64, reading: MemoryReading, liveEntries: Int? = nil) {
            self.operations = operations
            self.time = time
            self.reading = reading
            self.liveEntries = liveEntries
        }
    }

    /// The samples in the order in which they were taken.
    package private(set) var samples: [Sample] = []
    /// The size classes that were counted.
    package let sizeClasses: [SizeClass]
    private let capacity: Int
    private var counts: [Int] = []

    /// An empty series with room for `capacity` samples, at least 2, allocated now.
    ///
    /// When it is full every second sample is dropped, so that a long run keeps its whole span.
    package init(capacity: Int, sizeClasses: [SizeClass] = []) {
        precondition(capacity >= 2, "a series needs room for two samples")
        self.capacity = capacity
        self.sizeClasses = sizeClasses
        samples.reserveCapacity(capacity)
        counts.reserveCapacity(capacity * sizeClasses.count)
    }

    /// Appends a sample and the number of allocations of each size class. Does not allocate.
    package mutating func append(_ sample: Sample, liveCounts: [Int] = []) {
        precondition(liveCounts.count == sizeClasses.count, "a sample needs one count a size class")
        if samples.count == capacity { thin() }
        samples.append(sample)
        counts.append(contentsOf: liveCounts)
    }

    /// How many allocations of a size class were live at a sample.
    package func liveCount(sample: Int, sizeClass: Int) -> Int {
        counts[sample * sizeClasses.count + sizeClass]
    }

    /// Keeps the samples 0, 2, 4, ... in place.
    private mutating func thin() {
        let width = sizeClasses.count
        let kept = (samples.count + 1) / 2
        for target in 0..<kept {
            samples[target] = samples[2 * target]
            for offset in 0..<width { counts[target * width + offset] = counts[2 * target * width + offset] }
        }
        samples.removeLast(samples.count - kept)
        counts.removeLast(counts.count - kept * width)
    }
}

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

extension MemorySeries: Codable {
    private enum CodingKeys: String, CodingKey {
        case capacity, sizeClasses, samples, counts
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(capacity, forKey: .capacity)
        try container.encode(sizeClasses, forKey: .sizeClasses)
        try container.encode(samples, forKey: .samples)
        try container.encode(counts, forKey: .counts)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let capacity = try container.decode(Int.self, forKey: .capacity)
        let samples = try container.decode([Sample].self, forKey: .samples)
        guard (2...1 << 24).contains(capacity), samples.count <= capacity else {
            throw DecodingError.dataCorruptedError(
                forKey: .capacity, in: container, debugDescription: "no room for the samples")
        }
        // Not `init(capacity:)`, which would make room for samples that may never come.
        self.capacity = capacity
        sizeClasses = try container.decode([SizeClass].self, forKey: .sizeClasses)
        self.samples = samples
        counts = try container.decode([Int].self, forKey: .counts)
        guard counts.count == samples.count * sizeClasses.count, counts.allSatisfy({ $0.magnitude < 1 << 48 }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: container, debugDescription: "not one count a sample and size class")
        }
    }
}
