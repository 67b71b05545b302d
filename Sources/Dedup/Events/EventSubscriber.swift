internal import Caching

/// One subscription: its kinds, its buffer and what it has dropped. The bus puts events in, and the iterators take them out.
final class EventSubscriber: Sendable {
    /// What a subscription and its iterators hold. When the last of them is gone, no event can be taken any more, so the
    /// subscription ends and its buffer is freed.
    final class Handle: Sendable {
        let subscriber: EventSubscriber

        init(_ subscriber: EventSubscriber) { self.subscriber = subscriber }

        deinit { subscriber.abandon() }
    }

    private struct State {
        var buffer: EventBuffer
        var dropped = 0
    }

    let kinds: EventKinds
    private let state: Lock<State>
    /// Called once, when the subscription ends.
    private let onEnd: @Sendable (EventSubscriber) -> Void

    init(capacity: Int, kinds: EventKinds, onEnd: @escaping @Sendable (EventSubscriber) -> Void) {
        self.kinds = kinds
        self.onEnd = onEnd
        state = Lock(State(buffer: EventBuffer(capacity: capacity)))
    }

    /// How many events were dropped because the buffer was full.
    var droppedEvents: Int { state.withLock { $0.dropped } }

    /// Puts the event into the buffer; `false` if an older one had to leave it, which is then counted.
    func send(_ event: ExecutionEvent) -> Bool {
        // What comes back is released outside the lock.
        var event: ExecutionEvent? = event
        let (waiter, isDropped) = state.withLock { state in
            let waiter = state.buffer.put(&event)
            let isDropped = waiter == nil && event != nil && !state.buffer.isFinished
            if isDropped { state.dropped += 1 }
            return (waiter, isDropped)
        }
        waiter?.resume(returning: event)
        return !isDropped
    }

    /// The next event; nil when there is none any more.
    func next() async -> ExecutionEvent? {
        // What is buffered is still delivered, and no more: a publisher that is faster than this task would keep it for ever.
        if Task.isCancelled { finish() }
        if let event = state.withLock({ $0.buffer.take() }) { return event }
        let event = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let (waits, event) = state.withLock { state in
                    let waits = state.buffer.wait(waiter)
                    return (waits, waits ? nil : state.buffer.take())
                }
                if !waits { waiter.resume(returning: event) }
            }
        } onCancel: {
            finish()
        }
        state.orderForSanitizer()
        return event
    }

    /// Ends the subscription; what is buffered is still delivered.
    func finish() {
        let (isFirst, waiters) = state.withLock { state in (!state.buffer.isFinished, state.buffer.finish()) }
        waiters.forEach { $0.resume(returning: nil) }
        if isFirst { onEnd(self) }
    }

    /// Ends the subscription and frees what is buffered.
    private func abandon() {
        finish()
        _ = state.withLock { $0.buffer.takeAll() }
    }
}
