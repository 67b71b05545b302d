internal import DedupVerification
package import Evidence
internal import Workloads

/// How far the load of a phase may be from the declared one.
package struct AuditLimits: Hashable, Sendable {
    /// A sample of the declared distribution is rejected by mistake once in a million audits.
    package static let significance = 1e-6
    /// Fewer draws or arrivals than this prove nothing.
    package static let fewestDraws = 100
    /// The share of intended requests that must have been sent.
    package static let leastSent = 0.99
    /// How far the distribution of the gaps between releases may be from the declared one: a quarter. A stall of the machine
    /// bunches releases up, so unlike the prepared arrivals they are never exactly a sample of it.
    package static let releaseDistance = 0.25
    /// How much longer than intended an open loop may take to release its requests: 5 %, and the limit of lag.
    package static let paceTolerance = 0.05
    /// The share of what could be open that must be, on average, for the subject to be what holds requests up: 90 %.
    package static let leastOpen = 0.9

    /// In an open loop, how late 1 % of the requests may be released, and how long they may wait for a client.
    package var lag: Duration

    /// Limits.
    package init(lag: Duration = .nanoseconds(RunEvidence.defaultLagLimit)) { self.lag = lag }

    /// Those that a run is judged by.
    package init(of run: RunEvidence) {
        self.init(lag: .nanoseconds(run.lagLimit ?? RunEvidence.defaultLagLimit))
    }
}

/// Says whether the load of a phase was the one that the scenario declares. A finding that does not pass makes the phase INVALID:
/// its figures say nothing about the subject. One finding is the subject's own: that it does not keep up with the rate.
package struct AuditJudge: Sendable {
    private let limits: AuditLimits

    /// A judge with limits.
    package init(_ limits: AuditLimits = AuditLimits()) {
        self.limits = limits
    }

    /// All findings of a phase, those that passed too, in the order of what was seen.
    package func findings(of phase: PhaseEvidence) -> [AuditFinding] {
        var findings = phase.load.observations.flatMap(self.findings)
        findings += (phase.load.audits ?? []).map { audit in
            AuditFinding(
                audit.name, passed: audit.passed, audit.explanation, blame: audit.blamesGenerator ? .generator : nil)
        }
        if let edge = phase.edge, !phase.isPartial, !phase.isWarmup, !findings.contains(where: { $0.name == "edges" }) {
            findings.append(edges(edge))
        }
        return findings
    }

    /// A subject is not to be blamed where something else was wrong with the load, too.
    private func findings(ofProcess observations: [GeneratorObservation]) -> [AuditFinding] {
        let findings = observations.map(finding)
        guard findings.contains(where: { !$0.passed && $0.blame != .subject }) else { return findings }
        return findings.map { finding in
            guard finding.blame == .subject else { return finding }
            return AuditFinding(
                finding.name, passed: false,
                finding.explanation
                    + "; but the load was not the one that is declared, either, so that is not held against it")
        }
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

    /// Whether the last request left at about the time it was meant to.
    private func pace(_ pace: GeneratorObservation.Pace) -> AuditFinding {
        let latest = Double(pace.intended) * (1 + AuditLimits.paceTolerance) + Double(limits.lag.nanoseconds)
        let isKept = Double(pace.released) <= latest
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
            "1 % of the requests were released more than \(Self.milliseconds(lag)) late, \(isKept ? "within" : "over") the limit of "
                + Self.milliseconds(limits.lag.nanoseconds) + (isKept ? "" : ": the generator is saturated"),
            blame: .generator)
    }

    /// Whether released requests were taken up in time: with all clients busy for long, the rate was not kept. Where that was the
    /// subject's work, and requests were later in the end than chance explains, the subject does not keep up with the rate.
    private func backlog(_ backlog: GeneratorObservation.Backlog) -> AuditFinding {
        let isKept = backlog.wait <= limits.lag.nanoseconds
        let behind = backlog.started - min(backlog.intended, backlog.started)
        let late = "the last call began \(Self.milliseconds(behind)) late"
        let (blame, remedy): (AuditFinding.Blame?, String) =
            if backlog.subjectShare < 0.5 {
                (.generator, "the generator is saturated, ask for a lower rate")
            } else if Double(behind) <= allowance(of: backlog) {
                (nil, "\(late), which chance may explain; a lower rate, more clients, or a longer phase tell more")
            } else if backlog.openShare < AuditLimits.leastOpen {
                (
                    nil,
                    "\(late), but calls that had not returned were \(Int(backlog.openShare * 100)) % of what could be open"
                )
            } else if let excuse = Disturbance.text(backlog.foreignProcessors, of: backlog.processors) {
                (nil, "\(late), but \(excuse), so that is not held against the subject")
            } else {
                (.subject, "the subject does not keep up with the rate: \(late)")
            }
        return AuditFinding(
            "backlog", passed: isKept,
            "\(backlog.requests) requests found every client busy, and 1 % waited more than "
                + "\(Self.milliseconds(backlog.wait)) for one, \(Int(backlog.subjectShare * 100)) % of that time with the "
                + "subject at work, \(isKept ? "within" : "over") the limit of "
                + Self.milliseconds(limits.lag.nanoseconds) + (isKept ? "" : ": \(remedy)"),
            blame: blame)
    }

    /// How late the last call may begin without saying that the rate is too high: as late as any request may be, and four standard
    /// deviations of what a queue is late by that is just kept up with (J. F. C. Kingman, "On Queues in Heavy Traffic", 1962), from
    /// how arrivals and calls vary.
    private func allowance(of backlog: GeneratorObservation.Backlog) -> Double {
        Double(limits.lag.nanoseconds)
            + 4 * Double(backlog.intended) * (backlog.variation / Double(max(1, backlog.madeRequests))).squareRoot()
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

/// What an audit of the generator found.
package struct AuditFinding: Hashable, Sendable {
    /// What a finding that did not pass speaks against.
    package enum Blame: Hashable, Sendable {
        /// The generator was too slow. Times and rates of the phase are its own, and say nothing about the subject.
        case generator
        /// The subject did not keep up with what was asked of it: that is no fault of the measurement.
        case subject
    }

    /// What was audited: `memory`, `history`, `concurrency`, `keys`, `arrivals`, `pace`, `lag`, `backlog`, `threads`, `edges`.
    package var name: String
    /// Whether the load is the one that the phase declares. If not, the phase is INVALID; where the subject is to blame, it FAILs.
    package var passed: Bool
    /// What was found, in a sentence with the figures.
    package var explanation: String
    /// What a finding that did not pass speaks against; nil for one that passed, and where neither is known.
    package var blame: Blame?

    /// A finding.
    package init(_ name: String, passed: Bool, _ explanation: String, blame: Blame? = nil) {
        self.name = name
        self.passed = passed
        self.explanation = explanation
        self.blame = passed ? nil : blame
    }
}
