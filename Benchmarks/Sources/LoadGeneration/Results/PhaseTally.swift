internal import DedupVerification
internal import Evidence
internal import Foundation
internal import Measurement
internal import Workloads

/// The evidence of a phase in the making: it is added up stretch by stretch, and no call is open when one ends.
struct PhaseTally {
    private let trace: PhaseTrace
    private let sampler: KeySampler?
    /// When the execution ended that a call names; nil for one that has not.
    private let executionEnd: PhaseAnalysis.ExecutionEnd
    private var counts = VerificationCounts()
    private var latencies = LatencyDistributions()
    /// What was waited without stalls; nil where there were none, or more than are listed.
    private var undisturbed: LatencyDistributions?
    private var series: TimeSeries
    private var heat: LatencyHeat
    /// By key, how often it was asked for.
    private var requests: [Int]
    private var asked: AskedRequests
    private var drawn: DrawnKeys?
    private var stuck: [StuckCall] = []
    private var load = LoadEvidence()
    /// The time that all calls together were open.
    private var openTime = 0.0
    private var openUntil: [UInt64]
    private var waiting = WaitingTime()
    private var lastStart: UInt64 = 0
    /// The sum of the times that calls took and of their squares, in seconds.
    private var service = (sum: 0.0, squares: 0.0)

    init(
        _ trace: PhaseTrace, _ sampler: KeySampler?,
        executionEnd: @escaping PhaseAnalysis.ExecutionEnd
    ) {
        self.trace = trace
        self.sampler = sampler
        self.executionEnd = executionEnd
        let duration = trace.end - min(trace.start, trace.end)
        latencies.isOpen = trace.plan.stream.isOpen
        if !trace.stalls.windows.isEmpty, trace.stalls.droppedWindows == 0 {
            undisturbed = LatencyDistributions()
            undisturbed?.isOpen = latencies.isOpen
        }
        series = TimeSeries(start: trace.start, duration: duration)
        heat = LatencyHeat(of: duration)
        requests = [Int](repeating: 0, count: max(sampler?.distribution.count ?? 0, trace.plan.stream.keyCount))
        openUntil = []
        asked = AskedRequests(of: trace.plan.stream)
        drawn = sampler.map { DrawnKeys(of: trace.plan.stream, against: $0) }
        load.herds = trace.plan.hasHerds ? HerdEvidence() : nil
    }

    /// Adds the calls and executions of a stretch that belong to the phase.
    ///
    /// - Throws: ``HistoryFileError`` when what was noted of its requests, or of earlier executions, cannot be read.
    mutating func add(_ calls: [Call], _ executions: [Execution]) throws(HistoryFileError) {
        let positions = calls.lazy.map { Int($0.request) }
        if let releases = trace.releases, let first = positions.min(), let last = positions.max() {
            try releases.show(first...last)
        }
        counts.operations += calls.count
        counts.executions += executions.count
        for call in calls { try add(call) }
        for execution in executions {
            series.add(execution)
            if execution.ended { latencies.record(execution.end - execution.begin, .execution) }
        }
        addConcurrency(calls)
        if let releases = trace.releases {
            waiting.add(calls, releases: releases, workers: trace.plan.workers)
            load.subjectShareOfWaiting = waiting.subjectShare
        }
        if let herds = load.herds {
            // Of a herd that comes at an event, the call that makes the event is no part.
            let released = trace.plan.edge.map { edge in calls.filter { edge.isInHerd(Int($0.request)) } } ?? calls
            load.herds = herds.adding(HerdEvidence(released, clients: trace.plan.clients))
        }
    }

    private mutating func add(_ call: Call) throws(HistoryFileError) {
        let position = Int(call.request)
        lastStart = max(lastStart, call.start)
        asked.add(position, call.key)
        drawn?.add(position, call.key)
        // A key that does not belong to the distribution is for the audit to find.
        if Int(call.key) < requests.count { requests[Int(call.key)] += 1 }
        guard call.hasReturned else {
            counts.lost += 1
            if stuck.count < 100 {
                let age = trace.end - min(trace.end, call.start)
                stuck.append(StuckCall(request: call.request, key: call.key, age: age))
            }
            return
        }
        counts.outcomes[Int(call.outcome.rawValue)] += 1
        series.add(call)
        // What callers waited: from the intended start, which in a closed loop is that of the call.
        if call.end >= trace.start {
            heat.record(at: call.end - trace.start, waited: call.end - min(call.intended, call.end))
        }
        try addLatencies(call)
    }

