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
    /// The subscription ends when it is cancelled, when the task that iterates it is cancelled, or when the deduplicator is shut
    /// down; what is buffered by then is still delivered. It also ends when the last copy of it and of its iterators is gone,
    /// and its buffer is freed at once. After a shutdown it is over before it begins.
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
    let handle: EventSubscriber.Handle

    init(_ subscriber: EventSubscriber) { handle = EventSubscriber.Handle(subscriber) }

    /// How many events this subscription has dropped because its buffer was full.
    public var droppedEvents: Int { handle.subscriber.droppedEvents }

    /// Ends the subscription: what is buffered is still delivered, and nothing after it. May be called repeatedly.
    public func cancel() { handle.subscriber.finish() }

    /// The iterator over the events.
    public func makeAsyncIterator() -> Iterator { Iterator(handle: handle) }

    /// Waits for one event after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let handle: EventSubscriber.Handle

        /// The next event; nil when the subscription has ended and its buffer is empty.
        ///
        /// A task that is cancelled while it waits ends the subscription.
        public mutating func next() async -> ExecutionEvent? { await handle.subscriber.next() }

        /// The same, on the actor of the caller.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> ExecutionEvent? {
            await handle.subscriber.next()
        }
    }
}
