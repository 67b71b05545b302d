internal import DedupVerification
package import Evidence
internal import Workloads

/// Says whether the load of a phase was the one that the scenario declares. A finding that does not pass makes the phase INVALID:
/// the figures are those of a generator that could not keep up, not of the subject.
package struct AuditJudge: Sendable {
    private let limits: AuditLimits

    /// A judge with limits.
    package init(_ limits: AuditLimits = AuditLimits()) {
        self.limits = limits
    }

    /// All findings of a phase, those that passed too, in the order of what was seen.
    package func findings(of phase: PhaseEvidence) -> [AuditFinding] {
        var findings = phase.load.observations.map(finding)
        if let edge = phase.edge, !phase.isPartial, !phase.isWarmup { findings.append(edges(edge)) }
        return findings
    }

    private func finding(_ observation: GeneratorObservation) -> AuditFinding {
        switch observation {
        case .memory(let problem): AuditFinding("memory", passed: false, problem)
        case .history(let isComplete):
            AuditFinding(
                "history", passed: isComplete,
                isComplete ? "the history is complete" : "the history had no room for everything, so it proves nothing")
        case .concurrency(let calls): concurrency(calls)
        case .keys(let keys): Self.finding("keys", DeclarationAudit.audits(of: keys))
        case .arrivals(let arrivals): Self.finding("arrivals", DeclarationAudit.audits(of: arrivals), blame: .generator)
        case .pace(let pace): self.pace(pace)
        case .lag(let lag): self.lag(lag)
        case .backlog(let backlog): self.backlog(backlog)
        case .threads(let least, let most):
            AuditFinding(
                "threads", passed: true,
                least == most
                    ? "\(most) threads at every sample"
                    : "\(least) to \(most) threads at the samples: each holds about 30 KB, which widens the interval")
        }
    }

    /// Several audits as one finding. What is wrong is not to be looked for among what is right.
    private static func finding(
        _ name: String, _ audits: [(passed: Bool, summary: String)], blame: AuditFinding.Blame? = nil
    ) -> AuditFinding {
        let rejected = audits.filter { !$0.passed }
        return AuditFinding(
            name, passed: rejected.isEmpty,
            (rejected.isEmpty ? audits : rejected).map(\.summary).joined(separator: "; "), blame: blame)
    }

    /// Blocking callers whose calls are long and never overlap are a sign of starvation: duplicates could not meet.
    private func concurrency(_ calls: GeneratorObservation.OpenCalls) -> AuditFinding {
        let isStarved = calls.workersAreThreads && calls.clients > 1 && calls.most < 2 && calls.service > 1e6
        return AuditFinding(
            "concurrency", passed: !isStarved,
            "\(calls.most) calls at most and \((calls.mean * 10).rounded() / 10) on average were open at a time, of "
                + "\(calls.clients) clients on \(calls.workers) workers; "
                + "\(calls.overlapping) calls overlapped another for their key")
    }

    // MARK: - Open loops

    /// Until when something must have happened that was intended at a time, in nanoseconds.
    private func deadline(of intended: UInt64) -> Double {
        Double(intended) * (1 + AuditLimits.paceTolerance) + Double(limits.lag.nanoseconds)
    }

    /// Whether the last request left at about the time it was meant to.
    private func pace(_ pace: GeneratorObservation.Pace) -> AuditFinding {
        let isKept = Double(pace.released) <= deadline(of: pace.intended)
        return AuditFinding(
            "pace", passed: isKept,
            "all requests were released within \(Self.milliseconds(pace.released)) instead of "
                + Self.milliseconds(pace.intended)
                + (pace.rested > 0 ? ", and \(Self.milliseconds(pace.rested)) of rest between them" : "")
                + (isKept ? "" : ": the generator is saturated, ask for a lower rate"),
            blame: .generator)
    }

    private func lag(_ lag: UInt64) -> AuditFinding {
        let isKept = lag <= limits.lag.nanoseconds
        return AuditFinding(
            "lag", passed: isKept,
            "1 % of the requests were released more than \(Self.milliseconds(lag)) late"
                + (isKept
                    ? ""
                    : ", over the limit of \(Self.milliseconds(limits.lag.nanoseconds)): the generator is saturated"),
            blame: .generator)
    }

    /// Whether released requests were taken up in time: with all clients busy for long, the rate was not kept. Where that was the
    /// subject's work, and requests were still behind in the end, the subject does not keep up with the rate.
    private func backlog(_ backlog: GeneratorObservation.Backlog) -> AuditFinding {
        let isKept = backlog.wait <= limits.lag.nanoseconds
        let behind = backlog.started - min(backlog.intended, backlog.started)
        let (blame, remedy): (AuditFinding.Blame?, String) =
            if backlog.subjectShare < 0.5 {
                (.generator, "the generator is saturated, ask for a lower rate")
            } else if Double(backlog.started) > deadline(of: backlog.intended) {
                (
                    .subject,
                    "the subject does not keep up with the rate: the last call began \(Self.milliseconds(behind)) late"
                )
            } else {
                (nil, "it had caught up in the end; more clients, or a longer phase, tell more")
            }
        return AuditFinding(
            "backlog", passed: isKept,
            "\(backlog.requests) requests found every client busy, and 1 % waited more than "
                + "\(Self.milliseconds(backlog.wait)) for one, \(Int(backlog.subjectShare * 100)) % of that time with the "
                + "subject at work"
                + (isKept ? "" : "; over the limit of \(Self.milliseconds(limits.lag.nanoseconds)): \(remedy)"),
            blame: blame)
    }

    /// Whether the event was met: in half of the steps at least some herd must have come, or the phase has looked at nothing.
    private func edges(_ edge: EdgeEvidence) -> AuditFinding {
        let met = edge.steps.count { $0.herds > 0 }
        return AuditFinding(
            "edges", passed: 2 * met >= edge.steps.count,
            "herds came in \(met) of \(edge.steps.count) steps around the \(edge.event); \(edge.outside) came earlier or "
                + "later than was swept, and in \(edge.missed) rounds it did not happen as planned")
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        "\((Double(nanoseconds) / 1_000).rounded() / 1_000) ms"
    }
}
