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
        var answered = 0
        var hits = 0
        var joined = 0
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
        intervals.enumerated().flatMap { number, interval in
            // The last interval is cut off by the end of the phase.
            let offset = UInt64(number) * width
            return interval.points(offset: offset, seconds: Double(min(width, duration - offset)) / 1e9)
        }
    }
}

extension TimeSeries.Interval {
    fileprivate mutating func count(_ call: Call) {
        answered += 1
        if call.outcome == .joined { joined += 1 }
        guard call.outcome == .hit else { return }
        hits += 1
        // In a closed loop a call is intended to start when it does.
        slowestHit = max(slowestHit, call.end - min(call.intended, call.end))
    }

    fileprivate func points(offset: UInt64, seconds: Double) -> [TimeSeriesPoint] {
        guard seconds > 0 else { return [] }
        let point = { TimeSeriesPoint(offset: offset, metric: $0, value: $1, unit: $2) }
        var points = [
            point("throughput", Double(answered) / seconds, "per_s"),
            point("executions.rate", Double(executions) / seconds, "per_s"),
        ]
        guard answered > 0 else { return points }
        points.append(point("hit_rate.hits", Double(hits) / Double(answered), "ratio"))
        points.append(point("hit_rate.joins", Double(joined) / Double(answered), "ratio"))
        if hits > 0 { points.append(point("hit.latency.max", Double(slowestHit), "ns")) }
        return points
    }
}
