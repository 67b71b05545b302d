internal import Foundation
internal import Statistics

/// Compares the arrivals of an open loop with what was intended.
package enum ArrivalAudit {
    /// The share of intended requests that must have been sent for a run to count.
    package static let leastSent = 0.99

    /// Audits intended starts (offsets in nanoseconds, in order) against a Poisson process whose rate goes as the course says:
    /// the arrivals that are expected between each two must be exponentially distributed, with a mean of one.
    package static func poisson(_ offsets: [UInt64], of course: RateCourse) -> Audit {
        guard offsets.count >= 100 else {
            return Audit(verdict: .inconclusive, pValue: nil, summary: "\(offsets.count) arrivals are too few to judge")
        }
        let fit = fit(offsets, of: course)
        return Audit(
            verdict: fit.pValue < Audit.significance ? .rejected : .accepted, pValue: fit.pValue,
            summary: "\(offsets.count - 1) gaps against a Poisson process: Kolmogorov-Smirnov p = "
                + KeyAudit.shortened(fit.pValue))
    }

    /// How far the distribution of the gaps between releases may be from the declared one: a quarter. A stall of the machine
    /// bunches releases up, so unlike the prepared arrivals they are never exactly a sample of it.
    package static let releaseDistance = 0.25

    /// Audits when requests were released (offsets in nanoseconds, in order) against a Poisson process whose rate goes as the
    /// course says.
    package static func released(_ offsets: [UInt64], of course: RateCourse) -> Audit {
        guard offsets.count >= 100 else {
            return Audit(verdict: .inconclusive, pValue: nil, summary: "\(offsets.count) releases are too few to judge")
        }
        let fit = fit(offsets, of: course)
        let distance = (fit.statistic * 1_000).rounded() / 1_000
        return Audit(
            verdict: fit.statistic > releaseDistance ? .rejected : .accepted, pValue: nil,
            summary: "the gaps between releases are \(distance) away from those of a Poisson process")
    }

    private static func fit(_ offsets: [UInt64], of course: RateCourse) -> GoodnessOfFit {
        let expected = offsets.map { course.arrivals(before: Double($0)) }
        let gaps = zip(expected, expected.dropFirst()).map { $1 - $0 }.sorted()
        return GoodnessOfFit.kolmogorovSmirnov(sorted: gaps) { -expm1(-max($0, 0)) }
    }

    /// Audits how many requests were intended against what the phase declares, and against nothing that was prepared.
    ///
    /// - Parameter isPoisson: Whether arrivals are random, so that their number in a given time is, too.
    package static func number(
        _ intended: Int, of course: RateCourse, limit: Int?, isPoisson: Bool
    ) -> Audit {
        let expected = min(course.total, Double(limit ?? .max))
        let isBoundByTime = course.total <= expected
        var pValue: Double?
        let isRight: Bool
        if isBoundByTime, isPoisson {
            let fit = intended == limit ? 1 : Poisson.pValue(count: intended, mean: max(expected, 1e-9))
            pValue = fit
            isRight = fit >= Audit.significance
        } else {
            // A phase has one request at least, and the last one may fall on its end.
            isRight = abs(Double(intended) - max(1, expected)) <= 1
        }
        return Audit(
            verdict: isRight ? .accepted : .rejected, pValue: pValue,
            summary: "\(intended) requests were intended, declared are \(DecimalText.text(expected.rounded()))"
                + (pValue.map { ": p = \(KeyAudit.shortened($0))" } ?? ""))
    }

    /// Audits how many of the intended requests were sent.
    package static func sent(_ sent: Int, of intended: Int) -> Audit {
        guard intended > 0 else {
            return Audit(verdict: .inconclusive, pValue: nil, summary: "no request was intended")
        }
        let share = Double(sent) / Double(intended)
        let isRight = share >= leastSent && sent <= intended
        return Audit(
            verdict: isRight ? .accepted : .rejected, pValue: nil,
            summary: "\(sent) of \(intended) intended requests were sent")
    }
}
