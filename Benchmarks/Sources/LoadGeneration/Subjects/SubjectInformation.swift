package import DedupVerification
package import Workloads

/// What a subject is, what it promises, and what it can report.
package struct SubjectInformation: Hashable, Sendable {
    /// The name by which it is chosen: `--subject NAME`.
    package var name: String
    /// One line for people.
    package var summary: String
    /// Whether a call blocks its thread while it waits. Its clients then get a thread each.
    package var blocks: Bool
    /// Whether the checker judges its calls. Only the harness's own floor, which executes nothing, is not judged.
    package var isJudged: Bool
    /// What it promises to do with a call whose key is being executed.
    package var duplicates: DuplicateMode
    /// Whether it gives results up for lack of room, so that an eviction excuses an execution.
    package var isCapacityBounded: Bool
    /// Whether it names executions by a number of its own, which ``Operation/run(epoch:)`` was told. Rejections and
    /// excuses then carry that number, and the load runner translates it.
    package var namesExecutionsByEpoch: Bool
    /// Whether it may answer with errors of its own, such as those of a deadline or a limit, that come from no execution.
    package var failsWithoutExecution: Bool
    /// For how long past its lifetime it may answer with a result that it calls stale; nil: never.
    package var staleAllowance: Duration?
    /// How long after it removed a result it logs the excuse, at most.
    package var removalLag: Duration

    /// A description; by default of a judged, non-blocking subject without bound that joins duplicates, answers with no
    /// errors but those of executions, with nothing stale, and logs a removal within 50 ms.
    package init(
        name: String, summary: String, blocks: Bool = false, isJudged: Bool = true, duplicates: DuplicateMode = .join,
        isCapacityBounded: Bool = false, namesExecutionsByEpoch: Bool = false, failsWithoutExecution: Bool = false,
        staleAllowance: Duration? = nil, removalLag: Duration = .milliseconds(50)
    ) {
        self.name = name
        self.summary = summary
        self.blocks = blocks
        self.isJudged = isJudged
        self.duplicates = duplicates
        self.isCapacityBounded = isCapacityBounded
        self.namesExecutionsByEpoch = namesExecutionsByEpoch
        self.failsWithoutExecution = failsWithoutExecution
        self.staleAllowance = staleAllowance
        self.removalLag = removalLag
    }
}

/// What a subject is made with: the scenario's system settings and what it needs to know about the load.
package struct SubjectSettings: Sendable {
    /// Duplicates mode, capacity, policy, time to live, cached failures, shards.
    package var system: SystemSettings
    /// The scenario's seed.
    package var seed: UInt64
    /// One more than the largest key that any phase asks for.
    package var keyCount: Int
    /// Where evictions, expirations and invalidations are logged.
    package var excuses: ExcuseLog
    /// Whose time passes in the run; a subject without a clock of its own lets its results expire by it.
    package var machine: any Machine

    /// Settings.
    package init(
        system: SystemSettings, seed: UInt64, keyCount: Int, excuses: ExcuseLog, machine: any Machine
    ) {
        self.system = system
        self.seed = seed
        self.keyCount = keyCount
        self.excuses = excuses
        self.machine = machine
    }
}

/// How a subject is made: listed by `dedupbench list`, and made anew for every run.
package struct SubjectBlueprint: Sendable {
    /// What will be made.
    package let information: SubjectInformation
    /// Makes it.
    package let make: @Sendable (SubjectSettings) throws -> any Subject

    /// A blueprint.
    package init(_ information: SubjectInformation, make: @escaping @Sendable (SubjectSettings) throws -> any Subject) {
        self.information = information
        self.make = make
    }
}
