package import Measurement

/// How the load of a phase was generated, and what the machine did meanwhile.
package struct LoadEvidence: Hashable, Codable, Sendable {
    /// The callers: the most calls that could be open at a time.
    package var clients = 0
    /// The queues or threads that drove them.
    package var workers = 0
    /// Calls open at a time, on average; nil for several phases together.
    package var meanConcurrency: Double?
    /// The most calls open at one time.
    package var maximumConcurrency = 0
    /// Calls that were open together with an earlier call for the same key.
    package var overlappingDuplicates = 0
    /// Requests that found every client busy when they were released; nil in a closed loop.
    package var backlogged: Int?
    /// Of the time that released requests waited, the share in which their worker had a call open: the rest is the
    /// generator's. Nil in a closed loop, and for several phases together.
    package var subjectShareOfWaiting: Double?
    /// The herds that were released; nil where clients were not released together.
    package var herds: HerdEvidence?
    /// The stalls of the machine while the phase ran; nil when they were not watched.
    package var stalls: StallReport?
    /// How many processors other programs kept busy, on average; nil when not known.
    package var foreignProcessors: Double?
    /// How many processors there are.
    package var processors = 1
    /// The threads of the process at each sample of memory.
    package var threads: [Int] = []
    /// What the audits judge, a list of each process: a generator that was late is not to hide behind others that were not.
    package var observations: [[GeneratorObservation]] = []
    /// What audits found, of evidence of version 2, which says no more; nil in any other.
    package var audits: [EarlierAudit]?

    /// Nothing yet.
    package init() {}

    /// The longest time, in nanoseconds, that the machine did not run a thread that wanted to; nil when not watched.
    package var longestStall: UInt64? { stalls?.delays.maximum }

    /// Adds what adds up over phases.
    mutating func add(_ other: LoadEvidence) {
        clients = max(clients, other.clients)
        workers = max(workers, other.workers)
        meanConcurrency = nil
        subjectShareOfWaiting = nil
        maximumConcurrency = max(maximumConcurrency, other.maximumConcurrency)
        overlappingDuplicates += other.overlappingDuplicates
        if let more = other.backlogged { backlogged = (backlogged ?? 0) + more }
        if let more = other.herds { herds = (herds ?? HerdEvidence()).adding(more) }
        if let more = other.stalls { stalls = (stalls ?? StallReport()).adding(more) }
        foreignProcessors = [foreignProcessors, other.foreignProcessors].compactMap(\.self).max()
        processors = max(processors, other.processors)
        threads += other.threads
        observations += other.observations
        if let more = other.audits { audits = (audits ?? []) + more }
    }
}

/// How well requests for the same key were released together.
package struct HerdEvidence: Hashable, Codable, Sendable {
    /// How many herds were released.
    package var released = 0
    /// Herds in which at least two calls were open at once.
    package var overlapping = 0
    /// For each herd of two or more, the time from its first to its last start, in nanoseconds.
    package var skew = LatencyHistogram()

    /// Nothing yet.
    package init() {}

    /// Those of another stretch or phase as well.
    package func adding(_ other: HerdEvidence) -> HerdEvidence {
        var sum = self
        sum.released += other.released
        sum.overlapping += other.overlapping
        sum.skew.merge(other.skew)
        return sum
    }
}

/// An audit of the generator that an earlier version of this program judged where it was made.
package struct EarlierAudit: Hashable, Codable, Sendable {
    /// What was audited.
    package var name: String
    /// Whether the load was the one that was declared.
    package var passed: Bool
    /// What was found.
    package var explanation: String
    /// Whether the generator was to blame if not.
    package var blamesGenerator: Bool
}

extension KeyedDecodingContainer {
    /// Evidence of version 2 has no observations. What decodes a ``LoadEvidence`` takes this in place of the general function.
    func decode(_ type: [[GeneratorObservation]].Type, forKey key: Key) throws -> [[GeneratorObservation]] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}
