internal import Synchronization

/// The events of a ``Deduplicator``, for subscribers.
public struct ExecutionEvents: Sendable {
    let bus: EventBus

    /// How many subscriptions are alive.
    public var subscriberCount: Int { bus.subscriberCount }

    /// How many events subscriptions have dropped because their buffers were full, ended subscriptions included.
    public var droppedEvents: Int { bus.droppedEvents }

    /// Subscribes to what happens from now on: everything, or events of some kinds.
    ///
    /// An event that no subscription wants is not made: a subscription to failures costs a cache hit nothing.
    ///
    /// The subscription ends when it is cancelled, when the task that iterates it is cancelled, when the last copy of it
    /// and of its iterators is gone, or when the deduplicator is shut down; its buffer is then freed at once. After a
    /// shutdown it is over before it begins.
    ///
    /// - Parameters:
    ///   - kinds: The kinds of events that are delivered. Default: every kind of this version. Without any the subscription
    ///     delivers nothing, and ends as others do.
    ///   - capacity: How many events wait for the subscriber before the oldest is dropped; at least 1. Default 1024.
    /// - Precondition: `capacity` is positive.
    public func subscribe(
        to kinds: Set<ExecutionEvent.Kind> = Set(ExecutionEvent.Kind.allCases), buffering capacity: Int = 1024
    ) -> EventSubscription {
        bus.subscribe(to: kinds, buffering: capacity)
    }
}

/// The events since it was made, as an asynchronous sequence.
///
/// One task should iterate it. It ends when the deduplicator is shut down, when it is cancelled, or when that task is
/// cancelled.
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
    let kinds: EventKinds
    private let continuation: AsyncStream<ExecutionEvent>.Continuation

    init(_ continuation: AsyncStream<ExecutionEvent>.Continuation, kinds: EventKinds) {
        self.continuation = continuation
        self.kinds = kinds
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
