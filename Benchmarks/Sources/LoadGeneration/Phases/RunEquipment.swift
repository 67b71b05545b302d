internal import DedupVerification
package import Evidence
package import Measurement
internal import Synchronization
internal import Workloads

/// What all phases of one run share.
struct RunEquipment {
    var machine: any Machine
    var recorder: HistoryRecorder
    var log: ExecutionLog
    /// Where the history is moved to at rest; nil: it stays in the recorder.
    var spool: HistorySpool?
    var workers: [Worker]
    var hiccups: HiccupMonitor
    var watchdog: Watchdog
    var memory: Result<any MemorySource, JemallocError>
    /// What was allocated before the subject was made: the harness itself, and what earlier runs have left.
    var allocatedBefore: Int?
    var configuration: LoadConfiguration
    var stop: StopSignal
    /// The turns of the run among others; nil where it runs alone.
    var turns: (any Turns)?
    /// Told now and then how far the run is; nil where nothing is to know.
    var progress: (@Sendable (LoadProgress) -> Void)?
    var subjectName: String
    var phaseCount: Int
    /// How many entries the subject's cache holds when it is full; nil where it has no such bound.
    var boundedEntries: Int?
    /// Whether the subject lets duplicates join.
    var mustJoin: Bool

    /// `stats.allocated` of the allocator; nil when there is no such allocator.
    var allocated: Int? { try? memory.get().reading().allocated }

    /// What the subject has had allocated since it was made.
    var allocatedBySubject: Int? { allocatedBefore.flatMap { before in allocated.map { $0 - before } } }
}

/// What was noted of a phase while it ran; the rest of its result is computed from the history.
package struct PhaseTrace {
    var plan: PhasePlan
    /// How the phase ended.
    package var ending = PhaseEnding.completed
    /// When the clients were let go, in nanoseconds of the machine's time.
    package var start: UInt64 = 0
    /// When the last call had returned, or the phase was given up.
    package var end: UInt64 = 0
    /// How long the clients waited while the history was moved out of memory, requests were drawn or other runs had their turns, in
    /// nanoseconds.
    var paused: UInt64 = 0
    /// When the machine did not run us.
    package var stalls = StallReport()
    var memory: MemoryEvidence?
    /// How the subject became steady; nil for a phase that does not wait for that.
    var warmUp: WarmUpEvidence?
    /// Where what grew was allocated; nil where that was not recorded.
    var heap: HeapProfiles?
    /// How many requests the phase came to ask for, of those that were planned.
    var limit: Int
    /// The threads of the process at each sample of memory.
    package var threads: [Int] = []
    var allocatedEnd: Int?
    /// How many processors other programs kept busy while the phase ran.
    var foreignProcessors: Double?
    var releases: ReleaseTimes?
    /// When the last request of an open loop was intended to start, in nanoseconds from the start of the phase, without rests.
    var lastIntended: UInt64 = 0
    /// Whether the phase was ended because the disk had no room for more of its history.
    var isDiskFull = false
    /// Why the history could not be kept, so that the phase was given up.
    var failure: HistoryFileError?
    /// What was seen before the history was known.
    var observations: [GeneratorObservation] = []

    /// Nothing is noted yet but, in an open loop, what is released.
    package init(plan: PhasePlan, releases: ReleaseTimes? = nil) {
        self.plan = plan
        self.releases = releases
        lastIntended = plan.stream.isOpen ? plan.stream[plan.stream.count - 1].intended : 0
        limit = plan.looks.first.flatMap { samples in plan.phase.memory.map { samples * $0.operations } } ?? plan.limit
    }
}

/// Asks a run to end early: set from a signal handler's queue or any thread, looked at by every client once a request.
package final class StopSignal: Sendable {
    /// How long anything waits at most before it looks for the signal: 50 ms, in nanoseconds.
    static let longestWait: UInt64 = 50_000_000

    private let flag = Atomic<Bool>(false)

    private let parent: StopSignal?

    /// A signal that is not given yet.
    package convenience init() { self.init(within: nil) }

    /// A signal that is given, too, when its parent is.
    init(within parent: StopSignal?) { self.parent = parent }

    /// Gives the signal. Phases end as soon as their open calls have returned.
    package func stop() { flag.store(true, ordering: .releasing) }

    /// Whether it was given.
    package var isSet: Bool { flag.load(ordering: .relaxed) || parent?.isSet == true }
}
