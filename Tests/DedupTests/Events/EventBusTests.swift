import Dedup
import DedupTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventBusTests {
    @Test func noSubscriberMeansNoEvent() {
        let bus = EventBus()
        let made = Atomic(0)
        func event() -> ExecutionEvent {
            made.add(1, ordering: .relaxed)
            return .started(1)
        }
        bus.publish(.executionStarted, event())
        #expect(bus.subscriberCount == 0 && !bus.wants(.executionStarted))
        #expect(made.load(ordering: .relaxed) == 0)
        let subscription = bus.subscribe()
        #expect(bus.subscriberCount == 1 && ExecutionEvent.Kind.allCases.allSatisfy(bus.wants))
        bus.publish(.executionStarted, event())
        #expect(made.load(ordering: .relaxed) == 1)
        subscription.cancel()
        bus.publish(.executionStarted, event())
        #expect(made.load(ordering: .relaxed) == 1)
    }

    @Test func anEventOfAKindThatNoSubscriptionWantsIsNotMade() async {
        let bus = EventBus()
        let failures = bus.subscribe(to: [.executionFailed, .executionSuperseded])
        let nothing = bus.subscribe(to: [])
        #expect(bus.subscriberCount == 2)
        let made = Atomic(0)
        func event() -> ExecutionEvent {
            made.add(1, ordering: .relaxed)
            return .started(1)
        }
        for kind in ExecutionEvent.Kind.allCases where ![.executionFailed, .executionSuperseded].contains(kind) {
            #expect(!bus.wants(kind), "\(kind)")
            bus.publish(kind, event())
        }
        #expect(made.load(ordering: .relaxed) == 0)
        bus.publish(.failed(TokenError(token: Token())))
        // Each gets what it wants, and drops nothing else.
        let hits = bus.subscribe(to: [.cacheHit], buffering: 1)
        let all = bus.subscribe()
        for event in ExecutionEvent.oneOfEach() + ExecutionEvent.oneOfEach() { bus.publish(event) }
        #expect(hits.droppedEvents == 1 && failures.droppedEvents == 0 && bus.droppedEvents == 1)
        hits.cancel()
        all.cancel()
        #expect(!bus.wants(.cacheHit) && bus.wants(.executionFailed))
        bus.finish()
        #expect(!bus.wants(.executionFailed))
        #expect(
            await failures.kinds() == [
                .executionFailed, .executionFailed, .executionSuperseded, .executionFailed, .executionSuperseded,
            ])
        #expect(await hits.kinds() == [.cacheHit])
        #expect(await all.kinds() == ExecutionEvent.Kind.allCases + ExecutionEvent.Kind.allCases)
        #expect(await nothing.kinds().isEmpty)
    }

    @Test func everySubscriptionGetsEverythingInOrder() async {
        let bus = EventBus()
        let subscriptions = [bus.subscribe(), bus.subscribe()]
        for id in 1...100 { bus.publish(.started(UInt64(id))) }
        bus.finish()
        for subscription in subscriptions {
            #expect(await subscription.executionIDs() == Array(1...100))
            #expect(subscription.droppedEvents == 0)
        }
    }

    @Test func aSubscriptionReceivesOnlyLaterEvents() async {
        let bus = EventBus()
        bus.publish(.started(1))
        let subscription = bus.subscribe()
        bus.publish(.started(2))
        bus.finish()
        #expect(await subscription.executionIDs() == [2])
    }

    @Test func aFullBufferDropsTheOldestAndCounts() async {
        let bus = EventBus()
        let slow = bus.subscribe(buffering: 3)
        let roomy = bus.subscribe(buffering: 100)
        for id in 1...10 { bus.publish(.started(UInt64(id))) }
        #expect(slow.droppedEvents == 7 && roomy.droppedEvents == 0)
        #expect(bus.droppedEvents == 7)
        bus.finish()
        #expect(await slow.executionIDs() == [8, 9, 10])
        #expect(await roomy.executionIDs() == Array(1...10))
    }

    @Test func aSubscriptionThatIsNotHeldEndsAtOnce() {
        let bus = EventBus()
        do {
            let subscription = bus.subscribe()
            #expect(bus.subscriberCount == 1)
            withExtendedLifetime(subscription) {}
        }
        #expect(bus.subscriberCount == 0)
    }

    @Test func anAbandonedSubscriptionFreesItsBufferAtOnce() {
        let bus = EventBus()
        weak var tracked: Token?
        do {
            let subscription = bus.subscribe()
            let token = Token()
            tracked = token
            bus.publish(.failed(TokenError(token: token)))
            withExtendedLifetime(subscription) {}
        }
        #expect(tracked == nil)
    }

    @Test func aCancelledIterationEndsTheSubscription() async throws {
        let bus = EventBus()
        let heard = Latch()
        let subscription = bus.subscribe()
        let listener = Task {
            for await _ in subscription { heard.open() }
        }
        bus.publish(.started(1))
        try await heard.wait()
        listener.cancel()
        await listener.value
        #expect(bus.subscriberCount == 0)
        bus.publish(.started(2))
    }

    @Test func bufferedEventsAreStillDeliveredAfterCancelling() async {
        let bus = EventBus()
        let subscription = bus.subscribe()
        bus.publish(.started(1))
        subscription.cancel()
        subscription.cancel()
        bus.publish(.started(2))
        #expect(await subscription.executionIDs() == [1])
        #expect(bus.subscriberCount == 0)
    }

    @Test func afterTheEndSubscriptionsAreOverBeforeTheyBegin() async {
        let bus = EventBus()
        bus.finish()
        bus.finish()
        let subscription = bus.subscribe()
        bus.publish(.started(1))
        #expect(await subscription.executionIDs() == [])
        #expect(bus.subscriberCount == 0)
    }

    @Test func theEndOfTheBusEndsItsSubscriptions() async {
        var bus: EventBus? = EventBus()
        let subscription = bus?.subscribe()
        bus?.publish(.started(1))
        bus = nil
        #expect(await subscription?.executionIDs() == [1])
    }

    @Test func keepsTheOrderOfEachPublisher() async {
        let bus = EventBus()
        let (publishers, events) = (6, 2_000)
        let subscription = bus.subscribe(buffering: publishers * events)
        await withTaskGroup(of: Void.self) { group in
            for publisher in 0..<publishers {
                group.addTask {
                    for event in 0..<events { bus.publish(.started(UInt64(publisher << 32 | event))) }
                }
            }
        }
        bus.finish()
        let ids = await subscription.executionIDs()
        #expect(ids.count == publishers * events)
        for publisher in 0..<publishers {
            #expect(ids.filter { $0 >> 32 == publisher }.map { $0 & 0xFFFF_FFFF } == Array(0..<events))
        }
    }

    /// Subscribers come, are cancelled or just let go, while others publish: a subscriber that stays is told everything.
    @Test func comingAndGoingSubscribersHarmNoOther() async {
        let bus = EventBus()
        let (publishers, events) = (2, 4_000)
        let steady = bus.subscribe(buffering: 64)
        async let heard = steady.executionIDs().count
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<publishers {
                group.addTask {
                    for event in 0..<events { bus.publish(.started(UInt64(event))) }
                }
            }
            for visitor in 0..<400 {
                group.addTask {
                    let subscription = bus.subscribe(buffering: 4)
                    if visitor % 2 == 0 { subscription.cancel() }
                    if visitor % 4 == 0 { _ = await subscription.executionIDs() }
                }
            }
        }
        bus.finish()
        #expect(await heard + steady.droppedEvents == publishers * events)
        #expect(bus.subscriberCount == 0)
    }

    @Test func wantsRoomForOneEvent() async {
        await #expect(processExitsWith: .failure) { _ = EventBus().subscribe(buffering: 0) }
    }
}

