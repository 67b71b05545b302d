internal import DedupVerification
internal import Evidence
internal import Measurement
internal import Wording

extension Gate {
    /// The limit of a gate that asks for no more growth than so much; nil for other gates.
    package var leakLimit: Double? {
        guard expression.metric == .memory(.leak), [.less, .lessOrEqual].contains(expression.comparison) else {
            return nil
        }
        return expression.limit > 0 ? expression.limit : nil
    }

    /// Whether one value that passed is nearer to the limit than another.
    func isNearer(_ first: Double?, than second: Double?) -> Bool {
        guard let first, let second else { return false }
        return switch expression.comparison {
        case .less, .lessOrEqual: first > second
        case .greater, .greaterOrEqual: first < second
        case .equal, .notEqual: false
        }
    }
}

/// Holds one gate after the other against the phases of a subject, phase by phase: pooled, a short phase that is broken
/// would not show behind a long one that is not. What adds up over phases is held against all of them together.
struct GateJudge {
    let phases: [PhaseReport]
    let whole: MetricSet

    func results(of gate: Gate) -> [GateResult] {
        let expression = gate.expression
        if expression.metric.definition.isSum, expression.phase == nil {
            if expression.isIfAny, whole[expression.metric]?.isEmpty == true { return [unasked(gate)] }
            return [proven(gate.evaluate(whole), by: phases)]
        }
        let named = phases.filter { expression.phase == nil || $0.name == expression.phase }
        let measured = named.filter { $0.metrics[expression.metric] != nil }
        // A phase that never rejects has no latency of rejections: it says nothing where another one does.
        let observed = measured.filter { $0.metrics[expression.metric]?.isEmpty == false }
        guard !observed.isEmpty else {
            if expression.isIfAny, !measured.isEmpty { return [unasked(gate)] }
            var result = gate.evaluate(measured.first?.metrics ?? MetricSet())
            result.phase = expression.phase
            return [result]
        }
        return observed.map { phase in
            var result = evaluate(gate, phase)
            result.phase = phase.name
            return result
        }
    }

    private func unasked(_ gate: Gate) -> GateResult {
        var result = GateResult(
            gate: gate, observed: nil, verdict: .inconclusive,
            reason: "not asked: there was nothing to measure \(gate.expression.metric.name) from",
            phase: gate.expression.phase)
        result.isAsked = false
        return result
    }

    private func evaluate(_ gate: Gate, _ phase: PhaseReport) -> GateResult {
        let result = proven(gate.evaluate(phase.metrics), by: [phase])
        if gate.expression.metric == .memory(.leak) { return growth(result, phase) }
        guard result.verdict == .fail, let excuse = excuse(for: gate, phase) else { return result }
        return GateResult(
            gate: gate, observed: result.observed, verdict: .invalid, reason: "\(result.reason), but \(excuse)")
    }

    /// What the checker counted proves nothing where the history lacks something: that might justify it. Violations that nothing could
    /// justify are found without a gate.
    private func proven(_ result: GateResult, by phases: [PhaseReport]) -> GateResult {
        guard result.verdict == .fail, case .proof = result.gate.expression.metric,
            let gap = phases.flatMap(\.audits).first(where: { $0.name == "history" && !$0.passed })
        else { return result }
        return GateResult(
            gate: result.gate, observed: result.observed, verdict: .invalid,
            reason: "\(result.reason), but \(gap.explanation)")
    }

    /// Why a time or a rate says nothing about the subject: the generator could not keep up, or the machine was busy with
    /// something else while calls waited to start.
    private func excuse(for gate: Gate, _ phase: PhaseReport) -> String? {
        switch gate.expression.dimension {
        case .rate: return phase.saturation
        case .time:
            if let stall = stall(behind: gate, phase) { return stall }
            // A call that is too slow once it runs is the subject's, whatever happened around it.
            let excuse =
                phase.saturation ?? phase.load.disturbance ?? lateness(phase, limit: gate.expression.limit)
            return excuse != nil && isKept(gate, withoutWaiting: phase) ? excuse : nil
        case .ratio: return unreachable(gate, phase)
        case .bytes, .count: return nil
        }
    }

