/// One waiter of a flight: its place in the list, and a ticket that tells it from the waiters that had the place before.
package struct WaiterID: Hashable, Sendable {
    package let index: Int
    package let ticket: UInt64
}

/// The waiters of one flight, in constant time an operation.
///
/// A waiter is added when a request joins the flight, and gets its continuation when the request has suspended, because
/// nothing may suspend between the decision to join and the joining. Free places are used again, so a flight that
/// thousands join and leave stays as small as the most it ever had at one time.
package struct WaiterList<Continuation: Sendable>: Sendable {
    private enum Place: Sendable {
        case free
        /// The request has joined and not suspended yet.
        case joined(ticket: UInt64)
        case suspended(ticket: UInt64, Continuation)
    }

    /// What a waiter was that was removed.
    package enum Removed {
        /// It was not in the list: it got its result, or left before.
        case unknown
        /// Its request has not suspended yet; it will find that it is no longer in the list.
        case joined
        /// Its request is suspended and must be resumed.
        case suspended(Continuation)
    }

    private var places: [Place] = []
    private var free: [Int] = []
    private var lastTicket: UInt64 = 0

    /// Makes a list without waiters.
    package init() {}

    /// How many waiters there are, suspended or not.
    package var count: Int { places.count - free.count }

    /// Whether there is no waiter.
    package var isEmpty: Bool { count == 0 }

    /// Adds a waiter that has not suspended yet.
    package mutating func add() -> WaiterID {
        lastTicket += 1
        let place = Place.joined(ticket: lastTicket)
        guard let index = free.popLast() else {
            places.append(place)
            return WaiterID(index: places.count - 1, ticket: lastTicket)
        }
        places[index] = place
        return WaiterID(index: index, ticket: lastTicket)
    }

    /// Whether a waiter is in the list and has not suspended.
    package func hasNotSuspended(_ waiter: WaiterID) -> Bool {
        guard places.indices.contains(waiter.index) else { return false }
        if case .joined(waiter.ticket) = places[waiter.index] { return true }
        return false
    }

    /// Whether a waiter is in the list, suspended or not.
    package func contains(_ waiter: WaiterID) -> Bool {
        guard places.indices.contains(waiter.index) else { return false }
        switch places[waiter.index] {
        case .joined(waiter.ticket), .suspended(waiter.ticket, _): return true
        case .free, .joined, .suspended: return false
        }
    }

    /// Notes that a waiter has suspended.
    package mutating func suspend(_ waiter: WaiterID, _ continuation: Continuation) {
        guard hasNotSuspended(waiter) else {
            preconditionFailure("A waiter suspends once, after it was added and before it is removed.")
        }
        places[waiter.index] = .suspended(ticket: waiter.ticket, continuation)
    }

    /// Removes a waiter.
    package mutating func remove(_ waiter: WaiterID) -> Removed {
        guard places.indices.contains(waiter.index) else { return .unknown }
        switch places[waiter.index] {
        case .joined(waiter.ticket):
            release(waiter.index)
            return .joined
        case .suspended(waiter.ticket, let continuation):
            release(waiter.index)
            return .suspended(continuation)
        case .free, .joined, .suspended:
            return .unknown
        }
    }

    /// Removes all waiters that are suspended and returns their continuations in the order of their places; the others
    /// stay.
    package mutating func removeSuspended() -> [Continuation] {
        var continuations: [Continuation] = []
        for index in places.indices {
            if case .suspended(_, let continuation) = places[index] {
                continuations.append(continuation)
                release(index)
            }
        }
        return continuations
    }

    /// Removes all waiters and keeps the memory of a few places for another flight. Tickets go on, so that a waiter of the
    /// one flight is never taken for a waiter of the other.
    package mutating func clear() {
        places.removeAll(keepingCapacity: places.count <= 16)
        free.removeAll(keepingCapacity: free.count <= 16)
    }

    private mutating func release(_ index: Int) {
        places[index] = .free
        free.append(index)
    }
}

/// Resumes one suspended request: the one continuation idiom of the library.
///
/// It is made under the table's lock and taken out of its list under that lock, so its holder is the only one, and it is
/// resumed exactly once: what `CheckedContinuation` would check, for 64 bytes more a waiter and an allocation, is what the
/// model test of ``FlightTable`` and the schedules prove.
@safe
struct Waker: Sendable {
    private let continuation: UnsafeContinuation<WaitEnd, Never>

    init(_ continuation: UnsafeContinuation<WaitEnd, Never>) {
        unsafe self.continuation = unsafe continuation
    }

    /// Lets the request go on with `end`. To be called once, outside every lock.
    func resume(returning end: WaitEnd) {
        unsafe continuation.resume(returning: end)
    }
}
