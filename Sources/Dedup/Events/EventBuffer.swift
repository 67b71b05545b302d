/// The events that wait for one subscriber, and the tasks that wait for events: a ring that drops its oldest event when it is full.
/// It is a plain state machine; what it returns is resumed or released outside the lock that it is in.
///
/// Not an `AsyncStream`, because its buffer looks up the metadata of its types at each event: 4,700 instructions and three times
/// the time of the cache hit that the event tells of.
struct EventBuffer {
    /// A task that waits for the next event.
    typealias Waiter = CheckedContinuation<ExecutionEvent?, Never>

    let capacity: Int
    private var ring: ContiguousArray<ExecutionEvent?> = []
    private var first = 0
    private var count = 0
    private var waiters: [Waiter] = []
    private(set) var isFinished = false

    /// Makes an empty buffer for `capacity` events, at least one. Its memory grows as it is needed.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// An event has come. Returns the task that gets it, if one waits.
    ///
    /// Afterwards `event` is what is not in the buffer: the event itself if a task gets it or if nothing comes any more, else the
    /// oldest if that had to leave; nil if there was room.
    ///
    /// In and out through one parameter, because an enum of the outcomes costs as much as all the rest: its cases are moved by
    /// calls of the runtime.
    mutating func put(_ event: inout ExecutionEvent?) -> Waiter? {
        if isFinished { return nil }
        if !waiters.isEmpty { return waiters.removeFirst() }
        if count == ring.count, count < capacity { grow() }
        if count == ring.count {
            exchangeFirst(&event)
        } else {
            let last = first + count
            swap(&event, &ring[last < ring.count ? last : last - ring.count])
            count += 1
        }
        return nil
    }

    /// The next event; nil when there is none, now or for ever.
    mutating func take() -> ExecutionEvent? {
        guard count > 0 else { return nil }
        var event: ExecutionEvent?
        exchangeFirst(&event)
        count -= 1
        return event
    }

    /// A task wants the next event. Returns whether it waits; it does not when there is one, or never will be.
    mutating func wait(_ waiter: Waiter) -> Bool {
        if count > 0 || isFinished { return false }
        waiters.append(waiter)
        return true
    }

    /// Nothing comes any more. Returns the tasks that wait in vain.
    mutating func finish() -> [Waiter] {
        isFinished = true
        defer { waiters = [] }
        return waiters
    }

    /// The events that no task will ever take.
    mutating func takeAll() -> ContiguousArray<ExecutionEvent?> {
        defer { (ring, first, count) = ([], 0, 0) }
        return ring
    }

    /// Takes the first out of its place, puts `event` there, and goes on to the next.
    private mutating func exchangeFirst(_ event: inout ExecutionEvent?) {
        swap(&event, &ring[first])
        first = first + 1 == ring.count ? 0 : first + 1
    }

    private mutating func grow() {
        var larger: ContiguousArray<ExecutionEvent?> = []
        let size = min(capacity, max(16, ring.count * 2))
        larger.reserveCapacity(size)
        larger += ring[first...]
        larger += ring[..<first]
        larger += repeatElement(nil, count: size - ring.count)
        ring = larger
        first = 0
    }
}
