import Dedup
import DedupTesting
import Testing

/// The buffer of a subscription does the same as an array that loses its first element when it is full.
@Suite(.timeLimit(.minutes(1))) struct EventBufferModelTests {
    @Test(arguments: [1, 2, 7, 16, 33, 100], 1...3 as ClosedRange<UInt64>)
    func doesTheSameAsAnArray(capacity: Int, seed: UInt64) async {
        var random = SplitMix64(seed: seed)
        let bus = EventBus()
        let subscription = bus.subscribe(buffering: capacity)
        var iterator = subscription.makeAsyncIterator()
        var model: [UInt64] = []
        var dropped = 0
        for number in 1...3_000 as ClosedRange<UInt64> {
            // It fills, and then it empties.
            let fills = number % 600 < 300
            if Int.random(in: 0..<10, using: &random) < (fills ? 7 : 3) {
                bus.publish(.started(number))
                if model.count == capacity {
                    model.removeFirst()
                    dropped += 1
                }
                model.append(number)
            } else if !model.isEmpty {
                let event = await iterator.next()
                #expect(event?.executionID == model.removeFirst(), "event \(number), seed \(seed)")
            }
        }
        #expect(subscription.droppedEvents == dropped && bus.droppedEvents == dropped)
        bus.finish()
        bus.publish(.started(0))
        while let event = await iterator.next() { #expect(event.executionID == model.removeFirst()) }
        #expect(model.isEmpty)
    }

    /// Tasks that wait get the events in the order in which they came, each one once, however the threads meet.
    @Test(arguments: [1, 4])
    func everyEventReachesOneIterator(iterators: Int) async {
        let bus = EventBus()
        let subscription = bus.subscribe(buffering: 10_000)
        let received = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<iterators {
                group.addTask {
                    var ids: [UInt64] = []
                    for await event in subscription { ids.append(event.executionID) }
                    return ids
                }
            }
            group.addTask {
                for number in 1...5_000 as ClosedRange<UInt64> {
                    bus.publish(.started(number))
                    if number % 100 == 0 { await Task.yield() }
                }
                bus.finish()
                return []
            }
            return await group.reduce(into: [[UInt64]]()) { $0.append($1) }
        }
        #expect(received.allSatisfy { $0 == $0.sorted() })
        #expect(received.joined().sorted() == Array(1...5_000))
        #expect(subscription.droppedEvents == 0 && bus.subscriberCount == 0)
    }

    /// A publisher that is always ahead does not keep a cancelled task for ever: it gets what is buffered, and no more.
    @Test func aTaskThatIsCancelledEndsHoweverMuchIsPublished() async {
        let bus = EventBus()
        let subscription = bus.subscribe(buffering: 5)
        for number in 1...5 as ClosedRange<UInt64> { bus.publish(.started(number)) }
        let listener = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            var count = 0
            for await _ in subscription {
                count += 1
                bus.publish(.started(99))
            }
            return count
        }
        #expect(await listener.value == 5 && bus.subscriberCount == 0)
    }

    @Test func oneIteratorThatIsCancelledEndsTheSubscriptionForAll() async {
        let bus = EventBus()
        let subscription = bus.subscribe()
        let listeners = (0..<3).map { _ in
            Task {
                var count = 0
                for await _ in subscription { count += 1 }
                return count
            }
        }
        listeners[1].cancel()
        for listener in listeners { #expect(await listener.value == 0) }
        #expect(bus.subscriberCount == 0)
    }
}
