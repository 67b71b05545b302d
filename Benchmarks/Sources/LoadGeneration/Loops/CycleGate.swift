internal import Synchronization

/// A stretch of a phase that ends with all clients waiting: a phase has one, a memory phase one a sample.
struct Cycle: Sendable {
    /// Requests before this position belong to it.
    var limit: Int
    /// No call starts at or after this time.
    var deadline: UInt64
}

/// Where the clients of a phase wait between cycles, and where the conductor waits for them.
final class CycleGate: Sendable {
    /// What the conductor came back with.
    enum Arrival: Sendable {
        /// All clients wait at the gate.
        case complete
        /// Somebody gave up waiting for them.
        case abandoned
    }

    private struct State {
        var clients: [UnsafeContinuation<Cycle?, Never>] = []
        var conductor: UnsafeContinuation<Arrival, Never>?
        var isAbandoned = false
    }

    private let parties: Int
    private let state = Mutex(State())

    init(parties: Int) {
        self.parties = parties
        state.withLock { $0.clients.reserveCapacity(parties) }
    }

    /// A client waits for the next cycle; nil: there is none.
    func next() async -> Cycle? {
        await withUnsafeContinuation { continuation in
            let conductor = state.withLock { state -> UnsafeContinuation<Arrival, Never>? in
                state.clients.append(continuation)
                return state.clients.count == parties ? state.conductor.take() : nil
            }
            conductor?.resume(returning: .complete)
        }
    }

    /// The conductor waits until every client is at the gate.
    func allArrived() async -> Arrival {
        await withUnsafeContinuation { continuation in
            let arrival = state.withLock { state -> Arrival? in
                if state.clients.count == parties { return .complete }
                if state.isAbandoned { return .abandoned }
                state.conductor = continuation
                return nil
            }
            if let arrival { continuation.resume(returning: arrival) }
        }
    }

    /// Lets the clients that wait go into a cycle, or home.
    func open(_ cycle: Cycle?) {
        let clients = state.withLock { state in
            let clients = state.clients
            state.clients.removeAll(keepingCapacity: true)
            return clients
        }
        for client in clients { client.resume(returning: cycle) }
    }

    /// Sends the conductor back without the clients that are missing.
    func abandon() {
        let conductor = state.withLock { state in
            state.isAbandoned = true
            return state.conductor.take()
        }
        conductor?.resume(returning: .abandoned)
    }
}
