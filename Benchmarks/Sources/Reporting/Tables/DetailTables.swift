internal import DedupVerification
internal import Evidence
internal import Judging
internal import Measurement
internal import Wording

extension RunReport {
    /// `gates.csv`: every gate of every subject in every phase that it was held against, with what was observed, in the
    /// base unit of its metric. No phase: the run as a whole.
    package var gatesTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "subject", "strategy", "gate", "expression", "observed", "ci_low", "ci_high", "limit", "unit",
            "verdict", "n", "reason", "phase",
        ])
        for subject in subjects {
            for row in subject.allGateRows {
                let (gate, expression) = (row.gate, row.gate.gate.expression)
                table.append([
                    .text(identity.id), .text(subject.subject), .text(subject.strategyText),
                    .text(expression.metric.name),
                    .text(expression.description), CSVCell(gate.observed?.value), CSVCell(gate.observed?.low),
                    CSVCell(gate.observed?.high), .number(expression.limit), .text(expression.dimension.baseUnit),
                    .text(row.verdictName),
                    CSVCell(gate.observed?.count), .sentence(row.reason),
                    CSVCell(gate.phase),
                ])
            }
        }
        return table
    }

    /// `memory.csv`: what the allocator held at each quiescent point.
    package var memoryTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "subject", "strategy", "phase", "sample", "discarded", "operations", "t_offset_ms",
            "allocated_bytes", "tcache_bytes", "live_bytes", "active_bytes", "resident_bytes", "retained_bytes",
            "metadata_bytes", "live_entries",
        ])
        for subject in subjects {
            let samples = subject.phases.flatMap { phase in
                phase.memory.flatMap { $0.samples.enumerated() }.map { (phase: phase.name, number: $0, sample: $1) }
            }
            for (phase, number, sample) in samples {
                let reading = sample.reading
                table.append([
                    .text(identity.id), .text(subject.subject), .text(subject.strategyText), .text(phase),
                    .integer(number), .text("\(sample.isDiscarded)"), .integer(sample.operations),
                    .number(Double(sample.offset) / 1e6), .integer(reading.allocated), .integer(reading.threadCaches),
                    .integer(reading.live), .integer(reading.active), .integer(reading.resident),
                    .integer(reading.retained), .integer(reading.metadata), CSVCell(sample.liveEntries),
                ])
            }
        }
        return table
    }

    /// `latency_histogram.csv`: the full histograms; they merge without loss by adding counts of equal buckets.
    package var histogramTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "subject", "strategy", "phase", "outcome", "kind", "bucket_low_ns", "bucket_high_ns", "count",
        ])
        for subject in subjects {
            for phase in subject.phases {
                for part in phase.latencies.parts {
                    for bucket in part.histogram.buckets {
                        table.append([
                            .text(identity.id), .text(subject.subject), .text(subject.strategyText),
                            .text(phase.name), .text(part.outcome?.name ?? "all"), .text(part.kind.rawValue),
                            .unsigned(bucket.low), .unsigned(bucket.high), .unsigned(bucket.count),
                        ])
                    }
                }
            }
        }
        return table
    }

    /// `timeseries.csv`: what happened in each interval of each phase.
    package var timeSeriesTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "subject", "strategy", "phase", "t_offset_ms", "metric", "value", "unit",
        ])
        for subject in subjects {
            for phase in subject.phases {
                for point in phase.series {
                    table.append([
                        .text(identity.id), .text(subject.subject), .text(subject.strategyText), .text(phase.name),
                        .number(Double(point.offset) / 1e6), .text(point.metric), .number(point.value),
                        .text(point.unit),
                    ])
                }
            }
        }
        return table
    }

    /// `events.csv`: the violations, each with the executions and calls that prove it, and when the last of them began; and
    /// the stalls of the machine.
    package var eventsTable: CSVTable {
        var table = CSVTable(columns: [
            "run_id", "subject", "strategy", "phase", "t_offset_ms", "event", "kind", "key", "executions", "calls",
            "explanation", "diagram",
        ])
        for subject in subjects {
            for violation in subject.verification?.violations ?? [] { append(violation, of: subject, to: &table) }
            for phase in subject.phases {
                for stall in phase.load.stalls?.windows ?? [] { append(stall, of: subject, phase, to: &table) }
            }
        }
        return table
    }

    private func append(_ violation: Violation, of subject: SubjectReport, to table: inout CSVTable) {
        // A counter that is wrong belongs to no phase.
        let time = violation.time
        let phase = time.flatMap { time in subject.phases.last { $0.start <= time } }
        let offset = time.flatMap { time in phase.map { Double(time - $0.start) / 1e6 } }
        table.append([
            .text(identity.id), .text(subject.subject), .text(subject.strategyText), CSVCell(phase?.name),
            CSVCell(offset), "violation", .text(violation.kind.rawValue), .integer(Int(violation.key)),
            .text(violation.executions.map { "\($0.id)" }.joined(separator: " ")),
            .text(violation.calls.map { "\($0.request)" }.joined(separator: " ")), .text(violation.explanation),
            .text(violation.description),
        ])
    }

    private func append(
        _ stall: StallReport.Stall, of subject: SubjectReport, _ phase: PhaseReport, to table: inout CSVTable
    ) {
        let offset = Double(stall.start) - Double(phase.start)
        table.append([
            .text(identity.id), .text(subject.subject), .text(subject.strategyText), .text(phase.name),
            .number(offset / 1e6), "stall", .missing, .missing, .missing, .missing,
            .sentence("the machine did not run a thread for \(HumanNumber.time(stall.end - stall.start))"), .missing,
        ])
    }
}

extension Violation {
    /// When the last of what contradicts each other began; nil for what has no time.
    fileprivate var time: UInt64? { (executions.map(\.begin) + calls.map(\.start)).max() }
}
