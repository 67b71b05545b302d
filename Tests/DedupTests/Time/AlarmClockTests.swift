import Caching
import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct AlarmClockTests {
    private let time = ManualTimeSource()
    private let delivered: AsyncStream<Int>
    private let clock: AlarmClock<Int>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        delivered = stream
        clock = AlarmClock(time: time) { continuation.yield($0) }
    }

    private func at(_ nanoseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    private func next(_ count: Int) async -> [Int] {
        var events: [Int] = []
        for await event in delivered {
            events.append(event)
            if events.count == count { break }
        }
        return events
    }

    @Test func deliversInTheOrderOfDeadlines() async throws {
        for event in [5, 1, 4, 2, 3] { _ = clock.set(event, at: at(Int64(event))) }
        try await time.waitForSleepers(1)
        time.advance(to: at(5))
        #expect(await next(5) == [1, 2, 3, 4, 5])
        #expect(clock.count == 0)
    }

    @Test func anEarlierAlarmWakesTheSleeper() async throws {
        _ = clock.set(2, at: at(100))
        #expect(try await time.nextSleeper() == at(100))
        _ = clock.set(1, at: at(10))
        #expect(try await time.nextSleeper() == at(10))
        time.advance(to: at(10))
        #expect(await next(1) == [1])
        #expect(try await time.nextSleeper() == at(100))
        time.advance(to: at(100))
        #expect(await next(1) == [2])
    }

    @Test func aLaterAlarmStartsNoSecondSleeper() async throws {
        _ = clock.set(1, at: at(10))
        try await time.nextSleeper()
        for event in 2..<100 { _ = clock.set(event, at: at(Int64(10 * event))) }
        #expect(time.sleeperCount == 1)
        time.advance(to: at(990))
        #expect(await next(99) == Array(1..<100))
    }

    @Test func aRemovedAlarmDoesNotGoOff() async throws {
        let ticket = clock.set(1, at: at(10))
        _ = clock.set(2, at: at(20))
        clock.remove(ticket)
        clock.remove(ticket)
        try await time.nextSleeper()
        time.advance(to: at(20))
        #expect(await next(1) == [2])
        #expect(clock.count == 0)
    }

    @Test func theSleeperEndsWithItsClock() async throws {
        do {
            let clock = AlarmClock<Int>(time: time) { _ in Issue.record("An alarm went off after its clock was gone.") }
            _ = clock.set(1, at: at(100))
            _ = clock.set(2, at: at(10))
            try await time.waitForSleepers(1)
        }
        await eventually { time.sleeperCount == 0 }
    }

    @Test func anAlarmInThePastGoesOffWithoutASleep() async {
        _ = clock.set(7, at: at(-1))
        #expect(await next(1) == [7])
        #expect(time.sleeperCount == 0)
    }

    @Test func worksAgainAfterItWasIdle() async throws {
        for round in 1...20 {
            _ = clock.set(round, at: time.now.advanced(by: .seconds(1)))
            try await time.nextSleeper()
            time.advance(by: .seconds(1))
            #expect(await next(1) == [round])
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func deliversEveryAlarmThatManyThreadsSet(seed: UInt64) async throws {
        let (threads, alarms) = (8, 500)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    var random = SplitMix64(seed: seed + UInt64(thread))
                    for alarm in 0..<alarms {
                        let deadline = at(.random(in: 1...1_000, using: &random))
                        let ticket = clock.set(thread * alarms + alarm, at: deadline)
                        if alarm % 2 == 1 { clock.remove(ticket) }
                    }
                }
            }
        }
        try await time.waitForSleepers(1)
        time.advance(to: at(1_000))
        let kept = (0..<threads * alarms).filter { $0 % 2 == 0 }
        #expect(await next(kept.count).sorted() == kept, "seed \(seed)")
        #expect(clock.count == 0)
    }
}
