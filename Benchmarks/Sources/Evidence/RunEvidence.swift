package import Foundation
package import Measurement

/// Which run this is, and how to have it again.
package struct RunIdentity: Hashable, Codable, Sendable {
    /// The id: time, scenario and commit. It is the first column of every table and the name of the bundle.
    package var id: String
    /// The name of the scenario.
    package var scenario: String
    /// What fixed everything random.
    package var seed: UInt64
    /// The commit of the code, with `-dirty` behind it if the code differs from it; or `nogit`.
    package var commit: String
    /// When the run started, as ISO 8601 in UTC, to the millisecond: runs are ordered by it. Earlier bundles have whole seconds.
    package var startedAt: String
    /// The arguments, as they were given.
    package var arguments: [String]
    /// A command line that repeats the run.
    package var replay: String

    /// How ``startedAt`` is written; it reads whole seconds, too.
    package static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// An identity from its parts.
    package init(
        id: String, scenario: String, seed: UInt64, commit: String, startedAt: String, arguments: [String],
        replay: String
    ) {
        self.id = id
        self.scenario = scenario
        self.seed = seed
        self.commit = commit
        self.startedAt = startedAt
        self.arguments = arguments
        self.replay = replay
    }
}

/// Why a run is not whole.
package struct RunInterruption: Hashable, Codable, Sendable {
    /// The reason, for people.
    package var reason: String
    /// The exit code of the run: 130, or 143 after SIGTERM, or that of what failed.
    package var exitCode: Int32

    /// An interruption.
    package init(_ reason: String, exitCode: Int32) {
        self.reason = reason
        self.exitCode = exitCode
    }
}

/// One of the runs that were merged into one.
package struct RunPart: Hashable, Codable, Sendable {
    /// Which run it is.
    package var identity: RunIdentity
    /// The machine that it was made on.
    package var environment: MachineEnvironment
}

/// Everything that a run measured: what is judged, what every file and table is written from, and what the bundle keeps.
package struct RunEvidence: Hashable, Codable, Sendable {
    /// Which run it is.
    package var identity: RunIdentity
    /// One a subject and combination of the matrix, in the order in which they ran.
    package var subjects: [SubjectEvidence] = []
    /// The runs that this one was merged from; none if it was not.
    package var parts: [RunPart] = []
    /// Why the run is not whole; nil when it is.
    package var interruption: RunInterruption?
    /// Subjects and combinations that were to run and did not.
    package var skipped: [String] = []
    /// The gates that the run was asked to keep, as they were written.
    package var gates: [String] = []
    /// How late 1 % of the requests of an open loop may be released, and how long they may wait for a client, in nanoseconds: as
    /// long as a hit may take at most, by default. Nil in evidence of version 2, of which the default is meant.
    package var lagLimit: UInt64? = RunEvidence.defaultLagLimit
    /// What the run is held against; nil when it is held against gates only.
    package var baseline: BaselineEvidence?
    /// The scenario with every default and override, as YAML.
    package var resolvedScenario: String
    /// The machine.
    package var environment: MachineEnvironment

    /// What ``lagLimit`` is where nothing else is asked for: 50 ms.
    package static let defaultLagLimit: UInt64 = 50_000_000
    /// What ``lagLimit`` may be: up to an hour.
    package static let lagLimits: ClosedRange<UInt64> = 1...3_600_000_000_000

    /// Evidence of nothing yet.
    package init(
        identity: RunIdentity, gates: [String] = [], resolvedScenario: String, environment: MachineEnvironment
    ) {
        self.identity = identity
        self.gates = gates
        self.resolvedScenario = resolvedScenario
        self.environment = environment
    }
}
