internal import DedupVerification
internal import Evidence
internal import Judging
internal import Measurement

extension RunReport {
    /// `summary.csv`: one wide row a phase and subject; of a matrix one row a combination, by rising executions.
    package var summaryTable: CSVTable {
        let parameters = strategyParameters
        var table = CSVTable(columns: SummaryRow.columns + parameters.map(Self.columnName))
        for subject in ranked {
            // A matrix compares combinations, not phases: their phases are in metrics.csv.
            let rows = isMatrix ? [subject.measuredPhase] : subject.phases
            for phase in rows {
                let strategy = parameters.map { parameter in
                    CSVCell(subject.strategy.first { $0.parameter == parameter }?.value)
                }
                table.append(SummaryRow(report: self, subject: subject, phase: phase).cells + strategy)
            }
        }
        return table
    }

    /// The parameters of the matrix, in order.
    var strategyParameters: [String] {
        var seen: [String] = []
        for setting in subjects.flatMap(\.strategy) where !seen.contains(setting.parameter) {
            seen.append(setting.parameter)
        }
        return seen
    }

    private static func columnName(_ parameter: String) -> String {
        "strategy_" + String(parameter.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}

extension SubjectReport {
    /// All measured phases together, under the name of the phase if there is only one.
    var measuredPhase: PhaseReport {
        var phase = total
        if measured.count == 1 { phase.evidence.name = measured[0].name }
        return phase
    }
}

/// One row of `summary.csv`.
private struct SummaryRow {
    let report: RunReport
    let subject: SubjectReport
    let phase: PhaseReport
    private var metrics: MetricSet { phase.metrics }

    static let columns = [
        "run_id", "scenario", "subject", "phase", "seed", "duration_s", "operations", "executions",
        "duplicates_offered", "duplicates_prevented", "prevented_ratio", "opportunities", "violations", "hit_ratio",
        "joined_ratio", "latency_p50_ns", "latency_p99_ns", "allocated_end_bytes", "leak_bytes_per_op", "verdict",
        "partial", "warmup", "best", "hits", "joins", "rejected", "stale", "failed", "lost", "subject_violations",
        "hit_ratio_ceiling",
        "repeat_hit_ratio", "repeat_hit_ratio_ceiling", "throughput_per_s", "latency_p50_low_ns",
        "latency_p50_high_ns", "latency_p90_ns", "latency_p95_ns", "latency_p99_low_ns", "latency_p99_high_ns",
        "latency_p999_ns", "latency_max_ns", "latency_mean_ns", "joined_p99_ns", "executed_p50_ns", "executed_p99_ns",
        "response_p99_ns", "wakeup_p99_ns", "lag_p99_ns", "overlapping_calls", "concurrency_max",
        "violation_bound_ratio", "leak_low_bytes_per_op", "leak_high_bytes_per_op", "memory_verdict",
        "processes_spawned", "processes_saved", "phase_verdict", "ending", "clients", "workers", "concurrency_mean",
        "backlogged", "hiccup_max_ns", "hit_service_p50_ns", "hit_service_p99_ns",
        "leak_detectable_bytes_per_op", "stalls", "undisturbed_p50_ns", "undisturbed_p99_ns",
        "repeat_hit_ratio_capacity_ceiling", "floor_p50_ns", "floor_p99_ns",
    ]

    init(report: RunReport, subject: SubjectReport, phase: PhaseReport) {
        (self.report, self.subject, self.phase) = (report, subject, phase)
    }

    var cells: [CSVCell] { promised + outcomes + latencies + rest + generation }

    /// The columns that every reader may rely on, in their fixed order.
    private var promised: [CSVCell] {
        let counts = phase.counts
        let hits = phase.latencies.waits(.hit)
        return [
            .text(report.identity.id), .text(report.identity.scenario), .text(subject.subject), .text(phase.name),
            .unsigned(subject.seed ?? report.identity.seed), .number(Double(phase.duration) / 1e9),
            .integer(counts.operations),
            .integer(counts.executions), verified(.integer(counts.duplicatesOffered)),
            verified(.integer(counts.duplicatesPrevented)), verified(.number(counts.preventedRatio)),
            verified(.integer(counts.opportunities)), verified(.integer(counts.violations)),
            .number(counts.hitRatio), .number(counts.joinedRatio), CSVCell(hits?.percentile(50)),
            CSVCell(hits?.percentile(99)), CSVCell(phase.allocatedEnd), CSVCell(phase.growth?.slope),
            .text(subject.verdict.rawValue),
        ]
    }

    /// A figure of the checker; missing where there was none.
    private func verified(_ cell: CSVCell) -> CSVCell { phase.isVerified ? cell : .missing }

    private var outcomes: [CSVCell] {
        let counts = phase.counts
        let isBest = report.best.map { $0.title == subject.title }
        let ceiling = Double(counts.attainableHits) / Double(counts.answered)
        return [
            .text(subject.ending == .finished ? "false" : "true"), .text("\(phase.isWarmup)"),
            CSVCell(isBest.map { "\($0)" }), .integer(counts.count(of: .hit)), .integer(counts.count(of: .joined)),
            .integer(counts.count(of: .rejected)), .integer(counts.count(of: .stale)),
            .integer(counts.count(of: .failed)), .integer(counts.lost),
            // Of all phases together, and those that belong to none: of a counter that is wrong, for example.
            CSVCell(subject.verification?.violationCount), .number(ceiling),
            .number(counts.repeatHitRatio), .number(counts.repeatHitCeiling), CSVCell(phase.throughput),
        ]
    }

    private var latencies: [CSVCell] {
        let value = { (times: TimeMetric, statistic: LatencyStatistic) in CSVCell(metrics[times, statistic]?.value) }
        let hits = TimeMetric.waited(.hit)
        return [
            CSVCell(metrics[hits, .p50]?.low), CSVCell(metrics[hits, .p50]?.high), value(hits, .p90), value(hits, .p95),
            CSVCell(metrics[hits, .p99]?.low), CSVCell(metrics[hits, .p99]?.high), value(hits, .p999),
            value(hits, .maximum), value(hits, .mean), value(.waited(.joined), .p99), value(.waited(.executed), .p50),
            value(.waited(.executed), .p99), value(.response, .p99), value(.wakeup, .p99), value(.lag, .p99),
        ]
    }

    private var rest: [CSVCell] {
        [
            .integer(phase.counts.overlappingCalls), .integer(phase.counts.maximumConcurrency),
            CSVCell(metrics[.proof(.violationBound)]?.value), CSVCell(phase.growth?.low), CSVCell(phase.growth?.high),
            CSVCell(phase.growth?.verdict.rawValue), CSVCell(phase.processesSpawned), CSVCell(phase.processesSaved),
        ]
    }

    private var generation: [CSVCell] {
        // The one row of a combination stands for all of its phases.
        let verdict = report.isMatrix ? subject.verdict : subject.verdict(of: phase)
        let floor = report.floor(of: phase, subject)
        return [
            CSVCell(verdict?.rawValue), report.isMatrix ? .missing : .text(phase.ending.rawValue),
            CSVCell(phase.load.clients), CSVCell(phase.load.workers),
            CSVCell(phase.load.meanConcurrency), CSVCell(phase.load.backlogged),
            CSVCell(phase.load.longestStall), CSVCell(metrics[.hitService, .p50]?.value),
            CSVCell(metrics[.hitService, .p99]?.value), CSVCell(phase.growth?.minimumDetectable),
            CSVCell(phase.load.stalls?.count), CSVCell(phase.undisturbed?.waits(.hit)?.percentile(50)),
            CSVCell(phase.undisturbed?.waits(.hit)?.percentile(99)),
            .number(phase.counts.repeatHitCeilingWithinCapacity), CSVCell(floor?.percentile(50)),
            // Of fewer it is that of a stall or two.
            CSVCell(floor.flatMap { $0.count >= 1_000 ? $0.percentile(99) : nil }),
        ]
    }
}
