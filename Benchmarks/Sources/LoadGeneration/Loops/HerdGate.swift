internal import Synchronization

/// Releases clients together: whoever comes last lets all go.
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

    /// From now on so many parties are waited for. Called while nobody is at the gate.
    func assemble(_ parties: Int) {
        state.withLock { $0.parties = parties }
    }

    /// Waits until all parties have arrived.
    func arrive() async {
        await withUnsafeContinuation { continuation in
            release(
                state.withLock { state in
                    state.waiting.append(continuation)
                    return Self.herd(&state)
                })
        }
    }

    /// Goes until the next ``assemble(_:)``: the others no longer wait for this party.
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
