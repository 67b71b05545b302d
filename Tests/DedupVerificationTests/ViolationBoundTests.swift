import DedupVerification
import Testing

@Suite struct ViolationBoundTests {
    /// The upper bounds are those of scipy 1.17: `scipy.stats.beta.ppf(0.95, k + 1, n - k)`.
    @Test(arguments: [
        (0, 299, 0.009_969_146_792_899_269), (0, 1_000_000, 2.995_727_786_352_543_3e-06),
        (3, 100, 0.075_710_793_749_830_04), (999, 1_000, 0.999_948_708_021_091), (1, 10, 0.394_163_302_436_502_46),
    ])
    func isExact(violations: Int, opportunities: Int, bound: Double) {
        var counts = VerificationCounts()
        counts.violations = violations
        counts.opportunities = opportunities
        #expect(abs(counts.violationBound95 / bound - 1) < 1e-9)
    }

    @Test func isUnknownWithoutOpportunities() {
        #expect(VerificationCounts().violationBound95.isNaN)
    }

    @Test func isOneWhenEveryOpportunityEndedInAViolation() {
        var counts = VerificationCounts()
        counts.violations = 12
        counts.opportunities = 4
        #expect(counts.violationBound95 == 1)
    }
}
