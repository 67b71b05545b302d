internal import DedupVerification
internal import Measurement

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
        sum.undisturbed = undisturbed(Array(phases))
        return sum
    }

    /// What was waited without stalls in several phases, or processes: in one that had none, everything was.
    static func undisturbed(_ phases: [PhaseEvidence]) -> LatencyDistributions? {
        guard phases.contains(where: { $0.undisturbed != nil }),
            phases.allSatisfy({ $0.undisturbed != nil || $0.load.stalls?.count ?? 0 == 0 })
        else { return nil }
        return phases.reduce(into: LatencyDistributions()) { $0.merge($1.undisturbed ?? $1.latencies) }
    }
}
