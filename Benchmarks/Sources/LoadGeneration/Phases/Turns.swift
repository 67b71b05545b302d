internal import Synchronization
internal import Workloads

/// Lets several runs generate load in turn: each makes a slice of its requests while all others rest. What the machine does at a
/// time then meets all of them alike, where runs one after the other differ by a fifth and more on a machine that others use, too.
///
/// A table has a seat for each run. In a rotation everyone who is seated has one turn, in an order that is drawn anew each time.
package final class TurnTable: Sendable {
    private struct State {
        var order: TurnOrder
        /// Runs that wait for their turn, by seat.
        var waiting: [Int: UnsafeContinuation<Void, Never>] = [:]
        /// Runs that have had their last turn.
        var done: [UnsafeContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// A table with so many seats, all of them taken; the seed fixes the order of turns.
    package init(seats: Int, seed: UInt64) {
        precondition(seats > 0, "A table without a seat has no turns.")
        state = Mutex(State(order: TurnOrder(seats: seats, seed: seed)))
    }

    /// The turns of the run on a seat.
    package func turns(ofSeat seat: Int) -> Turns { Turns(table: self, seat: seat) }

    fileprivate func begin(_ seat: Int) async {
        await withUnsafeContinuation { continuation in
            let isTurn = state.withLock { state in
                if state.order.holder == seat { return true }
                state.waiting[seat] = continuation
                return false
            }
            if isTurn { continuation.resume() }
        }
    }

    fileprivate func pass(_ seat: Int) async {
        await withUnsafeContinuation { continuation in
            let next = state.withLock { state in
                precondition(state.order.holder == seat, "Only a run whose turn it is can pass.")
                state.order.advance()
                state.waiting[seat] = continuation
                return state.order.holder.flatMap { state.waiting.removeValue(forKey: $0) }
            }
            next?.resume()
        }
    }

    fileprivate func end(_ seat: Int) async {
        await withUnsafeContinuation { continuation in
            let released = state.withLock { state -> [UnsafeContinuation<Void, Never>] in
                guard state.order.leave(seat) else { return [continuation] }
                guard let holder = state.order.holder else {
                    defer { state.done = [] }
                    return state.done + [continuation]
                }
                state.done.append(continuation)
                return [state.waiting.removeValue(forKey: holder)].compactMap(\.self)
            }
            for run in released { run.resume() }
        }
    }
}

/// The turns of one run.
package struct Turns: Sendable {
    fileprivate let table: TurnTable
    fileprivate let seat: Int

    /// Waits for the first turn. Nothing that takes processors is done before.
    func begin() async { await table.begin(seat) }

    /// Ends the turn, and waits until the next one.
    func pass() async { await table.pass(seat) }

    /// Ends the last turn, and waits until all runs have had theirs: what comes then disturbs no run. Once it was called, it does
    /// nothing.
    package func end() async { await table.end(seat) }
}

/// Whose turn it is.
package struct TurnOrder: Sendable {
    /// The seats that are taken.
    private var seated: [Int]
    /// Those that have no turn yet in this rotation, the next one last.
    private var rotation: [Int] = []
    private var random: RandomStream
    /// The seat whose turn it is; nil where none is taken.
    package private(set) var holder: Int?

    /// The turn of the first one of so many seats.
    package init(seats: Int, seed: UInt64) {
        seated = Array(0..<seats)
        random = RandomStream(seed: seed, name: "turns")
        advance()
    }

    /// The turn of the next one.
    package mutating func advance() {
        if rotation.isEmpty { rotation = random.permutation(seated.count).map { seated[Int($0)] } }
        holder = rotation.popLast()
    }

    /// Gives a seat up; the turn is the next one's, if it was that seat's.
    ///
    /// - Returns: Whether it was taken.
    package mutating func leave(_ seat: Int) -> Bool {
        guard seated.contains(seat) else { return false }
        seated.removeAll { $0 == seat }
        rotation.removeAll { $0 == seat }
        if holder == seat { advance() }
        return true
    }
}

/// How much of a phase is made in a turn.
struct TurnSlice {
    /// How many slices a phase has that a number of requests ends.
    private static let slices = 64
    /// How long a slice of a phase is that time ends: 20 ms, in nanoseconds.
    private static let length: UInt64 = 20_000_000
    /// The fewest requests of each client in a slice.
    private static let fewestTurns = 16

    /// The most requests.
    let requests: Int
    /// How long it lasts at most, in nanoseconds.
    let time: UInt64

    /// The slices of a phase; nil for one that is made in one turn: a warm-up, which does not count, and what cannot pause.
    init?(of plan: PhasePlan) {
        let phase = plan.phase
        guard !phase.warmup, !plan.stream.isOpen, plan.edge == nil, phase.memory == nil else { return nil }
        // Whole turns of all clients, so that no herd is torn; those of a herd do not all see the same time.
        let turns = plan.isBoundByHistory ? 0 : plan.limit / plan.clients / Self.slices
        let isTimed = phase.duration != nil && !plan.hasHerds
        requests = isTimed ? .max : max(Self.fewestTurns, turns) * plan.clients
        time = isTimed ? Self.length : .max
    }
}
