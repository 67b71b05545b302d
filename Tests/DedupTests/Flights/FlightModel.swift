import Dedup

/// What the flight table has to do, told as plainly as possible: two lists, searched from front to back.
struct FlightModel {
    struct Flight {
        let key: FlightKey
        let rules: FlightRules
        var isCurrent = true
        var isCancelled = false
        var isOverdue = false
        /// Newcomers wait for it no more, although it has not ended: it has exceeded its timeout after it was cancelled,
        /// or was detached.
        var isPassedBy = false
        /// The round of the grace period that is running.
        var grace: Int?
        var rounds = 0
        /// The alarm that was set last for the end of a grace period.
        var alarm: UInt64?
        var result: Int?
        /// Whether the result is reported, so that waiters may have it.
        var isReleased = false
        var hasTask = false
        var isGivenUp = false

        var isRunning: Bool { result == nil && !isGivenUp }
    }

    struct Waiter {
        let continuation: Int
        let key: FlightKey
        let id: WaiterID
        /// It waits for the end of a cancelled flight and may never get its result.
        let isNewcomer: Bool
        let isLeader: Bool
        var isSuspended = false
    }

    var flights: [Flight] = []
    var waiters: [Waiter] = []
    var acceptance = FlightTable<Int, Int, String>.Acceptance.all

    func index(of key: FlightKey) -> Int? { flights.firstIndex { $0.key == key } }

    func current(_ fingerprint: Fingerprint) -> Int? {
        flights.firstIndex { $0.key.fingerprint == fingerprint && $0.isCurrent && $0.isRunning }
    }

    func waiterCount(_ key: FlightKey) -> Int { waiters.count { $0.key == key } }

    /// How many get the result of a flight beside its leader, if it ends now.
    func joins(_ key: FlightKey) -> Int { waiters.count { $0.key == key && !$0.isLeader && !$0.isNewcomer } }

    /// How many flights the table has to remember.
    var count: Int { flights.count { $0.isRunning || waiterCount($0.key) > 0 } }

    /// Removes all suspended waiters of a flight.
    mutating func release(_ key: FlightKey) -> [Int] {
        let released = waiters.filter { $0.key == key && $0.isSuspended }.map(\.continuation)
        waiters.removeAll { $0.key == key && $0.isSuspended }
        return released
    }

    mutating func abandon(_ index: Int, hasBegun: Bool) -> AbandonmentAction {
        guard flights[index].isRunning, !flights[index].isCancelled else { return .none }
        if !hasBegun, !flights[index].isOverdue {
            cancel(index)
            return .cancel
        }
        guard case .cancel(let period) = flights[index].rules.abandonment else { return .none }
        if period > .zero, !flights[index].isOverdue {
            flights[index].rounds += 1
            flights[index].grace = flights[index].rounds
            return .startGrace(period, round: flights[index].rounds)
        }
        cancel(index)
        return .cancel
    }

    mutating func cancel(_ index: Int) {
        flights[index].grace = nil
        flights[index].isCancelled = true
        if flights[index].rules.overlap == .allowed { flights[index].isCurrent = false }
    }

    /// Newcomers meet a flight no more; returns who waited for its end.
    mutating func detach(_ index: Int) -> [Int] {
        flights[index].isCurrent = false
        guard flights[index].isCancelled else { return [] }
        flights[index].isPassedBy = true
        return release(flights[index].key).sorted()
    }

    /// What the timeout of a flight does, and who waited for its end.
    mutating func timeOut(_ index: Int) -> (isSuperseded: Bool, claimAgain: [Int]) {
        let wasCancelled = flights[index].isCancelled
        let claimAgain = wasCancelled ? release(flights[index].key) : []
        flights[index].isPassedBy = wasCancelled
        if case .supersede = flights[index].rules.timeout {
            flights[index].isCurrent = false
            return (true, claimAgain)
        }
        flights[index].isOverdue = true
        if flights[index].grace != nil {
            cancel(index)
            flights[index].isPassedBy = true
        }
        return (false, claimAgain)
    }
}
