import Caching
import Testing

/// When an entry is alive and when it has expired.
struct TimeToLiveTests {
    private func cache() throws -> Cache<Int, String> {
        try Cache(CacheConfiguration(capacity: .entries(100), seed: 1))
    }

    private func instant(_ nanoseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func anEntryIsAliveBeforeItsDeadlineAndExpiredAtIt(offset: Int64, isAlive: Bool) throws {
        let cache = try cache()
        cache.insert("a", for: 1, timeToLive: .fixed(.seconds(5)), at: instant(100))
        let now = instant(100 + 5_000_000_000 + offset)
        #expect((cache.peek(for: 1, at: now) != nil) == isAlive)
        #expect((cache.value(for: 1, at: now) != nil) == isAlive)
        #expect(cache.statistics.expirations == (isAlive ? 0 : 1))
        #expect(cache.count == (isAlive ? 1 : 0))
    }

    @Test(arguments: [(-1, 0), (0, 1), (1, 1)] as [(Int64, Int)])
    func aSweepRemovesExpiredEntriesAndNoOthers(offset: Int64, freed: Int) throws {
        let cache = try cache()
        cache.insert("a", for: 1, timeToLive: .fixed(.nanoseconds(50)), at: instant(0))
        cache.insert("b", for: 2, timeToLive: .fixed(.nanoseconds(500)), at: instant(0))
        cache.insert("c", for: 3, timeToLive: .forever, at: instant(0))
        #expect(cache.sweep(at: instant(50 + offset)) == freed)
        #expect(cache.count == 3 - freed)
        #expect(cache.statistics.expirations == freed)
        #expect(cache.statistics.evictions == 0)
        #expect(cache.sweep(at: .distantFuture) == 2 - freed)
        #expect(cache.value(for: 3, at: instant(.max - 1))?.deadline == nil)
    }

    @Test
    func aSweepSeesEveryShardAndEveryBatch() throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(5_000), shards: 3, seed: 5))
        for key in 0..<5_000 {
            cache.insert(key, for: key, timeToLive: .fixed(.nanoseconds(Int64(key % 10 + 1))), at: instant(0))
        }
        #expect((1...10).map { cache.sweep(at: instant($0)) } == Array(repeating: 500, count: 10))
        #expect(cache.count == 0)
        #expect(cache.sweep(at: instant(11)) == 0)
    }

    @Test
    func aHitSlidesTheDeadlineUpToTheMaximumAge() throws {
        let cache = try cache()
        let timeToLive = TimeToLive.sliding(.nanoseconds(10), maximumAge: .nanoseconds(25))
        cache.insert("a", for: 1, timeToLive: timeToLive, at: instant(0))
        #expect(cache.value(for: 1, at: instant(9))?.deadline == instant(19))
        #expect(cache.value(for: 1, at: instant(5))?.deadline == instant(19), "A deadline never moves back.")
        #expect(cache.value(for: 1, at: instant(18))?.deadline == instant(25))
        #expect(cache.peek(for: 1, at: instant(24)) != nil)
        #expect(cache.value(for: 1, at: instant(24))?.deadline == instant(25))
        #expect(cache.value(for: 1, at: instant(25)) == nil)
    }

    @Test
    func aPeekDoesNotSlideAndSlidingWithoutHitsEnds() throws {
        let cache = try cache()
        cache.insert("a", for: 1, timeToLive: .sliding(.nanoseconds(10)), at: instant(0))
        #expect(cache.peek(for: 1, at: instant(9))?.deadline == instant(10))
        #expect(cache.value(for: 1, at: instant(10)) == nil)
        cache.insert("b", for: 1, timeToLive: .sliding(.nanoseconds(10)), at: instant(20))
        for now in stride(from: Int64(29), to: 2_000, by: 9) { #expect(cache.value(for: 1, at: instant(now)) != nil) }
    }

    @Test(arguments: [0.0, 0.1, 0.5, 0.99])
    func jitterShortensByNoMoreThanItsFraction(fraction: Double) throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(4_000), seed: 3))
        let full: Int64 = 1_000_000
        let timeToLive = TimeToLive.fixed(.nanoseconds(full)).jittered(by: fraction)
        var deadlines: Set<Int64> = []
        for key in 0..<2_000 {
            cache.insert(key, for: key, timeToLive: timeToLive, at: .zero)
            deadlines.insert(try #require(cache.peek(for: key, at: .zero)?.deadline).nanoseconds)
        }
        let shortest = full - Int64(Double(full) * fraction)
        #expect(deadlines.allSatisfy { (shortest...full).contains($0) })
        guard fraction > 0 else { return }
        // 2,000 uniform draws miss the lowest and highest twentieth once in 10^44.
        let slack = Int64(Double(full) * fraction / 20)
        #expect(deadlines.contains { $0 < shortest + slack } && deadlines.contains { $0 > full - slack })
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func aTimeToLiveOfZeroOrLessKeepsNothing(duration: Duration) throws {
        let cache = try cache()
        cache.insert("old", for: 1, timeToLive: .forever, at: instant(0))
        cache.insert("new", for: 1, timeToLive: .fixed(duration), at: instant(0))
        #expect(cache.peek(for: 1, at: instant(0)) == nil)
        #expect(cache.count == 0)
        #expect(cache.statistics.insertions == 2)
        #expect(cache.statistics.replacements == 1)
        #expect(cache.statistics.expirations == 1)
    }

    @Test(arguments: [.seconds(Int64.max), .seconds(Int64.max) * 2, .seconds(1e19), .seconds(1e20)] as [Duration])
    func anAbsurdlyLongTimeToLiveMeansForEver(duration: Duration) throws {
        let cache = try cache()
        cache.insert("a", for: 1, timeToLive: .fixed(duration), at: instant(1_000))
        cache.insert("b", for: 2, timeToLive: .sliding(duration, maximumAge: duration), at: instant(1_000))
        #expect(cache.value(for: 1, at: instant(.max - 1))?.deadline == nil)
        #expect(cache.value(for: 2, at: instant(.max - 1))?.deadline == nil)
    }

    @Test(
        arguments: [
            (.seconds(Int64.max), .max), (.seconds(Int64.max) * 2, .max), (.seconds(1e19), .max),
            (.seconds(Int64.min), .min), (.seconds(-1e19), .min), (.nanoseconds(7) + .nanoseconds(1) / 2, 12),
            (.nanoseconds(-7) - .nanoseconds(1) / 2, -2), (.nanoseconds(1) / 2, 5), (.nanoseconds(-1) / 2, 5),
        ] as [(Duration, Int64)])
    func anInstantIsAdvancedByWholeNanosecondsAndStopsAtTheEnds(duration: Duration, expected: Int64) {
        let start = duration > .seconds(1) || duration < .seconds(-1) ? instant(0) : instant(5)
        #expect(start.advanced(by: duration) == instant(expected))
    }

    @Test
    func aHitHasAgeAndDeadline() throws {
        let cache = try cache()
        cache.insert("a", for: 1, timeToLive: .fixed(.nanoseconds(100)), at: instant(7))
        let hit = try #require(cache.value(for: 1, at: instant(50)))
        #expect(hit.value == "a")
        #expect(hit.storedAt == instant(7))
        #expect(hit.age == .nanoseconds(43))
        #expect(hit.deadline == instant(107))
    }

    @Test(arguments: [
        (TimeToLive.milliseconds(5), Duration.milliseconds(5)), (.seconds(5), .seconds(5)),
        (.minutes(5), .seconds(300)), (.hours(5), .seconds(18_000)), (.seconds(-1), .seconds(-1)),
        (.hours(.max), .nanoseconds(Int64.max)), (.seconds(.min), .nanoseconds(Int64.min)),
    ])
    func aNumberOfUnitsIsFixed(timeToLive: TimeToLive, duration: Duration) {
        #expect(timeToLive == .fixed(duration))
    }

    /// Where a time to live, an optional one or a duration is expected, the same words compile.
    @Test func unitsAreNotAmbiguous() {
        func optional(_ timeToLive: TimeToLive?) -> TimeToLive? { timeToLive }
        #expect(optional(.seconds(5)) == .fixed(.seconds(5)))
        #expect(optional(.minutes(1).jittered(by: 0.5)) == .fixed(.seconds(60)).jittered(by: 0.5))
        #expect(optional(.sliding(.seconds(1), maximumAge: .milliseconds(1_500))) != nil && optional(nil) == nil)
    }

    @Test(arguments: [
        (TimeToLive.fixed(.zero), "timeToLive.fixed"),
        (.sliding(.seconds(-1)), "timeToLive.sliding"),
        (.sliding(.seconds(2), maximumAge: .seconds(1)), "timeToLive.maximumAge"),
        (TimeToLive.fixed(.seconds(1)).jittered(by: 1), "timeToLive.jitter"),
        (TimeToLive.fixed(.seconds(1)).jittered(by: .nan), "timeToLive.jitter"),
    ])
    func aTimeToLiveThatMakesNoSenseIsRefusedByName(timeToLive: TimeToLive, field: String) {
        #expect { try timeToLive.validate() } throws: { ($0 as? CacheConfigurationError)?.field == field }
    }

    @Test
    func aTimeToLiveThatMakesSenseIsAccepted() throws {
        try TimeToLive.forever.validate()
        try TimeToLive.sliding(.seconds(1), maximumAge: .seconds(1)).jittered(by: 0.5).validate()
        // What is below 1 is so in four bytes, too.
        try TimeToLive.fixed(.seconds(1)).jittered(by: 1.0.nextDown).validate()
    }

    @Test(arguments: [
        (TimeToLive.forever, "forever"),
        (.fixed(.seconds(60)), "fixed(60.0 seconds)"),
        (.sliding(.seconds(1)), "sliding(1.0 seconds)"),
        (
            .sliding(.seconds(1), maximumAge: .seconds(5)).jittered(by: 0.1),
            "sliding(1.0 seconds, maximumAge: 5.0 seconds), jittered by 0.1"
        ),
    ])
    func aDescriptionIsAsInCode(timeToLive: TimeToLive, text: String) {
        #expect("\(timeToLive)" == text)
    }

    @Test func aJitterThatIsRefusedIsToldAsItWasWritten() {
        let error = #expect(throws: CacheConfigurationError.self) {
            try TimeToLive.fixed(.seconds(1)).jittered(by: 1.1).validate()
        }
        #expect(error.map { "\($0)" }?.contains("1.1") == true && error.map { "\($0)" }?.contains("1.09") == false)
    }
}
