package import DedupVerification
package import Gates
package import Measurement

/// Everything that was measured in one phase of one subject.
package struct PhaseResult: Sendable {
    /// The phase's name in the scenario.
    package var name: String
    /// The phase's number: ``Call/phase`` of its calls.
    package var number: UInt16
    /// Whether the phase warms up: verified, but left out of latencies and gates.
    package var isWarmup: Bool
    /// Whether requests had intended starts (an open loop).
    package var isOpen: Bool
    /// How the phase ended.
    package var ending: PhaseEnding
    /// When the clients were let go, in nanoseconds of the monotonic clock.
    package var start: UInt64
    /// When the last call had returned, or the phase was given up.
    package var end: UInt64
    /// How many requests were to be made; nil if only time bounds the phase.
    package var intendedOperations: Int?
    /// Calls that were made, returned or not.
    package var operations: Int
    /// Executions that began during the phase.
    package var executions: Int
    /// How long the phase's calls took.
    package var latencies: PhaseLatencies
    /// What concurrency was achieved.
    package var concurrency: AchievedConcurrency
    /// The herds of a closed phase whose keys come in bursts; nil otherwise.
    package var herds: HerdReport?
    /// The stalls of the machine while the phase ran.
    package var hiccups: HiccupReport
    /// The live bytes of a memory phase at its quiescent points, those included that the scenario says to leave out; nil
    /// for other phases.
    package var memory: MemorySeries?
    /// The threads of the process at each sample of ``memory``.
    package var threads: [Int]
    /// How many processors other programs kept busy while the phase ran, on average; nil where the system does not tell.
    package var foreignProcessors: Double?
    /// What was allocated when the phase had ended, above what was before the subject was made; nil when there is no
    /// allocator that tells.
    package var allocatedEnd: Int?
    /// What the audits found.
    package var audits: [AuditFinding]
    /// Calls that had not returned when the phase was given up.
    package var stuck: [StuckCall]

    /// How long the phase took, in nanoseconds.
    package var duration: UInt64 { end - start }
    /// Calls made a second.
    package var throughput: Double { duration == 0 ? 0 : Double(operations) * 1e9 / Double(duration) }
    /// Whether the phase did not do all it was meant to.
    package var isPartial: Bool { ending == .stopped || ending == .hung }
    /// Why the phase's figures cannot be trusted; empty if they can.
    package var invalidReasons: [String] { audits.filter { !$0.passed }.map(\.explanation) }
}

/// A call that did not return.
package struct StuckCall: Hashable, Sendable, CustomStringConvertible {
    /// The request's number in the phase's stream.
    package var request: UInt32
    /// Its key.
    package var key: UInt32
    /// For how long it had been open, in nanoseconds.
    package var age: UInt64

    /// One line for people.
    package var description: String { "request \(request) for key \(key), open for \(age / 1_000_000) ms" }
}

/// One subject, driven through the phases of a scenario.
package struct SubjectRun: Sendable {
    /// What was driven.
    package var subject: SubjectInformation
    /// The phases that were begun, in order.
    package var phases: [PhaseResult]
    /// Everything that was seen, all phases together. Not to be judged if ``SubjectInformation/isJudged`` is false.
    package var history: History
    /// What the subject itself counted.
    package var counters: SubjectCounters
    /// What the operation counted: processes spawned, for example.
    package var figures: [OperationFigure]
    /// How many phases the scenario has.
    package var plannedPhases: Int
    /// Where the subject hung (exit code 3); nil if it did not.
    package var hang: SubjectHang?

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
