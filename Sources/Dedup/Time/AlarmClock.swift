package import Caching

/// Delivers events at their deadlines with one sleeping task, however many alarms are set.
///
/// The task exists only while an alarm is set. A new one takes its place only when an alarm comes before all others,
/// because a cancelled sleep keeps its timer in the system for a while: with ``SystemTimeSource`` for a second at most, so
/// that neither an alarm set before a far one nor a clock that is dropped with a far one holds memory until then.
package final class AlarmClock<Event: Sendable>: Sendable {
    private struct State: Sendable {
        var queue = AlarmQueue<Event>()
        var sleeper = Sleeper.none
        var nextGeneration: UInt64 = 0
    }

    private enum Sleeper: Sendable {
        case none
        case sleeping(generation: UInt64, until: MonotonicInstant, task: Task<Void, Never>?)
    }

    private let time: any TimeSource
    private let deliver: @Sendable (Event) -> Void
    private let state = Lock(State())

    /// Makes a clock that hands each event to `deliver` outside every lock, on a task of its own.
    package init(time: any TimeSource, deliver: @escaping @Sendable (Event) -> Void) {
        self.time = time
        self.deliver = deliver
    }

    deinit {
        if case .sleeping(_, _, let task) = state.withLock({ $0.sleeper }) { task?.cancel() }
    }

    /// How many alarms are set.
    package var count: Int { state.withLock { $0.queue.count } }

    /// Sets an alarm and returns the ticket to remove it with.
    package func set(_ event: Event, at deadline: MonotonicInstant) -> UInt64 {
        let (ticket, start) = state.withLock { state -> (UInt64, (generation: UInt64, late: Task<Void, Never>?)?) in
            let ticket = state.queue.insert(event, at: deadline)
            if case .sleeping(_, let until, _) = state.sleeper, until <= deadline { return (ticket, nil) }
            var late: Task<Void, Never>?
            if case .sleeping(_, _, let task) = state.sleeper { late = task }
            state.nextGeneration += 1
            state.sleeper = .sleeping(generation: state.nextGeneration, until: deadline, task: nil)
            return (ticket, (state.nextGeneration, late))
        }
        if let start {
            start.late?.cancel()
            startSleeper(start.generation)
        }
        return ticket
    }

    /// Removes an alarm; does nothing if it has gone off.
    package func remove(_ ticket: UInt64) {
        state.withLock { $0.queue.remove(ticket) }
    }

    private func startSleeper(_ generation: UInt64) {
        // The sleeper does not hold its clock while it sleeps, so that its timers go with a deduplicator that is dropped.
        let task = Task.detached { [weak self, time] in
            while let deadline = self?.nextDeadline(generation) {
                do {
                    try await time.sleep(until: deadline)
                } catch {
                    self?.giveUp(generation)
                    return
                }
                self?.deliverDue(generation)
            }
        }
        let isLate = state.withLock { state -> Bool in
            guard case .sleeping(generation, let until, _) = state.sleeper else { return true }
            state.sleeper = .sleeping(generation: generation, until: until, task: task)
            return false
        }
        if isLate { task.cancel() }
    }

    /// The sleep was cut short. If no other sleeper has taken over, the next alarm that is set starts one.
    private func giveUp(_ generation: UInt64) {
        state.withLock { state in
            if case .sleeping(generation, _, _) = state.sleeper { state.sleeper = .none }
        }
    }

    /// When to wake up, or nil when another sleeper has taken over or nothing is left to wait for.
    private func nextDeadline(_ generation: UInt64) -> MonotonicInstant? {
        state.withLock { state in
            guard case .sleeping(generation, _, let task) = state.sleeper else { return nil }
            guard let deadline = state.queue.nextDeadline else {
                state.sleeper = .none
                return nil
            }
            state.sleeper = .sleeping(generation: generation, until: deadline, task: task)
            return deadline
        }
    }

    private func deliverDue(_ generation: UInt64) {
        let now = time.now
        while true {
            let event = state.withLock { state -> Event? in
                guard case .sleeping(generation, _, _) = state.sleeper else { return nil }
                return state.queue.popDue(at: now)
            }
            guard let event else { return }
            deliver(event)
        }
    }
}
