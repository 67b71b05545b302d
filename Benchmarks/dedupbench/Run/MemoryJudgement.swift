internal import Measurement
internal import Reporting

/// Judges the samples of a memory phase.
struct MemoryJudgement {
    let phase: String
    let series: MemorySeries
    /// How many of the first samples are left out, as the scenario says.
    let discarded: Int
    /// The limit of the gate on growth; nil when there is none.
    let limit: Double?

    var report: MemoryReport {
        let start = series.samples.first?.time ?? 0
        let samples = series.samples.enumerated().map { number, sample in
            MemoryReport.Sample(
                phase: phase, operations: sample.operations, offset: sample.time - start, reading: sample.reading,
                isDiscarded: number < discarded, liveEntries: sample.liveEntries)
        }
        guard samples.count - discarded >= 2 else {
            return MemoryReport(
                samples: samples, verdict: LeakVerdict.inconclusive.rawValue, explanation: "there are too few samples")
        }
        let estimate = LeakEstimate(kept, criteria: criteria)
        return MemoryReport(
            samples: samples, verdict: estimate.verdict.rawValue, slope: estimate.slope.value.finite,
            low: estimate.slope.low, high: estimate.slope.high, explanation: Self.explanation(estimate))
    }

    /// The series without the samples that are left out.
    private var kept: MemorySeries {
        var kept = MemorySeries(capacity: series.samples.count, sizeClasses: series.sizeClasses)
        for number in series.samples.indices.dropFirst(discarded) {
            let counts = series.sizeClasses.indices.map { series.liveCount(sample: number, sizeClass: $0) }
            kept.append(series.samples[number], liveCounts: counts)
        }
        return kept
    }

    /// The estimate may take up to half of the samples for warm-up: what the scenario asks for must suffice then.
    private var criteria: LeakEstimate.Criteria {
        LeakEstimate.Criteria(
            limit: limit.flatMap { $0 > 0 ? $0 : nil } ?? 0.5,
            minimumSamples: min(30, (series.samples.count - discarded) / 2))
    }

    private static func explanation(_ estimate: LeakEstimate) -> String {
        let slope = estimate.slope
        var text = "\(HumanNumber.plain(slope.value)) B/op"
        if slope.low.isFinite, slope.high.isFinite {
            text += " (\(HumanNumber.plain(slope.low)) to \(HumanNumber.plain(slope.high)))"
        }
        text += "; \(estimate.reason)"
        for growth in estimate.growth {
            let objects = HumanNumber.plain(growth.objectsPerOperation)
            text += "; the size class of \(growth.sizeClass.size) bytes grows by \(objects) objects an operation"
        }
        return text
    }
}

extension Double {
    /// The number, or nil where it is none.
    fileprivate var finite: Double? { isFinite ? self : nil }
}
