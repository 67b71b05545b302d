internal import Synchronization

/// Where the pacer hands the requests of one worker to its idle clients, in order.
///
/// Worker w of n gets the positions w, w + n, w + 2n and so on, so a hand-over is a count and needs no queue.
final class Mailbox: Sendable {
    /// A request that is handed over, by its number among those of the worker.
    struct Turn {
        var number: Int
        /// When an idle client was woken for it; nil where a client came for it by itself.
        var wokenAt: UInt64?
        /// Whether it had to wait for a client until nothing more was released: what is left over is made before a rest.
        var isLast = false
    }

    private struct State {
        var released = 0
        var taken = 0
        var isClosed = false
        var idle: [UnsafeContinuation<Turn?, Never>] = []
    }

    private let state = Mutex(State())
    private let clearedAt = Atomic<UInt64>(0)
    /// How far ahead of their times requests are handed over.
    let lead = Lead()

    init(clients: Int) {
        state.withLock { $0.idle.reserveCapacity(clients) }
    }

    /// The next turn of the worker; waits for one, and is nil once the mailbox is closed.
    func next() async -> Turn? {
        if let turn = state.withLock({ Self.take(&$0) }) { return turn }
        return await withUnsafeContinuation { continuation in
            let answer = state.withLock { state -> Turn?? in
                if let turn = Self.take(&state) { return .some(turn) }
                if state.isClosed { return .some(nil) }
                state.idle.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private static func take(_ state: inout State) -> Turn? {
        guard state.taken < state.released else { return nil }
        state.taken += 1
        return Turn(number: state.taken - 1, isLast: state.isClosed && state.taken == state.released)
    }

    /// When the last request that had to wait for a client was called, after all were released; 0 if none had to.
    var backlogEnd: UInt64 { clearedAt.load(ordering: .relaxed) }

    /// The last request that had to wait is called now.
    func noteBacklogEnd(_ time: UInt64) { clearedAt.store(time, ordering: .relaxed) }

    /// Whether a client waits for a request.
    var hasIdleClient: Bool { state.withLock { !$0.idle.isEmpty } }

    /// Releases the next request at a time, which is now; `note` is told, before a client gets it, whether a client was idle.
    func release(at time: UInt64, _ note: (_ hasIdleClient: Bool) -> Void) {
        let handed = state.withLock { state -> (UnsafeContinuation<Turn?, Never>, Turn)? in
            note(!state.idle.isEmpty)
            state.released += 1
            guard let client = state.idle.popLast() else { return nil }
            state.taken += 1
            return (client, Turn(number: state.taken - 1, wokenAt: time))
        }
        if let (client, turn) = handed { client.resume(returning: turn) }
    }

    /// Takes releases again, when all clients have ended.
    func reopen() {
        clearedAt.store(0, ordering: .relaxed)
        state.withLock { $0.isClosed = false }
    }

    /// Ends the clients: at once if `discarding`, otherwise when all that was released is taken.
    func close(discarding: Bool) {
        let idle = state.withLock { state in
            state.isClosed = true
            if discarding { state.taken = state.released }
            let idle = state.idle
            state.idle = []
            return idle
        }
        for client in idle { client.resume(returning: nil) }
    }
}
