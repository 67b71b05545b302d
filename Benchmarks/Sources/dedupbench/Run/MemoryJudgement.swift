internal import DedupVerification
internal import Measurement
internal import Reporting
internal import Statistics

/// Judges the samples of a memory phase.
struct MemoryJudgement {
    let phase: String
    let series: MemorySeries
    /// How many of the first samples are left out, as the scenario says.
    let discarded: Int
    /// How many entries the subject's cache holds when it is full; nil where it has no such bound.
    let capacity: Int?
    /// The limits of the gates on growth; without one, 0.5 bytes an operation are asked about.
    let limits: [Double]
    /// What the calls of the phase came to: the paths through the subject whose memory was looked at.
    let counts: VerificationCounts
    /// Whether the subject lets duplicates join, so that a phase without a join has not looked at waiters.
    let mustJoin: Bool

    var report: MemoryReport {
        var report = MemoryReport(
            samples: samples, verdict: LeakVerdict.inconclusive.rawValue, explanation: "there are too few samples")
        guard compared.count >= 2 else { return report }
        let kept = series.keeping(compared)
        let estimates = (limits.isEmpty ? [0.5] : limits).map { LeakEstimate(kept, criteria: criteria(limit: $0)) }
        report.judgements = zip(limits, estimates).map { limit, estimate in
            let (verdict, reason) = judged(estimate)
            return MemoryReport.Judgement(limit: limit, verdict: verdict, reason: reason)
        }
        guard let first = estimates.first else { return report }
        report.verdict = judged(first).verdict.rawValue
        report.slope = first.slope.value.finite
        report.low = first.slope.low
        report.high = first.slope.high
        report.explanation = explanation(first)
        return report
    }

    private var compared: [Int] { series.comparableSamples(after: discarded, capacity: capacity) }

    private var samples: [MemoryReport.Sample] {
        let compared = Set(compared)
        let start = series.samples.first?.time ?? 0
        return series.samples.enumerated().map { number, sample in
            MemoryReport.Sample(
                phase: phase, operations: sample.operations, offset: sample.time - start, reading: sample.reading,
                isDiscarded: !compared.contains(number), liveEntries: sample.liveEntries)
        }
    }

    /// What an estimate comes to. Growth is proven by whatever was looked at; that there is none only by all of it.
    private func judged(_ estimate: LeakEstimate) -> (verdict: LeakVerdict, reason: String) {
        guard estimate.verdict == .clean, mustJoin, counts.count(of: .joined) == 0 else {
            return (estimate.verdict, estimate.reason)
        }
        return (
            .inconclusive,
            "no call joined a running execution, so the memory of waiters was not looked at: let requests meet, with "
                + "bursts of a key and a latency"
        )
    }

    /// The estimate may take up to half of the samples for warm-up: what the scenario asks for must suffice then.
    private func criteria(limit: Double) -> LeakEstimate.Criteria {
        LeakEstimate.Criteria(limit: limit, minimumSamples: min(30, (series.samples.count - discarded) / 2))
    }

    private func explanation(_ estimate: LeakEstimate) -> String {
        let slope = estimate.slope
        var text = "\(HumanNumber.plain(slope.value)) B/op"
        if slope.low.isFinite, slope.high.isFinite {
            text += " (\(HumanNumber.plain(slope.low)) to \(HumanNumber.plain(slope.high)))"
        }
        text += "; \(judged(estimate).reason)"
        for growth in estimate.growth {
            let objects = HumanNumber.plain(growth.objectsPerOperation)
            text += "; the size class of \(growth.sizeClass.size) bytes grows by \(objects) objects an operation"
        }
        let paths = [OutcomeClass.hit, .joined, .executed, .rejected, .failed].filter { counts.count(of: $0) > 0 }
        let seen = paths.map { "\(HumanNumber.count(counts.count(of: $0))) \($0.name)" }.joined(separator: ", ")
        let left = series.samples.count - discarded - compared.count
        if left > 0 { text += "; \(left) samples are left out, at which the cache was not full" }
        return "\(text); calls looked at: \(seen)"
    }
}
