/// What is known about a step without running it.
public struct StepDescription: Sendable {
    /// What the step is called.
    public let name: String

    /// Which meaning of the step this is.
    public let version: Int

    /// Which fields of its input are ignored or secret.
    public let rules: FieldRules

    /// How it is deduplicated.
    public let policy: ExecutionPolicy

    init(_ name: String, _ version: Int, _ rules: FieldRules, _ policy: ExecutionPolicy) {
        self.name = name
        self.version = version
        self.rules = rules
        self.policy = policy
    }
}

/// Whether a registered step may be executed.
public enum StepStatus: String, CaseIterable, Hashable, Sendable {
    /// It may.
    case active
    /// Executing it is the error ``DedupError/Code/inactiveStep``.
    case inactive
}

/// What a step has done in this process since it was registered. Answers from the cache are not runs.
public struct StepStatistics: Hashable, Sendable {
    /// How often the step's body has ended, with a value or an error.
    public internal(set) var runs = 0

    /// How many of those runs ended with an error.
    public internal(set) var failures = 0

    /// When the last run began.
    public internal(set) var lastRun: WallTime?

    /// How long the last run took.
    public internal(set) var lastDuration: Duration?

    /// The type of the last error, and of a ``DedupError`` its code. Not the error's text: that may hold values.
    public internal(set) var lastError: String?
}
