package import DedupVerification
package import Gates

/// What happened in one phase, or in all measured phases of a subject together.
package struct PhaseReport: Sendable {
    /// The name of the phase; `all` for several together.
    package var name: String
    /// Whether it is left out of latencies, ratios and gates.
    package var isWarmup: Bool
    /// When it began, in nanoseconds of the clock of the history; 0 for several together.
    package var start: UInt64 = 0
    /// How long it took, in nanoseconds.
    package var duration: UInt64 = 0
    /// Whether the checker counted. If not, only calls, executions and outcomes are known.
    package var isVerified = true
    /// What the history holds of it.
    package var counts = VerificationCounts()
    /// How long its calls took.
    package var latencies = LatencyDistributions()
    /// What happened in each interval of time.
    package var series: [TimeSeriesPoint] = []
    /// Processes that executions started; nil where they start none.
    package var processesSpawned: Int?
    /// Bytes that were allocated when it ended, above those before the subject was made: live ones, and what sits in thread
    /// caches.
    package var allocatedEnd: Int?
    /// How memory developed, if that is what the phase was for.
    package var memory: MemoryReport?
    /// How the load was generated.
    package var generation: GenerationReport?
    /// How it ended.
    package var ending = PhaseEnding.completed

    /// A report of nothing.
    package init(name: String, isWarmup: Bool) {
        self.name = name
        self.isWarmup = isWarmup
    }

    /// Processes that would have been started without deduplication, less those that were.
    package var processesSaved: Int? {
        processesSpawned.map { max(0, counts.returned - counts.count(of: .rejected) - $0) }
    }

    /// Why it did not last as long as it was to; nil when it did, or was stopped.
    package var shortfall: String? {
        guard ending == .historyFull else { return nil }
        return
            "phase \(name) ended after \(HumanNumber.time(duration)), before its time was up, because the history was "
            + "full (\(HumanNumber.count(counts.operations)) calls); --history-limit gives it more room"
    }

    /// Calls answered a second; nil when it took no time.
    package var throughput: Double? { rate(counts.returned) }

    /// Executions a second; nil when it took no time.
    package var executionRate: Double? { rate(counts.executions) }

    private func rate(_ count: Int) -> Double? {
        duration == 0 ? nil : Double(count) / (Double(duration) / 1e9)
    }
}

/// What happened in one interval of a phase.
package struct TimeSeriesPoint: Hashable, Sendable {
    /// Where the interval begins, in nanoseconds from the start of the phase.
    package var offset: UInt64
    /// The name of the metric.
    package var metric: String
    /// Its value in the interval.
    package var value: Double
    /// The unit of the value.
    package var unit: String

    /// A point.
    package init(offset: UInt64, metric: String, value: Double, unit: String) {
        self.offset = offset
        self.metric = metric
        self.value = value
        self.unit = unit
    }
}
