internal import Caching
internal import Synchronization

/// Hands events to subscribers, and no subscriber can harm another: each subscription has its own bounded buffer that drops
/// its oldest event when it is full, so a subscriber that is slow, gone or never iterates delays neither the publisher nor
/// the others. Every drop is counted, by subscription and in total.
///
/// Without a subscriber, publishing costs one relaxed atomic load: the event is not even made.
///
/// Events of one publisher reach every subscription in the order of publishing. There is no limit on subscriptions,
/// because they are made by the program and not by its requests; publishing costs time in their number.
package final class EventBus: Sendable {
    private struct State {
        var subscribers: [EventSubscriber] = []
        var isFinished = false
    }

    private let state = Lock(State())
    private let subscribing = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)

    /// Makes a bus without subscribers.
    package init() {}

    deinit {
        finish()
    }

    /// Whether there is a subscriber: one relaxed atomic load, so a subscription of this instant may not count yet.
    package var hasSubscribers: Bool {
        subscribing.load(ordering: .relaxed) > 0
    }

    /// How many subscriptions are alive.
    package var subscriberCount: Int {
        subscribing.load(ordering: .relaxed)
    }

    /// How many events subscriptions have dropped because their buffers were full, ended subscriptions included.
    package var droppedEvents: Int {
        dropped.load(ordering: .relaxed)
    }

    /// Subscribes; see ``ExecutionEvents/subscribe(buffering:)``.
    package func subscribe(buffering capacity: Int = 1024) -> EventSubscription {
        precondition(capacity > 0, "An event subscription buffers at least one event, not \(capacity).")
        let (stream, continuation) = AsyncStream.makeStream(
            of: ExecutionEvent.self, bufferingPolicy: .bufferingNewest(capacity))
        let subscriber = EventSubscriber(continuation)
        let id = ObjectIdentifier(subscriber)
        subscriber.onEnd { [weak self] in self?.remove(id) }
        if !add(subscriber) { subscriber.finish() }
        return EventSubscription(stream: stream, subscriber: subscriber)
    }

    /// Hands an event to all subscriptions. The argument is not evaluated when there is none.
    package func publish(_ event: @autoclosure () -> ExecutionEvent) {
        guard hasSubscribers else { return }
        let subscribers = state.withLock { $0.subscribers }
        if subscribers.isEmpty { return }
        let event = event()
        for subscriber in subscribers where !subscriber.send(event) {
            dropped.add(1, ordering: .relaxed)
        }
    }

    /// Ends all subscriptions, now and for ever: they deliver what is buffered and then return `nil`.
    package func finish() {
        let subscribers = state.withLock { state in
            state.isFinished = true
            subscribing.store(0, ordering: .relaxed)
            defer { state.subscribers = [] }
            return state.subscribers
        }
        for subscriber in subscribers { subscriber.finish() }
    }

    /// Makes a subscriber known, unless the bus has finished.
    private func add(_ subscriber: EventSubscriber) -> Bool {
        state.withLock { state in
            if state.isFinished { return false }
            state.subscribers.append(subscriber)
            subscribing.store(state.subscribers.count, ordering: .relaxed)
            return true
        }
    }

    private func remove(_ id: ObjectIdentifier) {
        let removed = state.withLock { state -> EventSubscriber? in
            guard let index = state.subscribers.firstIndex(where: { ObjectIdentifier($0) == id }) else { return nil }
            subscribing.store(state.subscribers.count - 1, ordering: .relaxed)
            return state.subscribers.remove(at: index)
        }
        // The subscriber, and with it its buffered events, may be destroyed here: outside the lock.
        _ = removed
    }
}