    /// Says that the longest time of all may be that of a call that met the longest stall, and would have been kept without it. Where it
    /// is known how long calls took that met none, these must have kept it.
    private func stall(behind gate: Gate, _ phase: PhaseReport) -> String? {
        guard case .time(let metric, .maximum) = gate.expression.metric, let stall = phase.load.longestStall,
            let observed = phase.metrics[gate.expression.metric]?.value,
            gate.expression.comparison.holds(observed - Double(stall), gate.expression.limit),
            undisturbedMaximum(metric, phase).map({ gate.expression.comparison.holds($0, gate.expression.limit) })
                ?? true
        else { return nil }
        return "the machine did not run us for \(HumanNumber.time(stall)) meanwhile"
    }

    /// The longest time of calls that met no stall; nil where that is not known.
    private func undisturbedMaximum(_ metric: TimeMetric, _ phase: PhaseReport) -> Double? {
        guard let undisturbed = phase.undisturbed else { return nil }
        var calm = phase.evidence
        calm.latencies = undisturbed
        return metric.times(in: calm)?.maximum.map { Double($0) }
    }

    /// Says that the generator was late by a tenth of what a gate allows, or more: how late is too late depends on the gate that it
    /// spoils. Not where requests waited longer for a client, which the subject may have held.
    private func lateness(_ phase: PhaseReport, limit: Double) -> String? {
        let latencies = phase.latencies
        guard let lag = latencies.all(.lag).percentile(99), Double(lag) * 10 >= limit,
            lag > latencies.all(.wait).percentile(99) ?? 0
        else { return nil }
        return "1 % of the requests were released more than \(HumanNumber.time(lag)) late, a tenth of that or more"
    }

    /// Says that no cache could have kept a gate on the hit rate: it asks for more than the ceiling of these requests.
    private func unreachable(_ gate: Gate, _ phase: PhaseReport) -> String? {
        let expression = gate.expression
        guard case .hitRate(let rate) = expression.metric, let ceiling = rate.limit(in: phase.counts),
            [.greater, .greaterOrEqual].contains(expression.comparison)
        else { return nil }
        let isReachable = expression.comparison == .greater ? ceiling > expression.limit : ceiling >= expression.limit
        guard !isReachable else { return nil }
        let percent = (ceiling * 10_000).rounded() / 100
        let isOfCapacity = phase.counts.attainableWithinCapacity.map { $0 < phase.counts.attainableHits } ?? false
        return
            "no cache \(isOfCapacity ? "with as much room " : "")could: the ceiling of these requests is \(percent) %; ask for "
            + "less, or for hit_rate.attained"
    }

    /// Whether a gate on what callers waited would have been kept had their calls started when they were intended to.
    private func isKept(_ gate: Gate, withoutWaiting phase: PhaseReport) -> Bool {
        guard phase.latencies.isOpen else { return false }
        var unhurried = phase.evidence
        unhurried.latencies.isOpen = false
        var metrics = MetricSet(of: unhurried)
        for statistic in LatencyStatistic.allCases {
            metrics[.time(.response, statistic)] = metrics[.waitedForAny, statistic]
            metrics[.time(.lag, statistic)] = MetricValue(0)
            metrics[.time(.wait, statistic)] = MetricValue(0)
        }
        return gate.evaluate(metrics).verdict == .pass
    }

    /// A limit on growth is kept or broken as the memory verdict says, so that the two cannot contradict each other: the
    /// interval alone does not know whether growth went on, or whether anything was in a steady state.
    private func growth(_ result: GateResult, _ phase: PhaseReport) -> GateResult {
        let expression = result.gate.expression
        guard [.less, .lessOrEqual].contains(expression.comparison),
            let judgement = phase.growth?.judgements.first(where: { $0.limit == expression.limit })
        else { return result }
        let verdict: Verdict =
            switch judgement.verdict {
            case .leak: .fail
            case .clean: .pass
            case .inconclusive: .inconclusive
            }
        return GateResult(
            gate: result.gate, observed: result.observed, verdict: verdict,
            reason: verdict == result.verdict && verdict != .inconclusive ? result.reason : judgement.reason)
    }
}
