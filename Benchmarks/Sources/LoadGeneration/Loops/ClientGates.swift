internal import Synchronization
internal import Workloads

/// A stretch of a phase that ends with all clients waiting: a memory phase has one a sample, and others one a piece of their requests.
struct Cycle: Sendable {
    /// Requests before this position belong to it.
    var limit: Int
    /// Requests before this position follow, maybe after a rest in which no time passes for the phase.
    var last: Int
    /// No call starts at or after this time.
    var deadline: UInt64
    /// The requests, among which those of the cycle are.
    var requests: RequestStream
}

/// Where the clients of a phase wait between cycles, and where the conductor waits for them.
final class CycleGate: Sendable {
    /// How the conductor's wait for the clients ended.
    enum Assembly: Sendable {
        /// All clients wait at the gate.
        case complete
        /// They were given up.
        case abandoned
    }

    private struct State {
        var clients: [UnsafeContinuation<Cycle?, Never>] = []
        var conductor: UnsafeContinuation<Assembly, Never>?
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
            let conductor = state.withLock { state -> UnsafeContinuation<Assembly, Never>? in
                state.clients.append(continuation)
                return state.clients.count == parties ? state.conductor.take() : nil
            }
            conductor?.resume(returning: .complete)
        }
    }

    /// The conductor waits until every client is at the gate.
    func assembled() async -> Assembly {
        await withUnsafeContinuation { continuation in
            let assembly = state.withLock { state -> Assembly? in
                if state.clients.count == parties { return .complete }
                if state.isAbandoned { return .abandoned }
                state.conductor = continuation
                return nil
            }
            if let assembly { continuation.resume(returning: assembly) }
        }
    }

    /// Lets the clients that wait go on with a cycle, or end where there is none.
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

/// Releases clients together: the last one of them to come lets all go.
final class HerdGate: Sendable {
    private struct State {
        var parties: Int
        var waiting: [UnsafeContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// A gate for so many parties.
    init(parties: Int) {
        var initial = State(parties: 0)
        initial.waiting.reserveCapacity(parties)
        state = Mutex(initial)
    }

    /// From now on so many parties are waited for. Called while no client is at the gate.
    func assemble(_ parties: Int) {
        state.withLock { $0.parties = parties }
    }

    /// Waits until all parties wait.
    func wait() async {
        await withUnsafeContinuation { continuation in
            release(
                state.withLock { state in
                    state.waiting.append(continuation)
                    return Self.herd(&state)
                })
        }
    }

    /// Stays away until the next ``assemble(_:)``: the others no longer wait for this party.
    func leave() {
        release(
            state.withLock { state in
                state.parties -= 1
                return Self.herd(&state)
            })
    }

    private static func herd(_ state: inout State) -> [UnsafeContinuation<Void, Never>] {
        guard !state.waiting.isEmpty, state.waiting.count >= state.parties else { return [] }
        let herd = state.waiting
        state.waiting = []
        state.waiting.reserveCapacity(state.parties)
        return herd
    }

    private func release(_ herd: [UnsafeContinuation<Void, Never>]) {
        for client in herd { client.resume() }
    }
}
