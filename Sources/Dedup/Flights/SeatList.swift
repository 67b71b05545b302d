/// The place of one waiter in a flight: where it sits, and a ticket that tells it from whoever sat there before.
package struct Seat: Hashable, Sendable {
    package let index: Int
    package let ticket: UInt64
}

/// The waiters of one flight, in constant time an operation.
///
/// A seat is reserved when the flight is joined and taken when the caller has suspended, because nothing may suspend
/// between the decision to join and the reservation. Free places are used again, so a flight that thousands join and
/// leave stays as small as the most it ever had at one time.
package struct SeatList<Continuation: Sendable>: Sendable {
    private enum Place: Sendable {
        case free
        case reserved(ticket: UInt64)
        case waiting(ticket: UInt64, Continuation)
    }

    /// What became of a waiter that left.
    package enum Departure {
        /// The seat was not there: already served, or left before.
        case unknown
        /// The caller has not suspended yet; it will find its seat gone.
        case beforeWaiting
        /// The caller is suspended and must be resumed.
        case waiting(Continuation)
    }

    private var places: [Place] = []
    private var free: [Int] = []
    private var nextTicket: UInt64 = 0

    /// Makes a list without waiters.
    package init() {}

    /// How many seats are reserved or taken.
    package var count: Int { places.count - free.count }

    /// Whether nobody is left.
    package var isEmpty: Bool { count == 0 }

    /// Reserves a seat.
    package mutating func reserve() -> Seat {
        nextTicket += 1
        let place = Place.reserved(ticket: nextTicket)
        guard let index = free.popLast() else {
            places.append(place)
            return Seat(index: places.count - 1, ticket: nextTicket)
        }
        places[index] = place
        return Seat(index: index, ticket: nextTicket)
    }

    /// Whether `seat` is still reserved and not yet taken.
    package func isReserved(_ seat: Seat) -> Bool {
        guard places.indices.contains(seat.index) else { return false }
        if case .reserved(seat.ticket) = places[seat.index] { return true }
        return false
    }

    /// Whether whoever reserved `seat` still has it, suspended or not.
    package func isTaken(_ seat: Seat) -> Bool {
        guard places.indices.contains(seat.index) else { return false }
        switch places[seat.index] {
        case .reserved(seat.ticket), .waiting(seat.ticket, _): return true
        case .free, .reserved, .waiting: return false
        }
    }

    /// Forgets all places and keeps the memory of a few, for another flight. Tickets go on, so that a seat of the one is
    /// never taken for a seat of the other.
    package mutating func clear() {
        places.removeAll(keepingCapacity: places.count <= 16)
        free.removeAll(keepingCapacity: free.count <= 16)
    }

    /// Suspends a caller in its reserved seat.
    package mutating func take(_ seat: Seat, _ continuation: Continuation) {
        guard isReserved(seat) else {
            preconditionFailure("A waiter takes only the seat that it reserved.")
        }
        places[seat.index] = .waiting(ticket: seat.ticket, continuation)
    }

    /// Frees a seat, whoever sits in it.
    package mutating func leave(_ seat: Seat) -> Departure {
        guard places.indices.contains(seat.index) else { return .unknown }
        switch places[seat.index] {
        case .reserved(seat.ticket):
            release(seat.index)
            return .beforeWaiting
        case .waiting(seat.ticket, let continuation):
            release(seat.index)
            return .waiting(continuation)
        case .free, .reserved, .waiting:
            return .unknown
        }
    }

    /// Frees the seats of all who are suspended and returns them in the order of their seats; reserved seats stay.
    package mutating func releaseWaiting() -> [Continuation] {
        var continuations: [Continuation] = []
        for index in places.indices {
            if case .waiting(_, let continuation) = places[index] {
                continuations.append(continuation)
                release(index)
            }
        }
        return continuations
    }

    private mutating func release(_ index: Int) {
        places[index] = .free
        free.append(index)
    }
}
