internal import Caching
internal import Synchronization

/// Hands events to subscribers, and no subscriber can harm another: each subscription has its own bounded buffer that drops
/// its oldest event when it is full, so a subscriber that is slow, gone or never iterates delays neither the publisher nor
/// the others. Every drop is counted, by subscription and in total.
///
/// An event of a kind that no subscription wants costs one relaxed atomic load: it is not even made.
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
    /// The kinds that any subscription wants, as ``EventKinds/bits``.
    private let wanted = Atomic<UInt32>(0)
    private let dropped = Atomic<Int>(0)

    /// Makes a bus without subscribers.
    package init() {}

    deinit {
        finish()
    }

    /// Whether a subscription wants events of this kind: one relaxed atomic load, so one of this instant may not count yet.
    package func wants(_ kind: ExecutionEvent.Kind) -> Bool {
        EventKinds(bits: wanted.load(ordering: .relaxed)).contains(kind)
    }

    /// How many subscriptions are alive.
    package var subscriberCount: Int {
        subscribing.load(ordering: .relaxed)
    }

    /// How many events subscriptions have dropped because their buffers were full, ended subscriptions included.
    package var droppedEvents: Int {
        dropped.load(ordering: .relaxed)
    }

    /// Subscribes; see ``ExecutionEvents/subscribe(to:buffering:)``.
    package func subscribe(
        to kinds: Set<ExecutionEvent.Kind> = Set(ExecutionEvent.Kind.allCases), buffering capacity: Int = 1024
    ) -> EventSubscription {
        precondition(capacity > 0, "An event subscription buffers at least one event, not \(capacity).")
        let subscriber = EventSubscriber(capacity: capacity, kinds: EventKinds(kinds)) { [weak self] subscriber in
            self?.remove(subscriber)
        }
        if !add(subscriber) { subscriber.finish() }
        return EventSubscription(subscriber)
    }

    /// Hands an event to the subscriptions that want its kind.
    ///
    /// - Parameters:
    ///   - kind: The kind of the event.
    ///   - event: The event; not evaluated when no subscription wants it.
    package func publish(_ kind: ExecutionEvent.Kind, _ event: @autoclosure () -> ExecutionEvent) {
        guard wants(kind) else { return }
        let subscribers = state.withLock { $0.subscribers }
        guard subscribers.contains(where: { $0.kinds.contains(kind) }) else { return }
        let event = event()
        for subscriber in subscribers where subscriber.kinds.contains(kind) && !subscriber.send(event) {
            dropped.add(1, ordering: .relaxed)
        }
    }

    /// The same for an event that is there already.
    package func publish(_ event: ExecutionEvent) { publish(event.kind, event) }

    /// Ends all subscriptions, now and for ever: they deliver what is buffered and then return `nil`.
    package func finish() {
        let subscribers = state.withLock { state in
            state.isFinished = true
            let subscribers = state.subscribers
            set([], in: &state)
            return subscribers
        }
        for subscriber in subscribers { subscriber.finish() }
    }

    /// Makes a subscriber known, unless the bus has finished.
    private func add(_ subscriber: EventSubscriber) -> Bool {
        state.withLock { state in
            if state.isFinished { return false }
            set(state.subscribers + [subscriber], in: &state)
            return true
        }
    }

    private func remove(_ subscriber: EventSubscriber) {
        state.withLock { state in set(state.subscribers.filter { $0 !== subscriber }, in: &state) }
    }

    private func set(_ subscribers: [EventSubscriber], in state: inout State) {
        state.subscribers = subscribers
        subscribing.store(subscribers.count, ordering: .relaxed)
        wanted.store(subscribers.reduce(0) { $0 | $1.kinds.bits }, ordering: .relaxed)
    }
}

/// A set of kinds of events in one word, so that a publisher can ask without a lock.
struct EventKinds: Hashable, Sendable {
    /// One bit a kind.
    let bits: UInt32

    init(bits: UInt32) { self.bits = bits }

    init(_ kinds: Set<ExecutionEvent.Kind>) { bits = kinds.reduce(0) { $0 | $1.bit } }

    func contains(_ kind: ExecutionEvent.Kind) -> Bool { bits & kind.bit != 0 }
}
