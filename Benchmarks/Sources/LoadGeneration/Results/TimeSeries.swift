internal import DedupVerification
internal import Evidence

/// What happened over time in a phase, counted from its history after it has ended.
struct TimeSeries {
    /// How wide the intervals are: 100 ms, or wider where that would make more than 600 of them.
    private let width: UInt64
    private let start: UInt64
    private let duration: UInt64
    private var intervals: [Interval]

    fileprivate struct Interval {
        /// The calls that were answered, by outcome.
        var outcomes = [Int](repeating: 0, count: OutcomeClass.allCases.count)
        var executions = 0
        var slowestHit: UInt64 = 0
    }

    /// The series of a phase in which nothing has happened yet.
    init(start: UInt64, duration: UInt64) {
        (self.start, self.duration) = (start, duration)
        width = max(100_000_000, duration / 600)
        intervals = [Interval](repeating: Interval(), count: Int(duration / width) + 1)
    }

    private func index(_ time: UInt64) -> Int? {
        time >= start && time <= start + duration ? Int((time - start) / width) : nil
    }

    /// Counts a call that has returned.
    mutating func add(_ call: Call) {
        if let index = index(call.end) { intervals[index].count(call) }
    }

    /// Counts an execution.
    mutating func add(_ execution: Execution) {
        if let index = index(execution.begin) { intervals[index].executions += 1 }
    }

    /// The points, interval by interval.
    var points: [TimeSeriesPoint] {
        // What happens in some intervals only is nothing in the others.
        let seen = OutcomeClass.allCases.filter { outcome in
            intervals.contains { $0.outcomes[Int(outcome.rawValue)] > 0 }
        }
        return intervals.enumerated().flatMap { number, interval in
            // The last interval is cut off by the end of the phase.
            let offset = UInt64(number) * width
            return interval.points(offset: offset, seconds: Double(min(width, duration - offset)) / 1e9, seen)
        }
    }
}

extension TimeSeries.Interval {
    fileprivate mutating func count(_ call: Call) {
        outcomes[Int(call.outcome.rawValue)] += 1
        guard call.outcome == .hit else { return }
        // In a closed loop a call is intended to start when it does.
        slowestHit = max(slowestHit, call.end - min(call.intended, call.end))
    }

    fileprivate func points(offset: UInt64, seconds: Double, _ seen: [OutcomeClass]) -> [TimeSeriesPoint] {
        guard seconds > 0 else { return [] }
        let answered = outcomes.reduce(0, +)
        let share = { (outcome: OutcomeClass) in Double(outcomes[Int(outcome.rawValue)]) / Double(answered) }
        let point = { TimeSeriesPoint(offset: offset, metric: $0, value: $1, unit: $2) }
        var points = [
            point("throughput", Double(answered) / seconds, "per_s"),
            point("executions.rate", Double(executions) / seconds, "per_s"),
        ]
        guard answered > 0 else { return points }
        points.append(point("hit_rate.hits", share(.hit), "ratio"))
        points.append(point("hit_rate.joins", share(.joined), "ratio"))
        for outcome in seen where outcome != .hit && outcome != .joined {
            points.append(point("outcomes.\(outcome.name)", share(outcome), "ratio"))
        }
        if share(.hit) > 0 { points.append(point("hit.latency.max", Double(slowestHit), "ns")) }
        return points
    }
}
