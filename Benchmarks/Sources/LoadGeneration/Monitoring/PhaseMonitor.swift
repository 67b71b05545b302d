internal import Synchronization
internal import Workloads

/// Looks at the pulses of a phase: reports progress, and gives the phase up when the subject hangs.
final class PhaseMonitor: Sendable {
    private let pulses: [Pulse]
    /// Nil where nothing is to know.
    private let report: (@Sendable (_ tally: LiveTally, _ rate: Double, _ now: UInt64) -> Void)?
    private let giveUp: @Sendable () -> Void
    private let state: Mutex<PulseReadings>

    init(
        pulses: [Pulse], readings: PulseReadings,
        report: (@Sendable (_ tally: LiveTally, _ rate: Double, _ now: UInt64) -> Void)?,
        giveUp: @escaping @Sendable () -> Void
    ) {
        self.pulses = pulses
        self.report = report
        self.giveUp = giveUp
        state = Mutex(readings)
    }

    /// Looks now.
    func look(at now: UInt64) {
        // Completions first: a call that is made in between must not look like one that hangs.
        let completed = pulses.reduce(0) { $0 + $1.completed }
        let started = pulses.reduce(0) { $0 + $1.started }
        let (rate, isStuck) = state.withLock { $0.read(started: started, completed: completed, at: now) }
        if isStuck { giveUp() }
        guard let report, let rate else { return }
        report(LiveTally(pulses), rate, now)
    }
}

/// What the pulses of a phase say over time.
package struct PulseReadings {
    private let watchdog: UInt64
    private let interval: UInt64
    private var reportedAt: UInt64
    private var reported = 0
    private var changedAt: UInt64
    private var completed = 0

    /// The readings of a phase that begins at `start`: its calls may take as long as the watchdog waits, and it is reported
    /// on at intervals; all in nanoseconds.
    package init(watchdog: UInt64, interval: UInt64, start: UInt64) {
        self.watchdog = watchdog
        self.interval = interval
        (reportedAt, changedAt) = (start, start)
    }

    /// Adds a reading, maybe one that a thread was about to take when the phase began.
    ///
    /// - Returns: Operations a second since the last report if another one is due; and whether calls are open but none has
    ///   returned for longer than the watchdog waits.
    package mutating func read(started: Int, completed: Int, at now: UInt64) -> (rate: Double?, isStuck: Bool) {
        let now = max(now, reportedAt, changedAt)
        if completed != self.completed || started <= completed { changedAt = now }
        self.completed = completed
        let isStuck = now - changedAt > watchdog
        guard now - reportedAt >= interval else { return (nil, isStuck) }
        let rate = Double(completed - reported) * 1e9 / Double(now - reportedAt)
        (reported, reportedAt) = (completed, now)
        return (rate, isStuck)
    }
}

/// What was allocated at the last sample of a memory phase: noted by its conductor, read by the watchdog.
final class SampledMemory: Sendable {
    private let bytes = Atomic<Int>(-1)

    /// The last sample in bytes; nil before the first one.
    var last: Int? {
        let bytes = bytes.load(ordering: .relaxed)
        return bytes < 0 ? nil : bytes
    }

    func note(_ allocated: Int) { bytes.store(allocated, ordering: .relaxed) }
}

/// How far a run is; reported a few times a second by the watchdog, never from the measured path.
package struct LoadProgress: Hashable, Sendable {
    /// The subject's name.
    package var subject: String
    /// The phase's name.
    package var phase: String
    /// Whether it is a warm-up, which no gate is held against.
    package var isWarmup: Bool
    /// The phase's number, from 0 on.
    package var phaseNumber: Int
    /// How many phases there are.
    package var phaseCount: Int
    /// How much of the phase is done, from 0 to 1.
    package var fraction: Double
    /// What the calls of the phase came to so far.
    package var tally: LiveTally
    /// What the subject has had allocated, in bytes: now, or at the last sample of memory; nil where that is not known.
    package var allocated: Int?
    /// Operations a second since the last report.
    package var rate: Double
}
