internal import Evidence
internal import Workloads

/// Whether what was asked for, and when, is what the phase declares.
enum DeclarationAudit {
    // MARK: - Keys

    /// What was asked for, not what had been prepared: a phase that time ends asks for part of its stream.
    static func audits(of keys: GeneratorObservation.AskedKeys) -> [(passed: Bool, summary: String)] {
        [requests(keys.requests, expected: keys.expected), keys.drawn.map(drawn)].compactMap(\.self)
    }

    /// Each at most once, each with its own key, and as many as expected where a number of them ends the phase.
    private static func requests(_ requests: RequestFit, expected: Int?) -> (passed: Bool, summary: String) {
        if let expected, requests.made != expected {
            return (false, "\(requests.made) requests were made instead of \(expected)")
        }
        let position = requests.position ?? 0
        switch requests.mistake {
        case nil: return (true, "\(requests.made) requests are those prepared")
        case .twice?: return (false, "request \(position) was made twice")
        case .key(let asked, let prepared)?:
            return (false, "request \(position) asked for key \(asked), prepared was \(prepared)")
        }
    }

    private static func drawn(_ fit: KeyFit) -> (passed: Bool, summary: String) {
        if let key = fit.foreignKey { return (false, "key \(key) does not belong to the declared distribution") }
        if let position = fit.tornBurst { return (false, "the burst at request \(position) is torn") }
        guard fit.draws >= AuditLimits.fewestDraws, let g = fit.gTest, let distance = fit.kolmogorovSmirnov,
            let pValue = fit.pValue
        else {
            return (true, "\(fit.draws) draws of keys are too few to judge")
        }
        return (
            pValue >= AuditLimits.significance,
            "\(fit.draws) draws of \(fit.keys) keys: G-test p = \(shortened(g)) (\(fit.degrees) degrees), "
                + "Kolmogorov-Smirnov p = \(shortened(distance))"
        )
    }

    private static func shortened(_ value: Double) -> String {
        value < 0.001 ? "\(value == 0 ? "0" : "below 0.001")" : "\((value * 1000).rounded() / 1000)"
    }

    // MARK: - Arrivals

    /// Whether those that were intended are those that the phase declares, and whether they were sent.
    static func audits(of arrivals: GeneratorObservation.Arrivals) -> [(passed: Bool, summary: String)] {
        [
            sent(arrivals.released, of: arrivals.intended), arrivals.number.map(number), arrivals.gaps.map(gaps),
            arrivals.releases.map(releases),
        ].compactMap(\.self)
    }

    private static func sent(_ sent: Int, of intended: Int) -> (passed: Bool, summary: String) {
        guard intended > 0 else { return (true, "no request was intended") }
        let share = Double(sent) / Double(intended)
        return (
            share >= AuditLimits.leastSent && sent <= intended, "\(sent) of \(intended) intended requests were sent"
        )
    }

    private static func number(_ fit: NumberFit) -> (passed: Bool, summary: String) {
        // A phase has one request at least, and the last one may fall on its end.
        let isRight =
            fit.pValue.map { $0 >= AuditLimits.significance } ?? (abs(Double(fit.intended) - max(1, fit.declared)) <= 1)
        return (
            isRight,
            "\(fit.intended) requests were intended, declared are \(Int(fit.declared.rounded()))"
                + (fit.pValue.map { ": p = \(shortened($0))" } ?? "")
        )
    }

    private static func gaps(_ fit: GapFit) -> (passed: Bool, summary: String) {
        guard fit.gaps + 1 >= AuditLimits.fewestDraws else {
            return (true, "\(fit.gaps + 1) arrivals are too few to judge")
        }
        return (
            fit.pValue >= AuditLimits.significance,
            "\(fit.gaps) gaps against a Poisson process: Kolmogorov-Smirnov p = \(shortened(fit.pValue))"
        )
    }

    private static func releases(_ fit: GapFit) -> (passed: Bool, summary: String) {
        guard fit.gaps + 1 >= AuditLimits.fewestDraws else {
            return (true, "\(fit.gaps + 1) releases are too few to judge")
        }
        let distance = (fit.distance * 1_000).rounded() / 1_000
        return (
            fit.distance <= AuditLimits.releaseDistance,
            "the gaps between releases are \(distance) away from those of a Poisson process"
        )
    }
}
