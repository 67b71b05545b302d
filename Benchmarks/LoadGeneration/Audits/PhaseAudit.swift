internal import Measurement
internal import Verification
internal import Workloads

/// Whether the generator did what the phase declares. A finding that does not pass makes the phase INVALID: the figures
/// are those of a generator that could not keep up, not of the subject.
struct PhaseAudit {
    private let scenario: Scenario
    private let configuration: LoadConfiguration
    private let trace: PhaseTrace

    init(_ scenario: Scenario, _ configuration: LoadConfiguration, _ trace: PhaseTrace) {
        self.scenario = scenario
        self.configuration = configuration
        self.trace = trace
    }

    /// All findings, those that passed too.
    func findings(
        _ calls: [Call], latencies: PhaseLatencies, concurrency: AchievedConcurrency, isComplete: Bool
    ) -> [AuditFinding] {
        var findings = [history(isComplete), self.concurrency(concurrency, service: latencies.service.mean ?? 0)]
        if trace.ending == .completed || trace.ending == .historyFull { findings.append(keys(calls)) }
        if let releases = trace.releases, trace.ending == .completed {
            findings += [arrivals(releases), pace(releases), lag(latencies)]
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
    private func concurrency(_ achieved: AchievedConcurrency, service: Double) -> AuditFinding {
        let mean = (achieved.mean * 10).rounded() / 10
        let isStarved = trace.plan.workersAreThreads && achieved.clients > 1 && achieved.maximum < 2 && service > 1e6
        return AuditFinding(
            name: "concurrency", passed: !isStarved,
            explanation: "\(achieved.maximum) calls at most and \(mean) on average were open at a time, of "
                + "\(achieved.clients) clients on \(achieved.workers) workers; "
                + "\(achieved.overlappingDuplicates) calls overlapped another for their key")
    }

    // MARK: - Keys

    private func keys(_ calls: [Call]) -> AuditFinding {
        let stream = trace.plan.stream
        var counts = [Int](repeating: 0, count: stream.keyCount)
        for call in calls { counts[Int(call.key)] += 1 }
        var audits: [Audit] = []
        if let declared = scenario.distribution(of: trace.plan.phase) {
            let sampler = KeySampler(declared, seed: scenario.seed)
            audits.append(KeyAudit.audit(stream, issued: calls.count, against: sampler))
        }
        if !trace.plan.isBoundByHistory, calls.count == trace.plan.limit {
            audits.append(KeyAudit.audit(countsOfKeys: counts, against: stream, issued: calls.count))
        }
        return finding("keys", audits)
    }

    private func finding(_ name: String, _ audits: [Audit]) -> AuditFinding {
        AuditFinding(
            name: name, passed: !audits.contains { $0.verdict == .rejected },
            explanation: audits.isEmpty ? "nothing was declared" : audits.map(\.summary).joined(separator: "; "))
    }

    // MARK: - Arrivals

    private func arrivals(_ releases: ReleaseTimes) -> AuditFinding {
        let stream = trace.plan.stream
        var audits = [ArrivalAudit.sent(releases.released, of: stream.count)]
        if trace.plan.phase.model == .poisson, let rate = trace.plan.phase.rate?.perSecond {
            audits.append(ArrivalAudit.poisson((0..<stream.count).map { stream[$0].intended }, perSecond: rate))
        }
        return finding("arrivals", audits)
    }

    /// Whether the last request left at about the time it was meant to.
    private func pace(_ releases: ReleaseTimes) -> AuditFinding {
        let last = trace.plan.stream.count - 1
        let intended = Double(trace.plan.stream[last].intended)
        let achieved = Double(releases.time(of: last) - min(trace.start, releases.time(of: last)))
        let limit = intended * (1 + configuration.arrivalTolerance) + Double(configuration.lagLimit.nanoseconds)
        return AuditFinding(
            name: "pace", passed: achieved <= limit,
            explanation: "all requests were released within \(Self.milliseconds(achieved)) ms instead of "
                + "\(Self.milliseconds(intended)) ms"
                + (achieved <= limit ? "" : ": the generator is saturated, ask for a lower rate"))
    }

    private func lag(_ latencies: PhaseLatencies) -> AuditFinding {
        let lag = latencies.lag.percentile(99) ?? 0
        let limit = configuration.lagLimit.nanoseconds
        return AuditFinding(
            name: "lag", passed: lag <= limit,
            explanation: "1 % of the calls started more than \(Self.milliseconds(Double(lag))) ms late"
                + (lag <= limit
                    ? "" : ", over the limit of \(Self.milliseconds(Double(limit))) ms: the generator is saturated"))
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
