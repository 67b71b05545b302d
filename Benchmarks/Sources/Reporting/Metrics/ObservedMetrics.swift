internal import DedupVerification
package import Gates
internal import Measurement

extension MetricSet {
    /// The metrics of a stretch of load, under the names of ``MetricCatalog/standard``: what gates are held against.
    ///
    /// A metric whose observations are missing is present with a count of 0, so that a gate on it is inconclusive.
    package init(of phase: PhaseReport) {
        self.init()
        addVerification(phase.counts, isVerified: phase.isVerified)
        addHitRates(phase.counts)
        addLatencies(phase.latencies)
        self["throughput"] = phase.throughput.map { MetricValue($0, count: phase.counts.returned) }
        self["executions.rate"] = phase.executionRate.map { MetricValue($0) }
        self["concurrency.max"] = MetricValue(Double(phase.counts.maximumConcurrency))
        if let generation = phase.generation { addGeneration(generation) }
        if let memory = phase.memory { addMemory(memory) }
    }

    private mutating func addGeneration(_ generation: GenerationReport) {
        self["concurrency.mean"] = generation.meanConcurrency.map { MetricValue($0) }
        self["generator.backlogged"] = generation.backlogged.map { MetricValue(Double($0)) }
        self["herds.released"] = generation.herds.map { MetricValue(Double($0)) }
        self["herds.overlapping"] = generation.overlappingHerds.map { MetricValue(Double($0)) }
        self["hiccup.max"] = generation.longestHiccup.map { MetricValue(Double($0)) }
    }

    private mutating func addVerification(_ counts: VerificationCounts, isVerified: Bool) {
        // Without a checker nothing was put to the test: gates on these metrics are then inconclusive. So they are, some
        // of them, where no call met a running execution or a fresh result, whatever the ratio says.
        let tested = isVerified ? counts.opportunities : 0
        let known: Int? = isVerified ? nil : 0
        let offered = tested == 0 ? 0 : counts.duplicatesOffered
        self["dedup.prevented"] = MetricValue(counts.preventedRatio, count: offered)
        self["dedup.offered"] = MetricValue(Double(counts.duplicatesOffered), count: known)
        self["dedup.duplicates"] = MetricValue(Double(counts.duplicateExecutions), count: known)
        self["dedup.opportunities"] = MetricValue(Double(counts.opportunities), count: known)
        self["dedup.executions"] = MetricValue(Double(counts.executions), count: known)
        self["dedup.violations"] = MetricValue(Double(counts.violations), count: tested)
        self["dedup.violation_bound"] = MetricValue(counts.violationBound95, count: tested)
        self["dedup.lost"] = MetricValue(Double(counts.lost), count: known)
        self["dedup.overlapping_calls"] = MetricValue(Double(counts.overlappingCalls), count: known)
    }

    private mutating func addHitRates(_ counts: VerificationCounts) {
        let (repeated, returned) = (counts.repeatedRequests, counts.returned)
        self["hit_rate.repeat"] = MetricValue(counts.repeatHitRatio, count: repeated)
        self["hit_rate.ceiling"] = MetricValue(counts.repeatHitCeiling, count: repeated)
        let attained = counts.repeatHitRatio / counts.repeatHitCeiling
        self["hit_rate.attained"] = MetricValue(attained, count: counts.attainableHits)
        self["hit_rate.hits"] = MetricValue(counts.hitRatio, count: returned)
        self["hit_rate.joins"] = MetricValue(counts.joinedRatio, count: returned)
        self["hit_rate.served"] = MetricValue(counts.servedRatio, count: returned)
        let failed = Double(counts.count(of: .failed)) / Double(returned)
        self["failures.ratio"] = MetricValue(failed, count: returned)
    }

    private mutating func addLatencies(_ latencies: LatencyDistributions) {
        for outcome in OutcomeClass.allCases {
            add(latencies.waits(outcome) ?? LatencyHistogram(), as: "\(outcome.name).latency")
        }
        add(latencies.allWaits, as: "call.latency")
        add(latencies[.service, .hit] ?? LatencyHistogram(), as: "hit.service")
        add(latencies.all(.service), as: "call.service")
        if latencies.isOpen {
            add(latencies.all(.response), as: "response.latency")
            add(latencies.all(.lag), as: "generator.lag")
        }
        add(latencies.all(.wakeup), as: "joined.wakeup")
    }

    private mutating func add(_ histogram: LatencyHistogram, as name: String) {
        for statistic in MetricCatalog.latencyStatistics {
            let value: MetricValue? =
                switch (statistic.percentile, statistic.suffix) {
                case (let percentile?, _): histogram.metric(percentile)
                case (nil, "max"): histogram.maximum.map { MetricValue(Double($0), count: histogram.count) }
                default: histogram.mean.map { MetricValue($0, count: histogram.count) }
                }
            self["\(name).\(statistic.suffix)"] = value ?? MetricValue(.nan, count: 0)
        }
    }

    private mutating func addMemory(_ memory: MemoryReport) {
        let kept = memory.samples.filter { !$0.isDiscarded }.count
        self["memory.leak_bytes_per_op"] = MetricValue(
            memory.slope ?? .nan, low: memory.low ?? -.infinity, high: memory.high ?? .infinity, count: kept)
        guard let last = memory.samples.last else { return }
        let peak = memory.samples.map(\.reading.live).max() ?? last.reading.live
        self["memory.live_end_bytes"] = MetricValue(Double(last.reading.live))
        self["memory.live_peak_bytes"] = MetricValue(Double(peak))
        self["memory.resident_end_bytes"] = MetricValue(Double(last.reading.resident))
    }
}

extension LatencyHistogram {
    /// A percentile with its interval; nil when nothing was recorded.
    fileprivate func metric(_ percentile: Double) -> MetricValue? {
        guard let value = self.percentile(percentile) else { return nil }
        let interval = percentileInterval(percentile)
        return MetricValue(
            Double(value), low: interval?.lower.map { Double($0) } ?? -.infinity,
            high: interval?.upper.map { Double($0) } ?? .infinity, count: count)
    }
}
