internal import DedupBenchKit
internal import DedupVerification
internal import Judging
internal import LoadGeneration
internal import Reporting
internal import Synchronization
internal import Wording

/// Progress on standard error, from any thread.
final class ProgressDisplay: Sendable {
    private let machine: any Machine
    private let printer: Mutex<ProgressPrinter>
    private let gates: [Gate]
    private let interruption: Interruption

    /// A view on a terminal and plain lines elsewhere, unless it is off. It tells how far the gates are kept.
    init(isOff: Bool, gates: [Gate] = [], in context: CommandContext) {
        let console = context.console
        let style: ProgressPrinter.Style = isOff ? .none : console.errorIsTerminal ? .view : .plain
        machine = context.machine
        self.gates = gates
        interruption = context.interruption
        printer = Mutex(ProgressPrinter(style, columns: console.errorColumns) { console.error($0) })
    }

    /// Shows how far the run of a subject, named with its combination, is.
    func show(_ progress: LoadProgress, of subject: String) {
        let stage = "\(subject)/\(progress.phase)"
        // What no gate is held against is not shown as if one were broken.
        let gates = progress.isWarmup ? [] : gates
        update {
            $0.show(progress.title(subject), stage: stage, at: machine.now()) {
                LiveView(
                    counts: progress.tally.counts, hits: LiveView.Times(progress.tally.hits),
                    calls: LiveView.Times(progress.tally.all),
                    allocated: progress.allocated, gates: progress.results(of: gates))
            }
        }
    }

    /// Shows what is being done, apart from driving a subject.
    func show(_ activity: String) {
        update { $0.show(activity, stage: activity, isLast: true, at: machine.now()) }
    }

    /// Takes what is shown away.
    func clear() {
        update { $0.clear() }
    }

    /// The answer to Ctrl-C stands below what is shown: from then on nothing above it is written over.
    private func update(_ change: (inout ProgressPrinter) -> Void) {
        printer.withLock { printer in
            if interruption.reason != nil { printer.leave() } else { change(&printer) }
        }
    }
}

extension LiveView.Times {
    fileprivate init?(_ times: LiveTimes) {
        guard let p50 = times.percentile(50), let p99 = times.percentile(99) else { return nil }
        self.init(p50: p50, p99: p99)
    }
}

extension LoadProgress {
    /// `dedup storm 2/3  48 %  1.20 M operations, 3.40 M/s`.
    fileprivate func title(_ subject: String) -> String {
        let percent = Int((min(max(fraction.isFinite ? fraction : 0, 0), 1) * 100).rounded(.down))
        return "\(subject) \(phase) \(phaseNumber + 1)/\(phaseCount)  \(percent) %  "
            + "\(HumanNumber.count(tally.counts.returned)) operations, \(HumanNumber.count(rate))/s"
    }

    /// Holds the gates of this phase against what its calls came to so far. One that takes the checker is not measured yet.
    fileprivate func results(of gates: [Gate]) -> [GateResult] {
        let metrics = metrics(asked: gates)
        return gates.filter { $0.expression.phase == nil || $0.expression.phase == phase }
            .map { $0.evaluate(metrics) }
    }

    private func metrics(asked gates: [Gate]) -> MetricSet {
        var metrics = MetricSet()
        for gate in gates { metrics[gate.expression.metric] = value(of: gate.expression.metric) }
        return metrics
    }

    /// What can be known of a metric while calls are made.
    private func value(of metric: Metric) -> MetricValue? {
        switch metric {
        case .hitRate(let rate) where [.hits, .joins, .served, .failures].contains(rate): rate.value(of: tally.counts)
        case .time(.waited(.hit), let statistic): percentile(statistic, of: tally.hits)
        case .time(.waitedForAny, let statistic): percentile(statistic, of: tally.all)
        default: nil
        }
    }

    private func percentile(_ statistic: LatencyStatistic, of times: LiveTimes) -> MetricValue? {
        guard let percentile = statistic.percentile else { return nil }
        guard let range = times.range(ofPercentile: percentile) else { return MetricValue(.nan, count: 0) }
        // Where the limit lies within the class, nothing can be said.
        return MetricValue(
            Double(range.upperBound), low: Double(range.lowerBound), high: Double(range.upperBound), count: times.count)
    }
}
