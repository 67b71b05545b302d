internal import DedupVerification

extension VerificationCounts {
    /// Adds the figures of another stretch of the same history.
    mutating func add(_ other: VerificationCounts) {
        operations += other.operations
        lost += other.lost
        for index in outcomes.indices { outcomes[index] += other.outcomes[index] }
        executions += other.executions
        failedExecutions += other.failedExecutions
        duplicateExecutions += other.duplicateExecutions
        opportunities += other.opportunities
        overlappingCalls += other.overlappingCalls
        maximumConcurrency = max(maximumConcurrency, other.maximumConcurrency)
        repeatedRequests += other.repeatedRequests
        attainableHits += other.attainableHits
        violations += other.violations
    }
}

extension PhaseReport {
    /// Several phases as one; percentiles are those of all their calls, never averages.
    package static func sum(_ phases: some Sequence<PhaseReport>, name: String = "all") -> PhaseReport {
        var sum = PhaseReport(name: name, isWarmup: false)
        for phase in phases {
            sum.duration += phase.duration
            sum.counts.add(phase.counts)
            sum.isVerified = sum.isVerified && phase.isVerified
            sum.latencies.merge(phase.latencies)
            sum.allocatedEnd = phase.allocatedEnd ?? sum.allocatedEnd
            sum.memory = MemoryReport.worst([sum.memory, phase.memory].compactMap(\.self))
            if let generation = phase.generation {
                if sum.generation == nil { sum.generation = generation } else { sum.generation?.add(generation) }
            }
            if let spawned = phase.processesSpawned { sum.processesSpawned = (sum.processesSpawned ?? 0) + spawned }
        }
        return sum
    }
}
