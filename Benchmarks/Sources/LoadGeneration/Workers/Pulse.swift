package import DedupVerification
internal import Synchronization

/// How many calls the clients of one worker have started and finished, and what they came to: for the watchdog, and for the view of
/// the run while it goes on.
///
/// One writer at a time (the worker), so plain stores suffice; any thread may look. A whole cache line each, or two
/// workers would slow each other down.
package final class Pulse: Sendable {
    // As requests are numbered with 32 bits, no counter needs more.
    private let starts = Atomic<UInt32>(0)
    private let outcomes: InlineArray<16, Atomic<UInt32>>
    private let hits: InlineArray<640, Atomic<UInt32>>
    private let others: InlineArray<640, Atomic<UInt32>>
    private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)

    /// Nothing was called yet.
    package init() {
        precondition(LiveTimes.size == 640 && OutcomeClass.allCases.count <= 16, "There is a place for everything.")
        outcomes = InlineArray { _ in Atomic(0) }
        hits = InlineArray { _ in Atomic(0) }
        others = InlineArray { _ in Atomic(0) }
    }

    /// A call starts.
    @inline(__always)
    package func start() { Self.count(starts) }

    /// A call has returned, for which its caller waited so many nanoseconds.
    @inline(__always)
    package func complete(_ outcome: OutcomeClass, waited: UInt64) {
        let place = LiveTimes.place(of: waited)
        Self.count(outcomes[Int(outcome.rawValue)])
        if outcome == .hit { Self.count(hits[place]) } else { Self.count(others[place]) }
    }

    @inline(__always)
    private static func count(_ counter: borrowing Atomic<UInt32>) {
        counter.store(counter.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Calls started.
    var started: Int { Int(starts.load(ordering: .relaxed)) }

    /// Calls returned.
    var completed: Int { OutcomeClass.allCases.reduce(0) { $0 + count(of: $1) } }

    private func count(of outcome: OutcomeClass) -> Int {
        Int(outcomes[Int(outcome.rawValue)].load(ordering: .relaxed))
    }

    /// Adds what the calls came to so far.
    fileprivate func add(to tally: inout LiveTally) {
        for outcome in OutcomeClass.allCases { tally.counts.outcomes[Int(outcome.rawValue)] += count(of: outcome) }
        tally.counts.operations = tally.counts.outcomes.reduce(0, +)
        for place in 0..<LiveTimes.size {
            tally.hits.counts[place] += Int(hits[place].load(ordering: .relaxed))
            tally.others.counts[place] += Int(others[place].load(ordering: .relaxed))
        }
    }
}

/// What the calls of a phase came to so far.
package struct LiveTally: Hashable, Sendable {
    /// How many had each outcome. All of them have returned, and nothing is counted that takes the checker.
    package fileprivate(set) var counts = VerificationCounts()
    /// How long callers waited for hits.
    package fileprivate(set) var hits = LiveTimes()
    /// How long they waited for other answers.
    fileprivate var others = LiveTimes()

    /// What the calls of some workers came to; without workers nothing.
    package init(_ pulses: [Pulse] = []) {
        for pulse in pulses { pulse.add(to: &self) }
    }

    /// How long callers waited for any answer.
    package var all: LiveTimes {
        var all = hits
        for place in all.counts.indices { all.counts[place] += others.counts[place] }
        return all
    }
}

/// Times in classes of which each is a sixteenth wider than the one before: good enough for a look, and small enough to be kept
/// while calls are made. What is reported in the end comes from the history.
package struct LiveTimes: Hashable, Sendable {
    /// How many classes there are: up to more than an hour.
    static let size = 640
    /// Shorter times have a class each.
    private static let exact: UInt64 = 32

    /// How many times fell into each class.
    fileprivate(set) var counts = [Int](repeating: 0, count: size)

    /// The class that a time in nanoseconds falls into.
    @inline(__always)
    static func place(of time: UInt64) -> Int {
        guard time >= exact else { return Int(time) }
        let exponent = 63 - time.leadingZeroBitCount
        let place = exponent * 16 + Int(time >> UInt64(exponent - 4)) - 64
        return min(place, size - 1)
    }

    /// The longest time of a class, in nanoseconds.
    static func longest(at place: Int) -> UInt64 {
        guard place >= exact else { return UInt64(place) }
        let (exponent, part) = ((place + 48) / 16, UInt64((place + 48) % 16))
        return (16 + part + 1) << UInt64(exponent - 4) - 1
    }

    /// The times since an earlier look at the same ones.
    func since(_ earlier: LiveTimes) -> LiveTimes {
        var since = self
        for place in counts.indices { since.counts[place] -= earlier.counts[place] }
        return since
    }

    /// How many times there are.
    package var count: Int { counts.reduce(0, +) }

    /// The time that so many per cent (0...100) do not exceed, or a little more; nil where there are none.
    package func percentile(_ percent: Double) -> UInt64? { range(ofPercentile: percent)?.upperBound }

    /// The times of the class that the percentile falls into; nil where there are none.
    package func range(ofPercentile percent: Double) -> ClosedRange<UInt64>? {
        let total = count
        guard total > 0 else { return nil }
        let rank = max(1, Int((percent / 100 * Double(total)).rounded(.up)))
        var below = 0
        for place in counts.indices {
            below += counts[place]
            if below >= rank { return (place == 0 ? 0 : Self.longest(at: place - 1) + 1)...Self.longest(at: place) }
        }
        return nil
    }
}
