internal import Dispatch
internal import Measurement
internal import Synchronization
internal import Workloads

/// Looks at the pulses of a phase from a timer: reports progress, and gives the phase up when the subject hangs.
///
/// Unchecked: Dispatch sources may be cancelled from any thread, though their type does not say so.
final class PhaseMonitor: @unchecked Sendable {
    private struct State {
        var completed = 0
        var reported: UInt64
        var changed: UInt64
    }

    private let pulses: [Pulse]
    private let watchdog: UInt64
    private let report: @Sendable (_ operations: Int, _ rate: Double) -> Void
    private let giveUp: @Sendable () -> Void
    private let state = Mutex(State(reported: MonotonicClock.now(), changed: MonotonicClock.now()))
    private let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "dedupbench.monitor"))

    init(
        pulses: [Pulse], watchdog: UInt64, interval: Duration,
        report: @escaping @Sendable (_ operations: Int, _ rate: Double) -> Void, giveUp: @escaping @Sendable () -> Void
    ) {
        self.pulses = pulses
        self.watchdog = watchdog
        self.report = report
        self.giveUp = giveUp
        let nanoseconds = Int(interval.nanoseconds)
        timer.schedule(deadline: .now() + .nanoseconds(nanoseconds), repeating: .nanoseconds(nanoseconds))
        timer.setEventHandler { [weak self] in self?.look() }
        timer.resume()
    }

    func cancel() {
        timer.cancel()
    }

    private func look() {
        let completed = pulses.reduce(0) { $0 + $1.completed }
        let started = pulses.reduce(0) { $0 + $1.started }
        let now = MonotonicClock.now()
        let (rate, isStuck) = state.withLock { state in
            let rate = Double(completed - state.completed) * 1e9 / Double(max(1, now - state.reported))
            if completed != state.completed || started <= completed { state.changed = now }
            state.completed = completed
            state.reported = now
            return (rate, now - state.changed > watchdog)
        }
        report(completed, rate)
        if isStuck { giveUp() }
    }
}
