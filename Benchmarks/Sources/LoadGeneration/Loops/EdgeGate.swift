internal import Synchronization
internal import Workloads

/// Where the clients of an edge phase wait for the time that the leader of their round sets, and where it is learnt how late
/// they come.
///
/// What a herd is to be early or late by, is not what it is: timers are late, and so is the event itself. By how much, on
/// average, the next herds are sent earlier.
final class EdgeGate: Sendable {
    /// Which clients of a round go together.
    enum Group: Int, CaseIterable {
        /// The herd.
        case herd
        /// The one that makes the event: the leader, or the client that invalidates.
        case maker
    }

    private struct State {
        /// By group, the last round that was let go.
        var released = [-1, -1]
        var waiting: [[UnsafeContinuation<Bool, Never>]] = [[], []]
        var isClosed = false
        /// How much later herds come than they are sent for, smoothed; in nanoseconds.
        var lateness: Int64 = 0
        /// When the first of the herd called, in the round that runs.
        var came: UInt64?
        /// When the event was, in the round that runs.
        var happened: UInt64?
    }

    let schedule: EdgeSchedule
    private let state = Mutex(State())

    init(_ schedule: EdgeSchedule) { self.schedule = schedule }

    // MARK: - The leader

    /// Begins a round, and learns from the one before it. All clients are done with that.
    func begin(_ round: Int) {
        state.withLock { state in
            if let came = state.came, let happened = state.happened {
                let offset = Int64(came) - Int64(happened)
                // Once a process was stopped for a second, the next herds are not to be a second early.
                let error = min(schedule.sweep, max(-schedule.sweep, offset - schedule.offset(ofRound: round - 1)))
                state.lateness = min(schedule.sweep, max(-schedule.sweep, state.lateness + error / 8))
            }
            state.came = nil
            state.happened = nil
        }
    }

    /// When to let the herd of a round go for an event that is to be at a time.
    func time(ofRound round: Int, event: UInt64) -> UInt64 {
        let time = Int64(event) + schedule.offset(ofRound: round) - state.withLock { $0.lateness }
        return UInt64(max(0, time))
    }

    /// Lets a group go.
    func release(_ group: Group, in round: Int) {
        let clients = state.withLock { state in
            state.released[group.rawValue] = round
            defer { state.waiting[group.rawValue] = [] }
            return state.waiting[group.rawValue]
        }
        for client in clients { client.resume(returning: true) }
    }

    /// Ends the phase: no round follows.
    func close() {
        let clients = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [[], []] }
            return state.waiting.flatMap(\.self)
        }
        for client in clients { client.resume(returning: false) }
    }

    // MARK: - All others

    /// Whether no round follows.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Waits until the group is let go in a round.
    ///
    /// - Returns: False if there is no such round any more.
    func released(_ group: Group, in round: Int) async -> Bool {
        await withUnsafeContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.isClosed { return false }
                if state.released[group.rawValue] >= round { return true }
                state.waiting[group.rawValue].append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// A client of the herd calls now.
    func comes(at time: UInt64) { state.withLock { $0.came = min($0.came ?? .max, time) } }

    /// The event is now, as far as a client can tell.
    func happens(at time: UInt64) { state.withLock { $0.happened = time } }
}
