internal import DedupVerification
internal import Evidence
internal import Measurement
internal import Workloads

/// Whether the generator did what the phase declares. A finding that does not pass makes the phase INVALID: the figures
/// are those of a generator that could not keep up, not of the subject.
struct PhaseAudit {
    private let configuration: LoadConfiguration
    private let trace: PhaseTrace

    init(_ configuration: LoadConfiguration, _ trace: PhaseTrace) {
        self.configuration = configuration
        self.trace = trace
    }

    /// All findings, those that passed too.
    func findings(
        _ phase: PhaseEvidence, asked: AskedRequests, drawn: DrawnKeys?, isComplete: Bool
    ) -> [AuditFinding] {
        let latencies = phase.latencies
        var findings = [history(isComplete), concurrency(phase.load, service: latencies.all(.service).mean ?? 0)]
        if trace.ending == .completed || trace.ending == .historyFull { findings.append(keys(asked, drawn)) }
        if let releases = trace.releases, trace.ending == .completed {
            findings += [arrivals(releases), pace(releases), lag(latencies), backlog(latencies, phase.load)]
        }
        if !trace.threads.isEmpty { findings.append(threads()) }
        return findings
    }

    private func history(_ isComplete: Bool) -> AuditFinding {
        AuditFinding(
            name: "history", passed: isComplete,
            explanation: isComplete
                ? "the history is complete" : "the history had no room for everything, so it proves nothing")
    }

    /// Blocking callers whose calls are long and never overlap are a sign of starvation: duplicates could not meet.
    private func concurrency(_ load: LoadEvidence, service: Double) -> AuditFinding {
        let mean = ((load.meanConcurrency ?? 0) * 10).rounded() / 10
        let isStarved = trace.plan.workersAreThreads && load.clients > 1 && load.maximumConcurrency < 2 && service > 1e6
        return AuditFinding(
            name: "concurrency", passed: !isStarved,
            explanation: "\(load.maximumConcurrency) calls at most and \(mean) on average were open at a time, of "
                + "\(load.clients) clients on \(load.workers) workers; "
                + "\(load.overlappingDuplicates) calls overlapped another for their key")
    }

    // MARK: - Keys

    /// What was asked for, not what had been prepared: a phase that time ends asks for part of its stream.
    private func keys(_ asked: AskedRequests, _ drawn: DrawnKeys?) -> AuditFinding {
        let isBoundByTime = trace.plan.isBoundByHistory || trace.plan.phase.duration != nil
        // What the phase declares, unless a shorter trace ends it, it is judged before, or it takes whole rounds.
        let phase = trace.plan.phase
        let isDeclared =
            phase.model == .closed && phase.memory == nil && phase.edge == nil && phase.until == nil && !isBoundByTime
        let declared = isDeclared ? phase.operationLimit : nil
        let expected = declared ?? (isBoundByTime ? nil : trace.limit)
        let audits = [asked.audit(expecting: expected), drawn?.audit].compactMap(\.self)
        return finding("keys", audits)
    }

    private func finding(_ name: String, _ audits: [Audit], blamesGenerator: Bool = false) -> AuditFinding {
        let rejected = audits.filter { $0.verdict == .rejected }
        return AuditFinding(
            name: name, passed: rejected.isEmpty,
            // What is wrong is not to be looked for among what is right.
            explanation: (rejected.isEmpty ? audits : rejected).map(\.summary).joined(separator: "; "),
            blamesGenerator: blamesGenerator)
    }

    // MARK: - Arrivals

    private func arrivals(_ releases: ReleaseTimes) -> AuditFinding {
        let (stream, count) = (trace.plan.stream, trace.plan.limit)
        var audits = [ArrivalAudit.sent(releases.released, of: count)]
        let phase = trace.plan.phase
        if phase.model != .trace, let course = phase.course {
            audits.append(
                ArrivalAudit.number(
                    count, of: course, limit: phase.operationLimit, isPoisson: phase.model == .poisson))
            if phase.model == .poisson {
                // Those of the first piece, and of the first part of it, are enough.
                audits.append(ArrivalAudit.poisson((0..<stream.count).map { stream[$0].intended }, of: course))
                audits.append(ArrivalAudit.released(releases.first.map { $0 - min($0, trace.start) }, of: course))
            }
        }
        return finding("arrivals", audits, blamesGenerator: true)
    }

    /// Whether the last request left at about the time it was meant to.
    private func pace(_ releases: ReleaseTimes) -> AuditFinding {
        let intended = Double(trace.lastIntended)
        let achieved = Double(releases.last - min(trace.start + trace.paused, releases.last))
        let limit = intended * (1 + configuration.arrivalTolerance) + Double(configuration.lagLimit.nanoseconds)
        return AuditFinding(
            name: "pace", passed: achieved <= limit,
            explanation: "all requests were released within \(Self.milliseconds(achieved)) ms instead of "
                + "\(Self.milliseconds(intended)) ms"
                + (trace.paused > 0 ? ", and \(Self.milliseconds(Double(trace.paused))) ms of rest between them" : "")
                + (achieved <= limit ? "" : ": the generator is saturated, ask for a lower rate"),
            blamesGenerator: true)
    }

    private func lag(_ latencies: LatencyDistributions) -> AuditFinding {
        let lag = latencies.all(.lag).percentile(99) ?? 0
        let limit = configuration.lagLimit.nanoseconds
        return AuditFinding(
            name: "lag", passed: lag <= limit,
            explanation: "1 % of the requests were released more than \(Self.milliseconds(Double(lag))) ms late"
                + (lag <= limit
                    ? "" : ", over the limit of \(Self.milliseconds(Double(limit))) ms: the generator is saturated"),
            blamesGenerator: true)
    }

    /// Whether released requests were taken up in time: with all clients busy for long, the rate was not kept.
    private func backlog(_ latencies: LatencyDistributions, _ load: LoadEvidence) -> AuditFinding {
        let wait = latencies.all(.wait).percentile(99) ?? 0
        let limit = configuration.lagLimit.nanoseconds
        let share = load.subjectShareOfWaiting ?? 0
        let isGenerator = share < 0.5
        let remedy =
            isGenerator
            ? "the generator is saturated, ask for a lower rate" : "it cannot keep up, or needs more clients"
        return AuditFinding(
            name: "backlog", passed: wait <= limit,
            explanation: "\(load.backlogged ?? 0) requests found every client busy, and 1 % waited more than "
                + "\(Self.milliseconds(Double(wait))) ms for one, \(Int(share * 100)) % of that time with the subject at work"
                + (wait <= limit ? "" : "; over the limit of \(Self.milliseconds(Double(limit))) ms: \(remedy)"),
            blamesGenerator: isGenerator)
    }

    // MARK: - Memory

    private func threads() -> AuditFinding {
        let (least, most) = (trace.threads.min() ?? 0, trace.threads.max() ?? 0)
        return AuditFinding(
            name: "threads", passed: true,
            explanation: least == most
                ? "\(most) threads at every sample"
                : "\(least) to \(most) threads at the samples: each holds about 30 KB, which widens the interval")
    }

    private static func milliseconds(_ nanoseconds: Double) -> Double {
        (nanoseconds / 1_000).rounded() / 1_000
    }
}