@Suite struct ExecutionEventTests {
    @Test func eachKindIsOfItsOwn() {
        #expect(Set(ExecutionEvent.Kind.allCases).count == ExecutionEvent.Kind.allCases.count)
        #expect(ExecutionEvent.oneOfEach().map(\.kind) == ExecutionEvent.Kind.allCases)
    }

    @Test func namesAreThoseOfLogsAndMetrics() {
        #expect(
            ExecutionEvent.Kind.allCases.map(\.rawValue) == [
                "execution.started", "execution.completed", "execution.failed", "execution.joined",
                "execution.rejected", "execution.superseded", "cache.hit", "cache.evicted", "cache.expired",
            ])
    }

    @Test func endsOfExecutionsHaveADuration() {
        let timed = ExecutionEvent.oneOfEach().filter { $0.duration != nil }.map(\.kind)
        #expect(timed == [.executionCompleted, .executionFailed, .executionSuperseded])
    }
}

private final class Token: Sendable {}

private struct TokenError: Error {
    let token: Token
}

extension ExecutionEvent {
    static func started(_ id: UInt64) -> ExecutionEvent { example(.executionStarted, id) }

    fileprivate static func failed(_ error: any Error) -> ExecutionEvent {
        example(.executionFailed, 1, error: error)
    }

    private static func example(_ kind: Kind, _ id: UInt64, error: (any Error)? = nil) -> ExecutionEvent {
        ExecutionEvent(
            kind, step: "a", fingerprint: .number(1), executionID: id, epoch: 2,
            time: WallTime(nanosecondsSinceEpoch: 3), error: error)
    }
}

extension EventSubscription {
    /// The kinds of all events up to the end.
    fileprivate func kinds() async -> [ExecutionEvent.Kind] {
        var kinds: [ExecutionEvent.Kind] = []
        for await event in self { kinds.append(event.kind) }
        return kinds
    }

    /// The execution ids of all events up to the end.
    fileprivate func executionIDs() async -> [Int] {
        var ids: [Int] = []
        for await event in self { ids.append(Int(event.executionID)) }
        return ids
    }
}
