package import Measurement

/// The figures of one run, small enough to be kept for years: a line of the history of runs, and what a later run is held
/// against.
package struct RunRecord: Hashable, Codable, Sendable {
    /// What was observed of one metric, in its base unit.
    package struct Figure: Hashable, Codable, Sendable {
        /// The value.
        package var value: Double
        /// The lower end of its 95 % interval; nil where there is none.
        package var low: Double?
        /// The upper end of its 95 % interval; nil where there is none.
        package var high: Double?

        /// A figure.
        package init(_ value: Double, low: Double? = nil, high: Double? = nil) {
            self.value = value
            self.low = low
            self.high = high
        }
    }

    /// The figures of a phase, or of a subject as a whole.
    package struct Phase: Hashable, Codable, Sendable {
        /// The name of the phase; ``RunRecord/whole`` for the subject as a whole.
        package var name: String
        /// Calls that were made.
        package var operations: Int
        /// The figures, by the names of their metrics. What was not measured is not there.
        package var figures: [String: Figure]

        /// Figures of a phase.
        package init(name: String, operations: Int, figures: [String: Figure]) {
            self.name = name
            self.operations = operations
            self.figures = figures
        }
    }

    /// The figures of a subject.
    package struct Subject: Hashable, Codable, Sendable {
        /// The subject with its combination of the matrix.
        package var name: String
        /// What it came to.
        package var verdict: String
        /// The phases that count, and the subject as a whole.
        package var phases: [Phase]

        /// Figures of a subject.
        package init(name: String, verdict: String, phases: [Phase]) {
            self.name = name
            self.verdict = verdict
            self.phases = phases
        }
    }

    /// What the figures of a subject as a whole are called, as in `metrics.csv`.
    package static let whole = "all"

    /// The id of the run.
    package var id: String
    /// When the run started, as ISO 8601 in UTC.
    package var startedAt: String
    /// The commit of the code.
    package var commit: String
    /// The name of the scenario.
    package var scenario: String
    /// The same for runs whose requests were the same, see ``ScenarioLines/load(of:)``.
    package var digest: String
    /// What fixed everything random.
    package var seed: UInt64
    /// The machine.
    package var machine: MachineFingerprint
    /// What the run came to.
    package var verdict: String
    /// The subjects, in the order in which they ran.
    package var subjects: [Subject] = []

    enum CodingKeys: String, CodingKey {
        case id
        case startedAt = "started_at"
        case commit, scenario
        case digest = "scenario_digest"
        case seed, machine, verdict, subjects
    }

    /// The record of a run, without figures yet.
    package init(of run: RunEvidence, verdict: String) {
        id = run.identity.id
        startedAt = run.identity.startedAt
        commit = run.identity.commit
        scenario = run.identity.scenario
        digest = ScenarioLines.load(of: run.resolvedScenario).digest
        seed = run.identity.seed
        machine = MachineFingerprint(run.environment)
        self.verdict = verdict
    }
}

/// What a run is held against: the runs of a baseline, as they were when it began.
package struct BaselineEvidence: Hashable, Codable, Sendable {
    /// The name of the baseline.
    package var name: String
    /// Its runs, from the oldest on.
    package var runs: [RunRecord]
    /// Whether a regression fails the run.
    package var isDemanded: Bool

    /// A baseline that a run is held against.
    package init(name: String, runs: [RunRecord], isDemanded: Bool) {
        self.name = name
        self.runs = runs
        self.isDemanded = isDemanded
    }
}