    private mutating func addLatencies(_ call: Call) throws(HistoryFileError) {
        addUndisturbed(call)
        latencies.record(call.end - call.start, .service, call.outcome)
        let seconds = Double(call.end - call.start) / 1e9
        service = (service.sum + seconds, service.squares + seconds * seconds)
        if let releases = trace.releases {
            latencies.record(releases.lag(of: Int(call.request), intended: call.intended), .lag)
            latencies.record(releases.wait(of: Int(call.request), start: call.start), .wait)
            latencies.record(call.end - min(call.intended, call.end), .response, call.outcome)
        }
        switch call.outcome {
        case .joined:
            guard let end = try executionEnd(call).map({ min($0, call.end) }) else { return }
            latencies.record(call.end - end, .wakeup, .joined)
            if undisturbed != nil, !trace.stalls.meets(end, call.end) {
                undisturbed?.record(call.end - end, .wakeup, .joined)
            }
        case .hit, .stale:
            guard let end = try executionEnd(call) else { return }
            latencies.record(call.start - min(end, call.start), .age, call.outcome)
        case .executed, .rejected, .failed, .missed, .abandoned, .invalidated: break
        }
    }

    private mutating func addUndisturbed(_ call: Call) {
        guard undisturbed != nil else { return }
        let begin = latencies.isOpen ? min(call.intended, call.end) : call.start
        guard !trace.stalls.meets(begin, call.end) else { return }
        undisturbed?.record(call.end - begin, latencies.isOpen ? .response : .service, call.outcome)
    }

    // MARK: - Concurrency

    private mutating func addConcurrency(_ calls: [Call]) {
        let open = calls.map { ($0.start, $0.hasReturned ? $0.end : trace.end) }
        openTime += open.reduce(0.0) { $0 + Double($1.1 - min($1.0, $1.1)) }
        let most = Self.maximum(starts: open.map(\.0).sorted(), ends: open.map(\.1).sorted())
        load.maximumConcurrency = max(load.maximumConcurrency, most)
        addOverlaps(calls)
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
    private mutating func addOverlaps(_ calls: [Call]) {
        let keys = Int(calls.map(\.key).max() ?? 0) + 1
        if keys > openUntil.count { openUntil += Array(repeating: 0, count: keys - openUntil.count) }
        for index in calls.indices.sorted(by: { calls[$0].start < calls[$1].start }) {
            let call = calls[index]
            if openUntil[Int(call.key)] > call.start { load.overlappingDuplicates += 1 }
            openUntil[Int(call.key)] = max(openUntil[Int(call.key)], call.hasReturned ? call.end : .max)
        }
    }

    // MARK: - The evidence

    /// The evidence of all that was added.
    ///
    /// - Parameter isComplete: Whether the history holds everything.
    func evidence(isComplete: Bool) -> PhaseEvidence {
        var phase = PhaseEvidence(name: trace.plan.phase.name, isWarmup: trace.plan.phase.warmup)
        phase.number = trace.plan.number
        phase.ending = trace.ending
        phase.start = trace.start
        phase.duration = trace.end - min(trace.start, trace.end)
        phase.paused = trace.paused > 0 ? trace.paused : nil
        phase.intendedOperations = trace.plan.isBoundByHistory ? nil : trace.limit
        phase.latencies = latencies
        phase.undisturbed = undisturbed
        phase.stuck = stuck
        phase.load = completedLoad
        phase.counts = counts
        phase.counts.maximumConcurrency = load.maximumConcurrency
        phase.series = series.points
        phase.heat = heat
        phase.popularity = popularity
        phase.memory = trace.memory.map { [$0] } ?? []
        phase.warmUp = trace.warmUp
        phase.allocatedEnd = trace.allocatedEnd
        let observations = PhaseObservations(
            trace, asked: asked.fit, drawn: drawn?.fit, lastStart: lastStart, serviceVariation: serviceVariation)
        phase.load.observations = [trace.observations + observations.all(of: phase, isComplete: isComplete)]
        return phase
    }

    /// The squared coefficient of variation of the times that calls took.
    private var serviceVariation: Double {
        let (count, mean) = (Double(counts.returned), service.sum / Double(max(1, counts.returned)))
        guard count > 1, mean > 0 else { return 0 }
        return max(0, service.squares / count - mean * mean) / (mean * mean)
    }

    private var completedLoad: LoadEvidence {
        var load = load
        load.clients = trace.plan.clients
        load.workers = trace.plan.workers
        load.backlogged = trace.releases?.backlogged
        let duration = trace.end - min(trace.start, trace.end)
        load.meanConcurrency = duration > trace.paused ? openTime / Double(duration - trace.paused) : 0
        load.stalls = trace.stalls
        load.foreignProcessors = trace.foreignProcessors
        load.processors = ProcessInfo.processInfo.activeProcessorCount
        load.threads = trace.threads
        return load
    }

    private var popularity: [KeyPopularity] {
        sampler.map { sampler in
            KeyPopularity.groups(
                requests: sampler.keyOfRank.map { requests[Int($0)] },
                probabilities: sampler.distribution.probabilities())
        } ?? []
    }
}

extension HerdEvidence {
    /// The herds of a phase: client c of n takes the positions c, c + n, ..., so n neighbours were released together.
    fileprivate init(_ calls: [Call], clients: Int) {
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
