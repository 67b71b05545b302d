/// What one run does: the system under load, the workload, the phases in order, and the gates at the end.
///
/// Loaded from YAML by ``ScenarioLoader``; a value of this type that came from there is valid.
package struct Scenario: Hashable, Sendable {
    /// The version of the file format; there is one.
    package static let currentVersion = 1

    package var schemaVersion = Scenario.currentVersion
    /// Names the run and its result folder: small letters, digits and hyphens.
    package var name = ""
    package var description = ""
    /// Fixes everything that is random: the same seed gives the same requests.
    package var seed: UInt64 = 1
    /// What is driven, one after the other, each with the same requests.
    package var subjects = ["dedup"]
    package var system = SystemSettings()
    package var workload = WorkloadSettings()
    package var phases: [Phase] = []
    /// Conditions on the outcome, as expressions such as `hit.latency.p99 < 50ms`; parsed where they are judged.
    package var gates: [String] = []

    package init() {}
}

/// How the subject is set up.
package struct SystemSettings: Hashable, Sendable {
    package enum Duplicates: String, CaseIterable, Hashable, Sendable { case join, reject }

    /// What happens to a request whose work is already running.
    package var duplicates = Duplicates.join
    package var cache = CacheSettings()

    package init() {}
}

/// How the subject caches results.
package struct CacheSettings: Hashable, Sendable {
    package var capacity = CacheCapacity.entries(10_000)
    /// The name of an eviction policy, such as `lru`; the subject knows which exist.
    package var policy = "s3-fifo"
    package var timeToLive = TimeToLiveSetting(.fixed(.seconds(300)))
    /// How long failures are cached; nil: they are not.
    package var failures: Duration?
    /// The number of shards; nil: the cache decides.
    package var shards: Int?

    package init() {}
}

/// What is requested, and what it costs to execute; a phase may replace either part.
package struct WorkloadSettings: Hashable, Sendable {
    package var keys = KeySettings()
    package var operation = OperationSettings()
    package var verbs = VerbSettings()

    package init() {}
}
