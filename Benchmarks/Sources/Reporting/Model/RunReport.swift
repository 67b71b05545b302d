internal import DedupVerification

/// Which run this is, and how to have it again.
package struct RunIdentity: Sendable {
    /// The id: time, scenario and commit. It is the first column of every table and the name of the bundle.
    package var id: String
    /// The name of the scenario.
    package var scenario: String
    /// What fixed everything random.
    package var seed: UInt64
    /// The commit of the code, with `-dirty` behind it if the code differs from it; or `nogit`.
    package var commit: String
    /// When the run started, as ISO 8601 in UTC.
    package var startedAt: String
    /// The arguments, as they were given.
    package var arguments: [String]
    /// A command line that repeats the run.
    package var replay: String

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

/// Everything a run came to: what all files and tables are written from.
package struct RunReport: Sendable {
    /// Which run it is.
    package var identity: RunIdentity
    /// One a subject and combination of the matrix, in the order in which they ran.
    package var subjects: [SubjectReport] = []
    /// Why the run is not whole; nil when it is.
    package var interruption: String?
    /// The exit code of an interrupted run: 130, or 143 after SIGTERM.
    package var interruptionCode = RunVerdict.interrupted.exitCode
    /// Subjects and combinations that were to run and did not.
    package var skipped: [String] = []
    /// The scenario with every default and override, as YAML.
    package var resolvedScenario: String
    /// The machine, as JSON.
    package var environment: String

    /// A report without subjects.
    package init(identity: RunIdentity, resolvedScenario: String, environment: String) {
        self.identity = identity
        self.resolvedScenario = resolvedScenario
        self.environment = environment
    }

    /// Whether anything is missing.
    package var isPartial: Bool { interruption != nil }

    /// The verdict: that of the worst subject. A run that was interrupted never passes. A floor that is not judged says
    /// nothing about the others, unless it breaks a gate.
    package var verdict: RunVerdict {
        let judged = subjects.filter { $0.isJudged || $0.verdict == .fail || $0.verdict == .hung }
        let verdicts = (judged.isEmpty ? subjects : judged).map(\.verdict)
        return RunVerdict.combined(verdicts + (isPartial ? [.interrupted] : []))
    }

    /// The exit code: interrupted before all else, because the user who interrupted expects to see that.
    package var exitCode: Int32 { isPartial ? interruptionCode : verdict.exitCode }

    /// Whether combinations were compared.
    package var isMatrix: Bool { subjects.contains { !$0.strategy.isEmpty } }

    /// The subjects as they are shown: combinations of a matrix that passed first, each group by rising executions.
    package var ranked: [SubjectReport] {
        guard isMatrix else { return subjects }
        return subjects.enumerated().sorted { first, second in
            (first.element.rank.group, first.element.rank.executionsPerOperation, first.offset)
                < (second.element.rank.group, second.element.rank.executionsPerOperation, second.offset)
        }.map(\.element)
    }

    /// The combination with the fewest executions of those that passed; nil when none did, and outside a matrix.
    package var best: SubjectReport? {
        isMatrix ? ranked.first { $0.rank.group == 0 } : nil
    }

    /// Whether combinations made different numbers of operations, so that their executions do not compare as they are.
    package var operationsDiffer: Bool { Set(subjects.map(\.total.counts.operations)).count > 1 }
}
