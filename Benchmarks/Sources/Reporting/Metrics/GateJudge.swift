internal import DedupVerification
package import Gates
internal import Measurement

extension SubjectReport {
    /// Holds gates against what was measured, phase by phase: pooled, a short phase that is broken would not show behind
    /// a long one that is not. What adds up over phases is held against all of them together.
    package mutating func judge(_ gates: [Gate]) {
        metrics = MetricSet(of: total)
        if let verification {
            // A violation counts wherever it happened, also while warming up.
            metrics["dedup.violations"] = MetricValue(
                Double(verification.violationCount), count: verification.total.opportunities)
        }
        let judge = GateJudge(phases: measured.map { ($0, MetricSet(of: $0)) }, whole: metrics)
        self.gates = gates.flatMap(judge.results)
    }

    /// Of each gate what decides: every phase in which it did not pass, or else the one that came nearest to the limit.
    package var decisiveGates: [GateResult] {
        var order: [Gate] = []
        for result in gates where !order.contains(result.gate) { order.append(result.gate) }
        return order.flatMap { gate -> [GateResult] in
            let results = gates.filter { $0.gate == gate }
            let broken = results.filter { judged($0).verdict != .pass }
            if !broken.isEmpty { return broken }
            let nearest = results.max { gate.isNearer($1.observed?.value, than: $0.observed?.value) }
            return nearest.map { [$0] } ?? []
        }
    }
}

extension Gate {
    /// Whether one value that passed is nearer to the limit than another.
    fileprivate func isNearer(_ first: Double?, than second: Double?) -> Bool {
        guard let first, let second else { return false }
        return switch expression.comparison {
        case .less, .lessOrEqual: first > second
        case .greater, .greaterOrEqual: first < second
        case .equal, .notEqual: false
        }
    }
}

/// Holds one gate after the other against the phases of a subject.
private struct GateJudge {
    let phases: [(report: PhaseReport, metrics: MetricSet)]
    let whole: MetricSet

    func results(of gate: Gate) -> [GateResult] {
        let expression = gate.expression
        let isSum = MetricCatalog.standard.definition(of: expression.metric)?.isSum ?? false
        if isSum, expression.phase == nil { return [gate.evaluate(whole)] }
        let named = phases.filter { expression.phase == nil || $0.report.name == expression.phase }
        let measured = named.filter { $0.metrics[expression.metric] != nil }
        // A phase that never rejects has no latency of rejections: it says nothing where another one does.
        let observed = measured.filter { !Self.isEmpty($0.metrics[expression.metric]) }
        guard !observed.isEmpty else {
            var result = gate.evaluate(measured.first?.metrics ?? MetricSet())
            result.phase = expression.phase
            return [result]
        }
        return observed.map { phase in
            var result = evaluate(gate, phase.report, phase.metrics)
            result.phase = phase.report.name
            return result
        }
    }

    private static func isEmpty(_ metric: MetricValue?) -> Bool {
        guard let metric else { return true }
        return metric.count == 0 || (metric.value.isNaN && metric.low == nil)
    }

    private func evaluate(_ gate: Gate, _ phase: PhaseReport, _ metrics: MetricSet) -> GateResult {
        let result = gate.evaluate(metrics)
        if gate.expression.metric == "memory.leak_bytes_per_op" { return growth(result, phase) }
        guard result.verdict == .fail, let excuse = excuse(for: gate, phase) else { return result }
        return GateResult(
            gate: gate, observed: result.observed, verdict: .invalid, reason: "\(result.reason), but \(excuse)")
    }

    /// Why a time or a rate says nothing about the subject: the generator could not keep up, or the machine was busy with
    /// something else while calls waited to start.
    private func excuse(for gate: Gate, _ phase: PhaseReport) -> String? {
        guard let generation = phase.generation else { return nil }
        switch gate.expression.dimension {
        case .rate: return generation.saturation
        case .time:
            // A call that is too slow once it runs is the subject's, whatever happened around it.
            guard let excuse = generation.saturation ?? generation.disturbance, isKept(gate, withoutWaiting: phase)
            else {
                return nil
            }
            return excuse
        case .ratio, .bytes, .count: return nil
        }
    }

    /// Whether a gate on what callers waited would have been kept had their calls started when they were intended to.
    private func isKept(_ gate: Gate, withoutWaiting phase: PhaseReport) -> Bool {
        guard phase.latencies.isOpen else { return false }
        var unhurried = phase
        unhurried.latencies.isOpen = false
        var metrics = MetricSet(of: unhurried)
        for (suffix, _) in MetricCatalog.latencyStatistics {
            metrics["response.latency.\(suffix)"] = metrics["call.latency.\(suffix)"]
            metrics["generator.lag.\(suffix)"] = MetricValue(0)
        }
        return gate.evaluate(metrics).verdict == .pass
    }

    /// A limit on growth is kept or broken as the memory verdict says, so that the two cannot contradict each other: the
    /// interval alone does not know whether growth went on, or whether anything was in a steady state.
    private func growth(_ result: GateResult, _ phase: PhaseReport) -> GateResult {
        let expression = result.gate.expression
        guard [.less, .lessOrEqual].contains(expression.comparison),
            let judgement = phase.memory?.judgements.first(where: { $0.limit == expression.limit })
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
