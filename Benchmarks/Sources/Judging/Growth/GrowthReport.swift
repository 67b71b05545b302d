package import Evidence
internal import Measurement

/// Whether memory grew in a phase, and by how much.
package struct GrowthReport: Sendable {
    /// What the samples say about a limit.
    package struct Judgement: Hashable, Sendable {
        /// Bytes an operation.
        package var limit: Double
        /// Whether memory grows by more than that.
        package var verdict: LeakVerdict
        /// Why, in a sentence.
        package var reason: String
    }

    /// What was measured.
    package let evidence: MemoryEvidence
    /// What that says about the limit of each gate on growth.
    package internal(set) var judgements: [Judgement] = []
    /// Whether memory grows by more than the first limit.
    package internal(set) var verdict = LeakVerdict.inconclusive
    /// Bytes an operation; nil when nothing can be estimated.
    package internal(set) var slope: Double?
    /// The lower end of the slope's interval.
    package internal(set) var low: Double?
    /// The upper end of the slope's interval.
    package internal(set) var high: Double?
    /// The least leak that would have been found 95 times in 100, in bytes an operation; nil when nothing can be estimated.
    package internal(set) var minimumDetectable: Double?
    /// Why, in a sentence: which size class grows, or what is missing.
    package internal(set) var explanation = "there are too few samples"

    init(_ evidence: MemoryEvidence) { self.evidence = evidence }

    /// The one of several that decides: a leak before a doubt before a clean bill, and of equals the steepest.
    package static func worst(_ reports: [GrowthReport]) -> GrowthReport? {
        reports.max { ($0.severity, $0.slope ?? -.infinity) < ($1.severity, $1.slope ?? -.infinity) }
    }

    private var severity: Int {
        switch verdict {
        case .clean: 0
        case .inconclusive: 1
        case .leak: 2
        }
    }
}
