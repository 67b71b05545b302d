internal import DedupVerification

extension PhaseEvidence {
    /// Several phases as one; percentiles are those of all their calls, never averages. What belongs to one phase alone,
    /// its series, its keys, its samples of memory and its stuck calls, is left out.
    package static func sum(_ phases: some Sequence<PhaseEvidence>, name: String = "all") -> PhaseEvidence {
        var sum = PhaseEvidence(name: name, isWarmup: false)
        sum.isVerified = true
        for phase in phases {
            sum.duration += phase.duration
            if let paused = phase.paused { sum.paused = (sum.paused ?? 0) + paused }
            sum.counts.add(phase.counts)
            sum.isVerified = sum.isVerified && phase.isVerified
            sum.latencies.merge(phase.latencies)
            sum.allocatedEnd = phase.allocatedEnd ?? sum.allocatedEnd
            sum.load.add(phase.load)
            if let spawned = phase.processesSpawned { sum.processesSpawned = (sum.processesSpawned ?? 0) + spawned }
        }
        return sum
    }
}
