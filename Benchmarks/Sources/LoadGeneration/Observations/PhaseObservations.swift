internal import DedupVerification
internal import Evidence
internal import Measurement
internal import Workloads

/// What was seen of how the load of a phase was generated, for the audits to judge.
struct PhaseObservations {
    private let trace: PhaseTrace
    private let asked: RequestFit
    private let drawn: KeyFit?
    /// When the last call began; 0 where there was none.
    private let lastStart: UInt64
    /// By how much the times that calls take vary: the squared coefficient of variation.
    private let serviceVariation: Double

    init(_ trace: PhaseTrace, asked: RequestFit, drawn: KeyFit?, lastStart: UInt64, serviceVariation: Double) {
        self.serviceVariation = serviceVariation
        self.trace = trace
        self.asked = asked
        self.drawn = drawn
        self.lastStart = lastStart
    }

    /// All of them.
    func all(of phase: PhaseEvidence, isComplete: Bool) -> [GeneratorObservation] {
        var seen: [GeneratorObservation] = [.history(isComplete: isComplete), .concurrency(openCalls(phase))]
        if [.completed, .historyFull, .diskFull].contains(trace.ending) { seen.append(.keys(keys)) }
        // Of one that the disk has ended, what was released until then.
        if let releases = trace.releases, trace.ending == .completed || trace.ending == .diskFull {
            if trace.ending == .completed { seen.append(.arrivals(arrivals(releases))) }
            seen += [
                .pace(pace(releases)), .lag(phase.latencies.all(.lag).percentile(99) ?? 0), .backlog(backlog(phase)),
            ]
        }
        if let least = trace.threads.min(), let most = trace.threads.max() {
            seen.append(.threads(least: least, most: most))
        }
        return seen
    }

    private func openCalls(_ phase: PhaseEvidence) -> GeneratorObservation.OpenCalls {
        let load = phase.load
        return GeneratorObservation.OpenCalls(
            clients: load.clients, workers: load.workers, workersAreThreads: trace.plan.workersAreThreads,
            most: load.maximumConcurrency, mean: load.meanConcurrency ?? 0, overlapping: load.overlappingDuplicates,
            service: phase.latencies.all(.service).mean ?? 0)
    }

    private var keys: GeneratorObservation.AskedKeys {
        let isBoundByTime =
            trace.plan.isBoundByHistory || trace.plan.phase.duration != nil || trace.ending == .diskFull
        // What the phase declares, unless a shorter trace ends it, it is judged before, or it takes whole rounds.
        let phase = trace.plan.phase
        let isDeclared =
            phase.model == .closed && phase.memory == nil && phase.edge == nil && phase.until == nil && !isBoundByTime
        let declared = isDeclared ? phase.operationLimit : nil
        return GeneratorObservation.AskedKeys(
            requests: asked, expected: declared ?? (isBoundByTime ? nil : trace.limit), drawn: drawn)
    }

    // MARK: - Open loops

    private func arrivals(_ releases: ReleaseTimes) -> GeneratorObservation.Arrivals {
        let (stream, count) = (trace.plan.stream, trace.plan.limit)
        var arrivals = GeneratorObservation.Arrivals(released: releases.released, intended: count)
        let phase = trace.plan.phase
        guard phase.model != .trace, let course = phase.course else { return arrivals }
        let isPoisson = phase.model == .poisson
        arrivals.number = NumberFit(count, to: course, limit: phase.operationLimit, isPoisson: isPoisson)
        guard isPoisson else { return arrivals }
        // Those of the first piece, and of the first part of it, are enough.
        arrivals.gaps = GapFit((0..<stream.count).map { stream[$0].intended }, to: course)
        arrivals.releases = GapFit(releases.first.map { $0 - min($0, trace.start) }, to: course)
        return arrivals
    }

    private func pace(_ releases: ReleaseTimes) -> GeneratorObservation.Pace {
        GeneratorObservation.Pace(
            intended: trace.lastIntended, released: withoutRests(releases.last), rested: trace.paused)
    }

    private func backlog(_ phase: PhaseEvidence) -> GeneratorObservation.Backlog {
        let most = Double(max(1, phase.load.maximumConcurrency))
        return GeneratorObservation.Backlog(
            requests: phase.load.backlogged ?? 0, wait: phase.latencies.all(.wait).percentile(99) ?? 0,
            subjectShare: phase.load.subjectShareOfWaiting ?? 0,
            openShare: min(1, (phase.load.meanConcurrency ?? 0) / most),
            madeRequests: asked.made, variation: serviceVariation + (trace.plan.phase.model == .constant ? 0 : 1),
            intended: trace.lastIntended,
            started: withoutRests(lastStart), foreignProcessors: phase.load.foreignProcessors,
            processors: phase.load.processors)
    }

    /// A time from the start of the phase on, without the rests.
    private func withoutRests(_ time: UInt64) -> UInt64 { time - min(trace.start + trace.paused, time) }
}
