internal import DedupVerification
internal import Statistics

extension VerificationCounts {
    /// With 95 % confidence the chance that an opportunity ends in a violation is below this; NaN without opportunities.
    var violationBound95: Double {
        ClopperPearson.upper(successes: min(violations, opportunities), trials: opportunities)
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
