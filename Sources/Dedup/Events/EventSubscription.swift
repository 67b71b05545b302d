internal import Synchronization

/// One listener's view of an ``EventBus``: an asynchronous sequence of the events published since it was made.
///
/// One task should iterate it. It ends when the bus finishes, when it is cancelled, or when that task is cancelled.
public struct EventSubscription: AsyncSequence, Sendable {
    let stream: AsyncStream<ExecutionEvent>
    let subscriber: EventSubscriber

    /// How many events this subscription has dropped because its buffer was full.
    public var droppedEvents: Int {
        subscriber.dropped.load(ordering: .relaxed)
    }

    /// Ends the subscription: what is buffered is still delivered, and nothing after it. May be called repeatedly.
    public func cancel() {
        subscriber.finish()
    }

    /// The iterator over the events.
    public func makeAsyncIterator() -> AsyncStream<ExecutionEvent>.Iterator {
        stream.makeAsyncIterator()
    }
}

/// The publisher's end of one subscription.
final class EventSubscriber: Sendable {
    let dropped = Atomic<Int>(0)
    private let continuation: AsyncStream<ExecutionEvent>.Continuation

    init(_ continuation: AsyncStream<ExecutionEvent>.Continuation) {
        self.continuation = continuation
    }

    /// Puts the event into the buffer; `false` if an older one had to leave it, which is then counted.
    func send(_ event: ExecutionEvent) -> Bool {
        guard case .dropped = continuation.yield(event) else { return true }
        dropped.add(1, ordering: .relaxed)
        return false
    }

    func finish() {
        continuation.finish()
    }

    func onEnd(_ body: @escaping @Sendable () -> Void) {
        continuation.onTermination = { _ in body() }
    }
}
