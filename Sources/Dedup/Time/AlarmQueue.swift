package import Caching

/// Alarms in the order of their deadlines: a binary heap whose members can be removed by their ticket.
///
/// It is worth removing them: an execution usually ends long before its timeout, and a queue that only marked the alarms of
/// ended executions would hold five minutes' worth of them.
package struct AlarmQueue<Event: Sendable>: Sendable {
    private struct Alarm: Sendable {
        let deadline: MonotonicInstant
        let ticket: UInt64
        let event: Event

        func precedes(_ other: Alarm) -> Bool {
            deadline != other.deadline ? deadline < other.deadline : ticket < other.ticket
        }
    }

    private var heap: [Alarm] = []
    private var position: [UInt64: Int] = [:]
    private var nextTicket: UInt64 = 0

    /// Makes a queue without alarms.
    package init() {}

    /// How many alarms are set.
    package var count: Int { heap.count }

    /// When the next alarm is due.
    package var nextDeadline: MonotonicInstant? { heap.first?.deadline }

    /// Sets an alarm and returns the ticket to remove it with.
    package mutating func insert(_ event: Event, at deadline: MonotonicInstant) -> UInt64 {
        nextTicket += 1
        heap.append(Alarm(deadline: deadline, ticket: nextTicket, event: event))
        position[nextTicket] = heap.count - 1
        siftUp(heap.count - 1)
        return nextTicket
    }

    /// Removes an alarm; does nothing if it has gone off or was removed before.
    package mutating func remove(_ ticket: UInt64) {
        guard let index = position[ticket] else { return }
        removeAlarm(at: index)
    }

    /// Removes and returns the event of the next alarm if that is due at `now`: an alarm is due from its deadline on.
    package mutating func popDue(at now: MonotonicInstant) -> Event? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        removeAlarm(at: 0)
        return first.event
    }

    private mutating func removeAlarm(at index: Int) {
        position[heap[index].ticket] = nil
        let last = heap.removeLast()
        guard index < heap.count else { return }
        heap[index] = last
        position[last.ticket] = index
        siftUp(index)
        siftDown(index)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, heap[index].precedes(heap[(index - 1) / 2]) {
            exchange(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            if least == index { return }
            exchange(index, least)
            index = least
        }
    }

    private mutating func exchange(_ first: Int, _ second: Int) {
        heap.swapAt(first, second)
        position[heap[first].ticket] = first
        position[heap[second].ticket] = second
    }
}
