internal import DedupVerification
internal import Evidence
internal import Measurement
internal import Statistics
internal import Wording

/// Judges the samples of a memory phase.
struct GrowthJudge {
    /// Bytes an operation, which are asked about where no gate says how many.
    static let assumedLimit = 0.5

    let evidence: MemoryEvidence
    /// The limits of the gates on growth; without one, ``assumedLimit`` is asked about.
    let limits: [Double]
    /// What the calls of the phase came to: the paths through the subject whose memory was looked at.
    let counts: VerificationCounts

    var report: GrowthReport {
        var report = GrowthReport(evidence)
        let compared = evidence.comparable
        guard compared.count >= 2 else { return report }
        let estimates = (limits.isEmpty ? [Self.assumedLimit] : limits).map(evidence.growth)
        report.judgements = zip(limits, estimates).map { limit, estimate in
            let (verdict, reason) = judged(estimate)
            return GrowthReport.Judgement(limit: limit, verdict: verdict, reason: reason)
        }
        guard let first = estimates.first else { return report }
        report.verdict = judged(first).verdict
        report.slope = first.slope.value.finite
        report.low = first.slope.low
        report.high = first.slope.high
        report.minimumDetectable = evidence.filling == nil ? first.minimumDetectable.finite : nil
        report.explanation = explanation(first, detectable: report.minimumDetectable, compared: compared.count)
        return report
    }

    /// What an estimate comes to. Growth is proven by whatever was looked at; that there is none only by all of it. While a
    /// cache fills neither shows: its entries are live bytes, and no leak.
    private func judged(_ estimate: LeakEstimate) -> (verdict: LeakVerdict, reason: String) {
        if let filling = evidence.filling, estimate.verdict != .clean {
            return (
                .inconclusive,
                "the cache was still filling, from \(HumanNumber.count(filling.middle)) entries to "
                    + "\(HumanNumber.count(filling.last)): run the phases before this one, too, or leave out more of the first "
                    + "samples (`discarded`)"
            )
        }
        guard estimate.verdict == .clean, evidence.mustJoin, counts.count(of: .joined) == 0 else {
            return (estimate.verdict, estimate.reason)
        }
        return (
            .inconclusive,
            "no call joined a running execution, so the memory of waiters was not looked at: let requests meet, with "
                + "bursts of a key and a latency"
        )
    }

    private func explanation(_ estimate: LeakEstimate, detectable: Double?, compared: Int) -> String {
        let slope = estimate.slope
        var text = "\(HumanNumber.plain(slope.value)) B/op"
        if slope.low.isFinite, slope.high.isFinite {
            text += " (\(HumanNumber.plain(slope.low)) to \(HumanNumber.plain(slope.high)))"
        }
        text += "; \(judged(estimate).reason)"
        if let least = detectable {
            text += "; a leak of \(HumanNumber.plain(least)) B/op is found 95 times in 100"
        }
        for growth in estimate.growth {
            let objects = HumanNumber.plain(growth.objectsPerOperation)
            text += "; the size class of \(growth.sizeClass.size) bytes grows by \(objects) objects an operation"
        }
        let sites = (evidence.callSites ?? []).prefix(3).map {
            "\($0.function) (\(HumanNumber.plain($0.bytesPerOperation)) B/op)"
        }
        if judged(estimate).verdict != .clean, !sites.isEmpty {
            text += "; what was allocated and not freed comes from \(sites.joined(separator: "; "))"
        }
        let paths = [OutcomeClass.hit, .joined, .executed, .rejected, .failed].filter { counts.count(of: $0) > 0 }
        let seen = paths.map { "\(HumanNumber.count(counts.count(of: $0))) \($0.name)" }.joined(separator: ", ")
        let left = evidence.series.samples.count - evidence.discarded - compared
        if left > 0 {
            let those = left == 1 ? "1 sample is" : "\(left) samples are"
            text += "; \(those) left out, at which the cache was not full"
        }
        return "\(text); calls looked at: \(seen)"
    }
}

extension Double {
    /// The number, or nil where it is none or infinite, for which JSON has no word.
    package var finite: Double? { isFinite ? self : nil }
}
