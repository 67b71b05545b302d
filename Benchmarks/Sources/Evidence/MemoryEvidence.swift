package import Measurement

/// The live bytes of a phase at its quiescent points, and what has to be known of the subject to judge them.
package struct MemoryEvidence: Hashable, Codable, Sendable {
    /// The readings in order.
    package var series: MemorySeries
    /// How many of the first samples are left out, as the scenario says.
    package var discarded: Int
    /// How many entries the subject's cache holds when it is full; nil where it has no such bound.
    package var capacity: Int?
    /// Whether the subject lets duplicates join, so that a phase without a join has not looked at waiters.
    package var mustJoin: Bool
    /// Where what grew was allocated, most of it first; nil where that was not recorded.
    package var callSites: [CallSite]?
    /// How many times growth may have been judged, as a phase goes on while it cannot be decided; nil: once.
    package var looks: Int?

    /// Evidence from its parts.
    package init(
        _ series: MemorySeries, discarded: Int = 0, capacity: Int? = nil, mustJoin: Bool = false, looks: Int? = nil
    ) {
        self.series = series
        self.discarded = discarded
        self.capacity = capacity
        self.mustJoin = mustJoin
        self.looks = looks
    }

    /// A function that has memory allocated which is not freed.
    package struct CallSite: Hashable, Codable, Sendable {
        /// Its name, and those of its callers that are ours, innermost first.
        package var function: String
        /// By how much it makes memory grow, in bytes an operation; an estimate, as allocations are sampled.
        package var bytesPerOperation: Double

        /// A function.
        package init(function: String, bytesPerOperation: Double) {
            self.function = function
            self.bytesPerOperation = bytesPerOperation
        }
    }

    /// What was measured at one quiescent point.
    package struct Sample: Hashable, Sendable {
        /// Operations since the first sample.
        package var operations: Int
        /// Nanoseconds since the first sample.
        package var offset: UInt64
        /// What the allocator said.
        package var reading: MemoryReading
        /// Whether it is left out of the estimate, because the cache was still filling, or not full.
        package var isDiscarded: Bool
        /// Entries in the cache, if the subject tells.
        package var liveEntries: Int?
    }

    /// All samples, those too that are left out.
    package var samples: [Sample] {
        let compared = Set(comparable)
        let start = series.samples.first?.time ?? 0
        return series.samples.enumerated().map { number, sample in
            Sample(
                operations: sample.operations, offset: sample.time - start, reading: sample.reading,
                isDiscarded: !compared.contains(number), liveEntries: sample.liveEntries)
        }
    }

    /// The numbers of the samples that compare.
    package var comparable: [Int] { series.comparableSamples(after: discarded, capacity: capacity) }
}
