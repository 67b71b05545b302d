package import DedupVerification

/// A promise that a run must keep.
package struct Gate: Hashable, Sendable {
    /// What is promised.
    package let expression: GateExpression

    /// A gate from its expression.
    package init(_ expression: GateExpression) {
        self.expression = expression
    }

    /// A gate as it is written.
    ///
    /// - Throws: ``GateSyntaxError`` with the column and the remedy.
    package init(parsing text: String) throws(GateSyntaxError) {
        expression = try GateExpression(parsing: text)
    }

    /// Holds the gate against what was observed.
    ///
    /// A metric that was not measured makes it invalid, one without observations inconclusive. An estimate passes or
    /// fails only with its whole interval; an exact value has no interval.
    package func evaluate(_ metrics: MetricSet) -> GateResult {
        guard let metric = metrics[expression.metric] else {
            return result(nil, .invalid, "\(expression.metric.name) was not measured in this run")
        }
        if metric.count == 0 || metric.value.isNaN {
            return result(metric, .inconclusive, "there was nothing to measure \(expression.metric.name) from")
        }
        guard let low = metric.low, let high = metric.high else {
            let holds = expression.comparison.holds(metric.value, expression.limit)
            return result(metric, holds ? .pass : .fail, written(metric.value, holds))
        }
        guard !low.isNaN, !high.isNaN, low <= high else {
            return result(metric, .invalid, "the interval of \(expression.metric.name) is not one")
        }
        switch expression.comparison.holds(low: low, high: high, limit: expression.limit) {
        case true: return result(metric, .pass, written(metric.value, true))
        case false: return result(metric, .fail, written(metric.value, false))
        default:
            return result(
                metric, .inconclusive, "the limit lies within \(interval(low, high)): more samples are needed")
        }
    }

    private func result(_ metric: MetricValue?, _ verdict: Verdict, _ reason: String) -> GateResult {
        GateResult(gate: self, observed: metric, verdict: verdict, reason: reason)
    }

    private func written(_ value: Double, _ holds: Bool) -> String {
        "\(expression.written(value)) is \(holds ? "" : "not ")\(expression.comparison.rawValue) "
            + expression.written(expression.limit)
    }

    private func interval(_ low: Double, _ high: Double) -> String {
        // An end that the sample cannot give has no number.
        switch (low.isFinite, high.isFinite) {
        case (true, true): "the interval from \(expression.written(low)) to \(expression.written(high))"
        case (true, false): "the interval from \(expression.written(low)) upwards"
        case (false, true): "the interval up to \(expression.written(high))"
        case (false, false): "an interval without ends"
        }
    }
}

/// What became of a gate.
package struct GateResult: Hashable, Sendable {
    /// The gate.
    package let gate: Gate
    /// What was observed, in base units; nil when the metric was not measured.
    package let observed: MetricValue?
    /// What it came to.
    package let verdict: Verdict
    /// Why, in a sentence.
    package let reason: String
    /// The phase that was judged; nil when it was the run as a whole.
    package var phase: String?
    /// Whether it was asked: a gate that says `if any` is not where there is nothing to measure it from, and decides nothing then.
    package var isAsked = true

    /// A result; of the run as a whole unless a phase is given.
    package init(gate: Gate, observed: MetricValue?, verdict: Verdict, reason: String, phase: String? = nil) {
        self.gate = gate
        self.observed = observed
        self.verdict = verdict
        self.reason = reason
        self.phase = phase
    }
}
