/// One stretch of load.
package struct Phase: Hashable, Sendable {
    package enum Model: String, CaseIterable, Hashable, Sendable {
        /// Each client sends its next request when its last one is answered.
        case closed
        /// Requests arrive at even distances, whether or not earlier ones are answered.
        case constant
        /// Requests arrive as a Poisson process of the given rate.
        case poisson
        /// Requests arrive as recorded: see `speed`.
        case trace
    }

    /// What a warm-up is to reach.
    package enum Goal: String, CaseIterable, Hashable, Sendable {
        /// What requests come to no longer changes.
        case steady
    }

    package var name = ""
    package var model = Model.closed
    /// Closed loop: how many callers there are. Open loop: the most requests that are under way at once.
    package var clients = 1
    /// Ends the phase after this many requests.
    package var operations: Int?
    /// Ends the phase after this time. With `operations` too, whichever comes first.
    package var duration: Duration?
    /// Closed loop: how long a client waits between an answer and its next request; nil: not at all.
    package var thinkTime: Distribution<Duration>?
    /// Constant and Poisson: how often requests arrive.
    package var rate: ArrivalRate?
    /// Constant and Poisson, in place of a rate and a duration: how the rate changes.
    package var stages: [RateStage]?
    /// Trace: how fast it is replayed; nil means `max`.
    package var speed: ReplaySpeed?
    /// A warm-up phase is driven and verified, but left out of latencies, ratios and gates.
    package var warmup = false
    /// Ends a warm-up before its operations or its duration do; nil: nothing does.
    package var until: Goal?
    /// Makes the phase a memory phase: live bytes are sampled at quiescent points.
    package var memory: MemorySampling?
    /// Makes the phase an edge phase: herds come at an event in the life of a key, each time a little earlier or later.
    package var edge: EdgeSettings?
    /// Replaces the workload's keys in this phase.
    package var keys: KeySettings?
    /// Replaces the workload's operation in this phase.
    package var operation: OperationSettings?
    /// Replaces the workload's verbs in this phase.
    package var verbs: VerbSettings?

    package init() {}

    /// True if requests have intended start times.
    package var isOpen: Bool {
        switch model {
        case .closed: false
        case .constant, .poisson: true
        case .trace: speed != nil && speed != .maximum
        }
    }

    /// How the rate of arrivals goes; nil where there is none.
    package var course: RateCourse? {
        if let stages { return RateCourse(stages) }
        return rate.map { RateCourse(perSecond: $0.perSecond, for: duration?.nanoseconds) }
    }

    /// How many requests end the phase, if a number does: `operations`, or what the most memory samples add up to.
    package var operationLimit: Int? { memory.map { $0.mostSamples * $0.operations } ?? operations }
}

/// A memory phase: the same number of requests before each of many quiescent points.
package struct MemorySampling: Hashable, Sendable {
    /// The most samples that can be asked for, as the estimate of a slope looks at each pair of them: 2,000.
    static let largestNumber = 2_000

    /// How many times memory is measured before growth is judged for the first time.
    package var samples = 40
    /// How many times at most, where growth cannot be told from none before; nil: four times `samples`, up to 2,000.
    package var maximumSamples: Int?
    /// The requests between two measurements.
    package var operations = 10_000
    /// How many of the first samples are left out, because the cache still fills.
    package var discarded = 5

    package init() {}

    /// How many times memory is measured at most.
    package var mostSamples: Int { maximumSamples ?? min(samples * 4, Self.largestNumber) }

    /// The numbers of samples at which growth is judged: each time there are twice as many as the last time.
    package var looks: [Int] {
        var looks = [samples]
        while let last = looks.last, last < mostSamples { looks.append(min(last * 2, mostSamples)) }
        return looks
    }
}
