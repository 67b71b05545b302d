package import DedupBenchKit
package import DedupVerification
package import Evidence
internal import Foundation
internal import Measurement
package import Workloads

/// Makes the evidence of all phases from the history, after the run: nothing is computed on the measured path.
package struct PhaseAnalysis {
    private let scenario: Scenario
    private let subject: SubjectBlueprint
    private let configuration: LoadConfiguration
    private let history: History
    private let traces: [PhaseTrace]

    /// An analysis of what the phases of a subject's run left behind.
    package init(
        _ scenario: Scenario, _ subject: SubjectBlueprint, _ configuration: LoadConfiguration, _ history: History,
        _ traces: [PhaseTrace]
    ) {
        self.scenario = scenario
        self.subject = subject
        self.configuration = configuration
        self.history = history
        self.traces = traces
    }

    /// One a phase that was begun. Counted is what needs no checker: calls and how they were answered.
    package var evidence: [PhaseEvidence] {
        traces.indices.map { evidence(of: traces[$0], until: $0 + 1 < traces.count ? traces[$0 + 1].start : .max) }
    }

    private func evidence(of trace: PhaseTrace, until next: UInt64) -> PhaseEvidence {
        let calls = history.calls.filter { $0.phase == trace.plan.number }
        let executions = history.executions.filter { $0.begin >= trace.start && $0.begin < next }
        let sampler = scenario.distribution(of: trace.plan.phase).map { KeySampler($0, seed: scenario.seed) }
        var phase = PhaseEvidence(name: trace.plan.phase.name, isWarmup: trace.plan.phase.warmup)
        phase.number = trace.plan.number
        phase.ending = trace.ending
        phase.start = trace.start
        phase.duration = trace.end - min(trace.start, trace.end)
        phase.intendedOperations = trace.plan.isBoundByHistory ? nil : trace.limit
        phase.latencies = latencies(calls, executions, trace)
        phase.stuck = stuck(calls, trace)
        phase.load = load(calls, trace)
        phase.counts = counts(calls, executions, phase)
        phase.series = TimeSeries.points(of: phase, calls: calls, executions: executions)
        phase.heat = heat(calls, phase)
        phase.popularity = sampler.map { popularity(calls, $0, trace) } ?? []
        phase.memory = trace.memory.map { [$0] } ?? []
        phase.allocatedEnd = trace.allocatedEnd
        phase.load.audits =
            trace.findings
            + PhaseAudit(sampler, configuration, trace).findings(calls, phase, isComplete: history.isComplete)
        return phase
    }

    private func counts(
        _ calls: [Call], _ executions: [Execution], _ phase: PhaseEvidence
    ) -> VerificationCounts {
        var counts = VerificationCounts()
        counts.operations = calls.count
        counts.executions = executions.count
        counts.maximumConcurrency = phase.load.maximumConcurrency
        for call in calls {
            if call.hasReturned { counts.outcomes[Int(call.outcome.rawValue)] += 1 } else { counts.lost += 1 }
        }
        return counts
    }

    private func stuck(_ calls: [Call], _ trace: PhaseTrace) -> [StuckCall] {
        calls.filter { !$0.hasReturned }.prefix(100).map {
            StuckCall(request: $0.request, key: $0.key, age: trace.end - min(trace.end, $0.start))
        }
    }

    /// What callers waited over time: from the intended start, which in a closed loop is that of the call.
    private func heat(_ calls: [Call], _ phase: PhaseEvidence) -> LatencyHeat {
        var heat = LatencyHeat(of: phase.duration)
        for call in calls where call.hasReturned && call.end >= phase.start {
            heat.record(at: call.end - phase.start, waited: call.end - min(call.intended, call.end))
        }
        return heat
    }

    private func popularity(_ calls: [Call], _ sampler: KeySampler, _ trace: PhaseTrace) -> [KeyPopularity] {
        let declared = sampler.distribution
        var requests = [Int](repeating: 0, count: max(declared.count, trace.plan.stream.keyCount))
        // A key that does not belong to the distribution is for the audit to find.
        for call in calls where Int(call.key) < requests.count { requests[Int(call.key)] += 1 }
        return KeyPopularity.groups(
            requests: sampler.keyOfRank.map { requests[Int($0)] }, probabilities: declared.probabilities())
    }

    // MARK: - Latencies

    private func latencies(
        _ calls: [Call], _ executions: [Execution], _ trace: PhaseTrace
    ) -> LatencyDistributions {
        var latencies = LatencyDistributions()
        latencies.isOpen = trace.plan.stream.isOpen
        for call in calls where call.hasReturned {
            latencies.record(call.end - call.start, .service, call.outcome)
            if let releases = trace.releases {
                latencies.record(releases.lag(of: Int(call.request), intended: call.intended), .lag)
                latencies.record(releases.wait(of: Int(call.request), start: call.start), .wait)
                latencies.record(call.end - min(call.intended, call.end), .response, call.outcome)
            }
            guard let execution = execution(call.execution), execution.ended else { continue }
            switch call.outcome {
            case .joined: latencies.record(call.end - min(execution.end, call.end), .wakeup, .joined)
            case .hit, .stale: latencies.record(call.start - min(execution.end, call.start), .age, call.outcome)
            case .executed, .rejected, .failed, .missed, .abandoned, .invalidated: break
            }
        }
        for execution in executions where execution.ended {
            latencies.record(execution.end - execution.begin, .execution)
        }
        return latencies
    }

    /// The recorder numbers executions from 1 on, in the order in which it keeps them.
    private func execution(_ id: UInt64) -> Execution? {
        guard id > 0, id <= history.executions.count else { return nil }
        return history.executions[Int(id) - 1]
    }

    // MARK: - Load

    private func load(_ calls: [Call], _ trace: PhaseTrace) -> LoadEvidence {
        var load = LoadEvidence()
        load.clients = trace.plan.clients
        load.workers = trace.plan.workers
        if let releases = trace.releases {
            load.backlogged = releases.backlogged
            load.subjectShareOfWaiting =
                WaitingTime(calls, releases: releases, workers: trace.plan.workers).subjectShare
        }
        let open = calls.map { ($0.start, $0.hasReturned ? $0.end : trace.end) }
        let total = open.reduce(0.0) { $0 + Double($1.1 - min($1.0, $1.1)) }
        load.meanConcurrency = trace.end > trace.start ? total / Double(trace.end - trace.start) : 0
        load.maximumConcurrency = Self.maximum(starts: open.map(\.0).sorted(), ends: open.map(\.1).sorted())
        load.overlappingDuplicates = Self.overlaps(calls)
        load.herds = trace.plan.hasHerds ? HerdEvidence(calls, clients: trace.plan.clients) : nil
        load.stalls = trace.stalls
        load.foreignProcessors = trace.foreignProcessors
        load.processors = ProcessInfo.processInfo.activeProcessorCount
        load.threads = trace.threads
        return load
    }

    /// The most intervals that are open at one time.
    private static func maximum(starts: [UInt64], ends: [UInt64]) -> Int {
        var (ended, most) = (0, 0)
        for (started, start) in starts.enumerated() {
            while ended < ends.count, ends[ended] <= start { ended += 1 }
            most = max(most, started + 1 - ended)
        }
        return most
    }

    /// Calls that began while an earlier one for the same key was open.
    private static func overlaps(_ calls: [Call]) -> Int {
        let byStart = calls.indices.sorted { calls[$0].start < calls[$1].start }
        var openUntil = [UInt64](repeating: 0, count: Int(calls.map(\.key).max() ?? 0) + 1)
        var overlaps = 0
        for index in byStart {
            let call = calls[index]
            if openUntil[Int(call.key)] > call.start { overlaps += 1 }
            openUntil[Int(call.key)] = max(openUntil[Int(call.key)], call.hasReturned ? call.end : .max)
        }
        return overlaps
    }
}

extension HerdEvidence {
    /// The herds of a phase: client c of n takes the positions c, c + n, ..., so n neighbours were released together.
    init(_ calls: [Call], clients: Int) {
        self.init()
        var rounds: [Int: (first: UInt64, last: UInt64, end: UInt64, calls: Int, overlaps: Bool)] = [:]
        for call in calls.sorted(by: { $0.start < $1.start }) {
            let end = call.hasReturned ? call.end : .max
            let round = Int(call.request) / clients
            var seen = rounds[round] ?? (call.start, call.start, 0, 0, false)
            if seen.calls > 0, call.start < seen.end { seen.overlaps = true }
            seen = (seen.first, call.start, max(seen.end, end), seen.calls + 1, seen.overlaps)
            rounds[round] = seen
        }
        released = rounds.count
        for round in rounds.values where round.calls > 1 {
            skew.record(round.last - round.first)
            if round.overlaps { overlapping += 1 }
        }
    }
}
