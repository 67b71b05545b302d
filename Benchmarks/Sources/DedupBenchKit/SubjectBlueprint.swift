public import DedupVerification
package import Workloads

/// What a subject is called and what it promises, and how it is made: anew for every run.
///
/// ```swift
/// SubjectBlueprint(name: "table", summary: "our table", promises: Promises(eviction: .reported)) { settings in
///     try await Table(connectingTo: "127.0.0.1", lifetime: settings.timeToLive)
/// }
/// ```
public struct SubjectBlueprint: Sendable {
    /// The name by which it is chosen: `--subject NAME`, and `subjects:` in a scenario.
    public var name: String
    /// One line for people.
    public var summary: String
    /// What it promises.
    public var promises: Promises
    /// Whether a call blocks its thread while it waits. Its clients then get a thread each. Default: no.
    public var blocks: Bool
    /// What it can do besides calls, if a scenario asks for that: `get`, `invalidate`, `cancel` (the task of a call is
    /// cancelled, which may disturb no other call), `deadline`. Default: nothing.
    public var verbs: Set<CallVerb>
    /// Whether the checker judges its calls. Only the harness's own floor, which executes nothing, is not judged.
    package var isJudged = true
    /// What its history is proved by.
    package var proof = Proof.executions
    /// Makes it. What it throws ends the run, with its description as the message.
    public var make: @Sendable (SubjectSettings) async throws -> any Subject

    /// Whether the work is done by other processes, so that what those use of the machine is not what disturbs the measurement.
    package var worksElsewhere = false

    /// A blueprint. The name should be as short as a word: it stands in file names, tables and command lines.
    public init(
        name: String, summary: String, promises: Promises = Promises(), blocks: Bool = false,
        verbs: Set<CallVerb> = [],
        make: @escaping @Sendable (SubjectSettings) async throws -> any Subject
    ) {
        self.name = name
        self.summary = summary
        self.promises = promises
        self.blocks = blocks
        self.verbs = verbs
        self.make = make
    }
}

/// What the history of a subject is proved by.
package enum Proof: Hashable, Sendable {
    /// Every execution is logged inside it.
    case executions
    /// The work is done elsewhere: different answers tell different executions, or only a counter does. Where errors are
    /// allowed a failure is no violation.
    case answers(allowsFailures: Bool, needsCount: Bool)
}

/// What a subject is made with: what the scenario says of the system, and what it needs to know about the load.
public struct SubjectSettings: Sendable {
    /// Where evictions, expirations and invalidations are reported.
    public let excuses: Excuses
    /// The clock of the run; a subject without one of its own lets its results expire by it, and tests may then simulate it.
    public let clock: any RunClock
    /// The scenario's seed.
    public let seed: UInt64
    /// Duplicates mode, capacity, policy, time to live, cached failures, shards.
    package let system: SystemSettings

    /// Settings.
    package init(
        system: SystemSettings, seed: UInt64, excuses: Excuses, clock: any RunClock
    ) {
        self.system = system
        self.seed = seed
        self.excuses = excuses
        self.clock = clock
    }

    /// `system.duplicates`: whether a call whose key is being executed is to be refused rather than wait.
    public var rejectsDuplicates: Bool { system.duplicates == .reject }

    /// `system.cache.capacity` where it is a number of entries; nil where it is a size.
    public var capacity: Int? { if case .entries(let count) = system.cache.capacity { count } else { nil } }

    /// `system.cache.capacity` where it is a size, in bytes; nil where it is a number of entries.
    public var capacityInBytes: Int? { if case .bytes(let count) = system.cache.capacity { count } else { nil } }

    /// `system.cache.policy`: the name of an eviction policy, such as `lru`.
    public var policy: String { system.cache.policy }

    /// `system.cache.ttl`: how long a result lives after it was stored or, where ``timeToLiveSlides``, after it was last asked
    /// for; nil: for ever.
    public var timeToLive: Duration? {
        switch system.cache.timeToLive.rule {
        case .forever: nil
        case .fixed(let life), .sliding(let life, _): life
        }
    }

    /// Whether each hit begins the life of a result anew.
    public var timeToLiveSlides: Bool { if case .sliding = system.cache.timeToLive.rule { true } else { false } }

    /// How old a result may become that hits keep alive; nil: any age.
    public var maximumAge: Duration? {
        if case .sliding(_, let maximumAge) = system.cache.timeToLive.rule { maximumAge } else { nil }
    }

    /// `system.cache.failures`: for how long a failure is served; nil: failures are not cached.
    public var failureTimeToLive: Duration? { system.cache.failures }
}

/// The time of a run.
public protocol RunClock: AnyObject, Sendable {
    /// Nanoseconds of a clock that never goes back, since an origin of its own: the times in a history are its.
    func now() -> UInt64

    /// Suspends the task until `time`; returns at once if it has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(until time: UInt64) async throws
}
