package import DedupVerification
internal import Synchronization

/// How many calls the clients of one worker have started and finished, and what they came to: for the watchdog, and for the view of
/// the run while it goes on.
///
/// One writer at a time (the worker), so plain stores suffice; any thread may look. A whole cache line each, or two
/// workers would slow each other down.
final class Pulse: Sendable {
    private let starts = Atomic<Int>(0)
    private let completions = Atomic<Int>(0)
    private let outcomes: InlineArray<16, Atomic<Int>>
    private let hits: InlineArray<640, Atomic<UInt32>>
    private let others: InlineArray<640, Atomic<UInt32>>
    private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)

    init() {
        precondition(LiveTimes.size == 640 && OutcomeClass.allCases.count <= 16, "There is a place for everything.")
        outcomes = InlineArray { _ in Atomic(0) }
        hits = InlineArray { _ in Atomic(0) }
        others = InlineArray { _ in Atomic(0) }
    }

    /// A call starts.
    @inline(__always)
    func start() { Self.count(starts) }

    /// A call has returned, for which its caller waited so many nanoseconds.
    @inline(__always)
    func complete(_ outcome: OutcomeClass, waited: UInt64) {
        let place = LiveTimes.place(of: waited)
        Self.count(outcomes[Int(outcome.rawValue)])
        if outcome == .hit { Self.count(hits[place]) } else { Self.count(others[place]) }
        Self.count(completions)
    }

    @inline(__always)
    private static func count(_ counter: borrowing Atomic<Int>) {
        counter.store(counter.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    @inline(__always)
    private static func count(_ counter: borrowing Atomic<UInt32>) {
        counter.store(counter.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Calls started.
    var started: Int { starts.load(ordering: .relaxed) }

    /// Calls returned.
    var completed: Int { completions.load(ordering: .relaxed) }

    /// Adds what the calls came to so far.
    func add(to tally: inout LiveTally) {
        for outcome in OutcomeClass.allCases {
            tally.outcomes[Int(outcome.rawValue)] += outcomes[Int(outcome.rawValue)].load(ordering: .relaxed)
        }
        for place in 0..<LiveTimes.size {
            tally.hits.counts[place] += Int(hits[place].load(ordering: .relaxed))
            tally.others.counts[place] += Int(others[place].load(ordering: .relaxed))
        }
    }
}

/// What the calls of a phase came to so far.
package struct LiveTally: Hashable, Sendable {
    /// How many had each outcome, by its raw value.
    package fileprivate(set) var outcomes = [Int](repeating: 0, count: OutcomeClass.allCases.count)
    /// How long callers waited for hits.
    package fileprivate(set) var hits = LiveTimes()
    /// How long they waited for other answers.
    fileprivate var others = LiveTimes()

    /// Nothing so far.
    package init() {}

    /// How long callers waited for any answer.
    package var all: LiveTimes {
        var all = hits
        for place in all.counts.indices { all.counts[place] += others.counts[place] }
        return all
    }

    /// How many calls have returned.
    package var returned: Int { outcomes.reduce(0, +) }

    /// How many were served without executing.
    var served: Int { [OutcomeClass.hit, .joined, .stale].reduce(0) { $0 + outcomes[Int($1.rawValue)] } }

    /// What the calls came to since an earlier tally of the same phase.
    func since(_ earlier: LiveTally) -> LiveTally {
        var since = self
        for place in outcomes.indices { since.outcomes[place] -= earlier.outcomes[place] }
        for place in hits.counts.indices {
            since.hits.counts[place] -= earlier.hits.counts[place]
            since.others.counts[place] -= earlier.others.counts[place]
        }
        return since
    }

    /// Adds a call.
    package mutating func add(_ outcome: OutcomeClass, waited: UInt64) {
        let place = LiveTimes.place(of: waited)
        outcomes[Int(outcome.rawValue)] += 1
        if outcome == .hit { hits.counts[place] += 1 } else { others.counts[place] += 1 }
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
