import DedupVerification
import LoadGeneration
import Measurement
import Testing
import Workloads

/// What progress, watchdog and the look at the machine compute, over readings made by hand.
@Suite struct MonitoringTests {
    private static let second: UInt64 = 1_000_000_000

    /// What the pulses say at a time in whole seconds.
    struct Reading {
        var at: UInt64
        var started: Int
        var completed: Int

        init(_ at: UInt64, _ started: Int, _ completed: Int) {
            (self.at, self.started, self.completed) = (at, started, completed)
        }
    }

    static let phases: [(readings: [Reading], hangs: Bool)] = [
        ([Reading(2, 1, 0), Reading(3, 1, 0), Reading(4, 1, 0)], false),
        ([Reading(2, 1, 0), Reading(3, 1, 0), Reading(4, 1, 0), Reading(5, 1, 0)], true),
        // One call hangs, but others return.
        ([Reading(2, 9, 1), Reading(5, 20, 2), Reading(8, 30, 3)], false),
        ([Reading(2, 9, 1), Reading(5, 20, 2), Reading(9, 30, 2)], true),
        // Nothing is open: a pacer may wait as long as it likes.
        ([Reading(100, 0, 0), Reading(200, 0, 0)], false),
        ([Reading(100, 7, 7), Reading(200, 7, 7), Reading(202, 8, 7)], false),
    ]

    /// Phases that begin at second 1, with a watchdog that waits for 3 s.
    @Test(arguments: phases)
    func aSubjectHangsWhenCallsAreOpenAndNoneReturns(readings: [Reading], hangs: Bool) {
        var pulses = PulseReadings(watchdog: 3 * Self.second, interval: 1, start: Self.second)
        let stuck = readings.map {
            pulses.read(started: $0.started, completed: $0.completed, at: $0.at * Self.second).isStuck
        }
        #expect(stuck.dropLast().allSatisfy { !$0 } && stuck.last == hangs)
    }

    @Test func progressIsDueAfterItsIntervalWithTheRateSinceTheLast() {
        var pulses = PulseReadings(watchdog: .max, interval: 2 * Self.second, start: Self.second)
        let rates = [(2, 5), (3, 10), (4, 40), (6, 100), (7, 100), (8, 100)].map { at, completed in
            pulses.read(started: completed, completed: completed, at: UInt64(at) * Self.second).rate
        }
        #expect(rates == [nil, 5, nil, 30, nil, 0])
    }

    /// The thread that looks had its time before the phase began, and came to it after that.
    @Test func aLookFromBeforeThePhaseTellsNothing() {
        var pulses = PulseReadings(watchdog: Self.second, interval: 1, start: 5 * Self.second)
        let early = pulses.read(started: 1, completed: 0, at: Self.second)
        #expect(early.rate == nil && !early.isStuck)
        #expect(!pulses.read(started: 1, completed: 0, at: 6 * Self.second).isStuck)
        #expect(pulses.read(started: 1, completed: 0, at: 6 * Self.second + 1).isStuck)
    }

    /// Times of every magnitude, against all of them in order.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func aLookAtTimesIsASixteenthTooLongAtMost(seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "test/times")
        let times = (0..<500).map { _ in random.word() >> (22 + random.below(42)) }
        let pulses = [Pulse(), Pulse()]
        for (index, time) in times.enumerated() {
            pulses[index % 2].complete(index % 3 == 0 ? .hit : .joined, waited: time)
        }
        let tally = LiveTally(pulses)
        #expect(tally.counts.returned == 500 && tally.all.count == 500 && tally.hits.count == 167)
        #expect(tally.counts.count(of: .hit) == 167 && tally.counts.count(of: .joined) == 333)
        let hits = times.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
        for (told, all) in [(tally.all, times.sorted()), (tally.hits, hits.sorted())] {
            for percent in [0, 1, 50, 99, 100.0] {
                let exact = all[max(1, Int((percent / 100 * Double(all.count)).rounded(.up))) - 1]
                let time = try #require(told.percentile(percent))
                #expect(time >= exact && time <= exact + exact / 16, "seed \(seed), \(percent) %: \(time), \(exact)")
            }
        }
        #expect(LiveTally().all.percentile(50) == nil)
    }

    @Test func aSleepThatLastedTooLongIsAStall() {
        var report = StallReport()
        report.note(0, 1_000_000, wanted: 1_000_000)
        report.note(1_000_000, 1_500_000, wanted: 1_000_000)
        report.note(2_000_000, 12_999_999, wanted: 1_000_000)
        report.note(20_000_000, 31_000_000, wanted: 1_000_000)
        #expect(report.delays.count == 4 && report.delays.minimum == 0)
        #expect(report.windows == [StallReport.Stall(start: 20_000_000, end: 31_000_000)])
        for _ in 0..<StallReport.capacity { report.note(0, 50_000_000, wanted: 1_000_000) }
        #expect(report.windows.count == StallReport.capacity && report.droppedWindows == 1)
    }

    static let accounts: [(text: String, ticks: UInt64?)] = [
        ("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1\n", 27), ("cpu 1 2 3\n", nil), ("", nil),
        ("cpu  a b c d e f g h\n", nil),
    ]

    @Test(arguments: accounts)
    func busyIsAllButIdlingAndWaitingForDisks(text: String, ticks: UInt64?) {
        #expect(ProcessorTime.busyTicks(text) == ticks)
    }

    @Test func timeOfOtherProcessesIsTheMachinesLessOurs() {
        let before = ProcessorTime(busy: 10 * Self.second, own: 4 * Self.second, time: 100)
        let after = ProcessorTime(busy: 16 * Self.second, own: 7 * Self.second, time: 100 + 2 * Self.second)
        #expect(after.foreignProcessors(since: before) == 1.5)
        let busier = ProcessorTime(busy: 11 * Self.second, own: 6 * Self.second, time: 100 + Self.second)
        #expect(busier.foreignProcessors(since: before) == 0, "the two accounts are not read at the same moment")
        #expect(before.foreignProcessors(since: after) == 0)
    }
}
