package import DedupBenchKit
package import DedupVerification
package import Evidence

/// One subject, driven through the phases of a scenario.
package struct SubjectRun: Sendable {
    /// What was driven.
    package var subject: SubjectBlueprint
    /// The phases that were begun, in order; not verified yet.
    package var phases: [PhaseEvidence]
    /// Everything that was seen, all phases together. Not to be judged if ``SubjectBlueprint/isJudged`` is false. Empty where it
    /// is stored.
    package var history: History
    /// A history that is too large to be held.
    package var stored: HistoryStore?
    /// The heap profiles of its memory phases, by the number of the phase.
    package var heapProfiles: [UInt16: HeapProfiles]
    /// What the subject itself counted.
    package var counters: SubjectCounters
    /// What the operation counted: processes spawned, for example.
    package var figures: [OperationFigure]
    /// What the subject had to say.
    package var notes: [String]
    /// How many phases the scenario has.
    package var plannedPhases: Int
    /// Where the subject hung (exit code 3); nil if it did not.
    package var hang: SubjectHang?

    /// How many calls were made.
    package var calls: Int { stored?.calls ?? history.calls.count }

    /// Whether the run was interrupted or the subject hung: what is there is valid as far as it goes.
    package var isPartial: Bool { isHung || phases.count < plannedPhases || phases.contains(where: \.isPartial) }
    /// Whether the subject hung.
    package var isHung: Bool { hang != nil }
}

/// What a subject did not return from while the watchdog waited.
package enum SubjectHang: String, Hashable, Sendable {
    /// Calls, or coming to rest between the samples of a memory phase.
    case call
    /// ``Subject/quiesce()`` after the last phase.
    case quiesce
    /// ``Subject/shutdown()``.
    case shutdown
}
