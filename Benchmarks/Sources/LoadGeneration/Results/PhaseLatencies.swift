package import DedupVerification
package import Measurement

/// The latencies of a phase, in nanoseconds, computed from its history after it has ended.
package struct PhaseLatencies: Sendable {
    /// From call to answer, by outcome.
    package var byOutcome: [OutcomeClass: LatencyHistogram] = [:]
    /// From call to answer, all calls: the service time.
    package var service = LatencyHistogram()
    /// From the intended start to the answer; empty in a closed loop, whose requests have no intended start.
    package var response = LatencyHistogram()
    /// The same, by outcome.
    package var responseByOutcome: [OutcomeClass: LatencyHistogram] = [:]
    /// How late the generator released requests; empty in a closed loop.
    package var lag = LatencyHistogram()
    /// How long released requests waited until their calls started; empty in a closed loop.
    package var wait = LatencyHistogram()
    /// From the end of the execution to the answer of calls that joined it.
    package var joinedWakeup = LatencyHistogram()
    /// How long the executions took that began in the phase.
    package var execution = LatencyHistogram()

    /// Nothing yet.
    package init() {}
}

/// How much happened at once.
package struct AchievedConcurrency: Hashable, Sendable {
    /// The clients of the phase: the most calls that could be open at a time.
    package var clients = 0
    /// The queues or threads that drove them.
    package var workers = 0
    /// Calls open at a time, on average.
    package var mean = 0.0
    /// The most calls open at one time.
    package var maximum = 0
    /// Calls that were open together with an earlier call for the same key.
    package var overlappingDuplicates = 0
    /// Open loop: requests that had to wait because every client was busy.
    package var backlogged = 0
    /// Open loop: of the time that released requests waited, the share in which their worker had a call open. The rest
    /// is the generator's.
    package var subjectShareOfWaiting = 0.0

    /// Nothing yet.
    package init() {}
}

/// How well requests for the same key were released together.
package struct HerdReport: Sendable {
    /// How many herds were released.
    package var herds = 0
    /// For each herd of two or more, the time from its first to its last start, in nanoseconds.
    package var skew = LatencyHistogram()
    /// Herds in which at least two calls were open at once.
    package var overlapping = 0

    /// Nothing yet.
    package init() {}
}
