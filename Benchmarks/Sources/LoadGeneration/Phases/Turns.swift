internal import Synchronization
internal import Workloads

/// The turns of one run among others.
package protocol Turns: Sendable {
    /// Waits for the first turn. Nothing that takes processors is done before.
    func begin() async
    /// Ends the turn, and waits until the next one.
    func pass() async
    /// Ends the last turn, and waits until all runs have had theirs: what comes then disturbs no run. A second call
    /// returns at once.
    func end() async
}

/// Lets several runs generate load in turn: each makes a slice of its requests while all others rest. What the machine does at a
/// time then meets all of them alike, where runs one after the other differ by a fifth and more on a machine that others use, too.
///
/// In a rotation each run has one turn, in an order that is drawn anew each time.
package final class TurnTable: Sendable {
    private struct State {
        var order: TurnOrder
        /// Runs that wait for their turn, by number.
        var waiting: [Int: UnsafeContinuation<Void, Never>] = [:]
        /// Runs that have had their last turn.
        var done: [UnsafeContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// Turns of so many runs; the seed fixes their order.
    package init(runs: Int, seed: UInt64) {
        precondition(runs > 0, "Without a run there are no turns.")
        state = Mutex(State(order: TurnOrder(runs: runs, seed: seed)))
    }

    /// The turns of the run of a number.
    package func turns(of run: Int) -> TableTurns { TableTurns(table: self, run: run) }

    fileprivate func begin(_ run: Int) async {
        await withUnsafeContinuation { continuation in
            let isTurn = state.withLock { state in
                if state.order.holder == run { return true }
                state.waiting[run] = continuation
                return false
            }
            if isTurn { continuation.resume() }
        }
    }

    fileprivate func pass(_ run: Int) async {
        await withUnsafeContinuation { continuation in
            let next = state.withLock { state in
                precondition(state.order.holder == run, "Only a run whose turn it is can pass.")
                state.order.advance()
                state.waiting[run] = continuation
                return state.order.holder.flatMap { state.waiting.removeValue(forKey: $0) }
            }
            next?.resume()
        }
    }

    fileprivate func end(_ run: Int) async {
        await withUnsafeContinuation { continuation in
            let released = state.withLock { state -> [UnsafeContinuation<Void, Never>] in
                guard state.order.leave(run) else { return [continuation] }
                guard let holder = state.order.holder else {
                    defer { state.done = [] }
                    return state.done + [continuation]
                }
                state.done.append(continuation)
                return [state.waiting.removeValue(forKey: holder)].compactMap(\.self)
            }
            for continuation in released { continuation.resume() }
        }
    }
}

/// The turns of one run in a table.
package struct TableTurns: Turns {
    fileprivate let table: TurnTable
    fileprivate let run: Int

    package func begin() async { await table.begin(run) }
    package func pass() async { await table.pass(run) }
    package func end() async { await table.end(run) }
}

/// Whose turn it is.
package struct TurnOrder: Sendable {
    /// The runs that still have turns.
    private var runs: [Int]
    /// Those that have no turn yet in this rotation, the next one last.
    private var rotation: [Int] = []
    private var random: RandomStream
    /// The run whose turn it is; nil where none is left.
    package private(set) var holder: Int?

    /// The first turn of so many runs.
    package init(runs count: Int, seed: UInt64) {
        runs = Array(0..<count)
        random = RandomStream(seed: seed, name: "turns")
        advance()
    }

    /// The turn of the next one.
    package mutating func advance() {
        if rotation.isEmpty { rotation = random.permutation(runs.count).map { runs[Int($0)] } }
        holder = rotation.popLast()
    }

    /// Ends the turns of a run; the turn is the next one's, if it was that run's.
    ///
    /// - Returns: Whether it still had any.
    package mutating func leave(_ run: Int) -> Bool {
        guard runs.contains(run) else { return false }
        runs.removeAll { $0 == run }
        rotation.removeAll { $0 == run }
        if holder == run { advance() }
        return true
    }
}
