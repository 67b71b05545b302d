package import Workloads

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

    /// Settings.
    package init(system: SystemSettings, seed: UInt64, keyCount: Int, excuses: ExcuseLog) {
        self.system = system
        self.seed = seed
        self.keyCount = keyCount
        self.excuses = excuses
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
