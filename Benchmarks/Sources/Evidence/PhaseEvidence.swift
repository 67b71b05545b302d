package import DedupVerification

/// Everything that was measured in one phase of one subject, or in several of them together.
package struct PhaseEvidence: Hashable, Codable, Sendable {
    /// The name of the phase in the scenario; `all` for several together.
    package var name: String
    /// The number of the phase: ``Call/phase`` of its calls.
    package var number: UInt16 = 0
    /// Whether it warms up: verified, but left out of latencies, ratios and gates.
    package var isWarmup: Bool
    /// How it ended.
    package var ending = PhaseEnding.completed
    /// When the clients were let go, in nanoseconds of the clock of the history; 0 for several together.
    package var start: UInt64 = 0
    /// How long it took until the last call had returned, or it was given up, in nanoseconds.
    package var duration: UInt64 = 0
    /// How much of that no requests were made, because the history was moved out of memory, requests were drawn or other
    /// runs had their turns; nil: nothing.
    package var paused: UInt64?
    /// How many requests were to be made; nil if only time bounds the phase.
    package var intendedOperations: Int?
    /// Whether the checker counted. If not, only calls, executions and outcomes are known.
    package var isVerified = false
    /// What the history holds of it.
    package var counts = VerificationCounts()
    /// How long its calls took.
    package var latencies = LatencyDistributions()
    /// What callers waited whose calls met no stall of the machine, by outcome; nil where it did not stall, and where it did so
    /// more often than is listed.
    package var undisturbed: LatencyDistributions?
    /// What happened in each interval of time.
    package var series: [TimeSeriesPoint] = []
    /// How long callers waited over time; nil for several phases or processes together.
    package var heat: LatencyHeat?
    /// How often keys were asked for, by rank; empty where no distribution is declared.
    package var popularity: [KeyPopularity] = []
    /// What herds met that came at an event; nil for a phase without an edge, for several together, and where nothing is judged.
    package var edge: EdgeEvidence?
    /// How the subject became steady; nil for a phase that does not wait for that.
    package var warmUp: WarmUpEvidence?
    /// The same of the other processes, where runs were merged; nil for one process.
    package var otherWarmUps: [WarmUpEvidence]?
    /// How the load was generated, and what the machine did meanwhile.
    package var load = LoadEvidence()
    /// The live bytes of each process at its quiescent points, if that is what the phase was for: one, unless runs were
    /// merged.
    package var memory: [MemoryEvidence] = []
    /// Processes that executions started; nil where they start none.
    package var processesSpawned: Int?
    /// Bytes that were allocated when it ended, above those before the subject was made: live ones, and what sits in thread
    /// caches; nil when there is no allocator that tells.
    package var allocatedEnd: Int?
    /// Calls that had not returned when the phase was given up.
    package var stuck: [StuckCall] = []

    /// Evidence of nothing yet.
    package init(name: String, isWarmup: Bool) {
        self.name = name
        self.isWarmup = isWarmup
    }

    /// How the subject became steady in each process; empty for a phase that does not wait for that.
    package var warmUps: [WarmUpEvidence] { [warmUp].compactMap(\.self) + (otherWarmUps ?? []) }

    /// When it ended, in nanoseconds of the clock of the history.
    package var end: UInt64 { start + duration }

    /// Whether the phase did not do all it was meant to.
    package var isPartial: Bool { ending == .stopped || ending == .hung }

    /// Processes that would have been started without deduplication, less those that were.
    package var processesSaved: Int? {
        processesSpawned.map { max(0, counts.returned - counts.count(of: .rejected) - $0) }
    }

    /// Calls answered a second; nil when it took no time.
    package var throughput: Double? { rate(counts.returned) }

    /// Executions a second; nil when it took no time.
    package var executionRate: Double? { rate(counts.executions) }

    private func rate(_ count: Int) -> Double? {
        let active = duration - min(duration, paused ?? 0)
        return active == 0 ? nil : Double(count) / (Double(active) / 1e9)
    }
}

/// How a phase ended.
package enum PhaseEnding: String, Hashable, Codable, Sendable {
    /// It did what it was to do.
    case completed
    /// The history was full before the time was up: everything until then is valid and complete.
    case historyFull = "history_full"
    /// The disk had no room for more of the history: everything until then is valid and complete.
    case diskFull = "disk_full"
    /// It was interrupted; what was measured until then is kept.
    case stopped
    /// The subject made no progress for as long as the watchdog waits.
    case hung
}

/// A call that did not return.
package struct StuckCall: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The request's number in the phase's stream.
    package var request: UInt32
    /// Its key.
    package var key: UInt32
    /// For how long it had been open, in nanoseconds.
    package var age: UInt64

    /// A call.
    package init(request: UInt32, key: UInt32, age: UInt64) {
        self.request = request
        self.key = key
        self.age = age
    }

    /// One line for people.
    package var description: String { "request \(request) for key \(key), open for \(age / 1_000_000) ms" }
}

/// What happened in one interval of a phase.
package struct TimeSeriesPoint: Hashable, Codable, Sendable {
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
