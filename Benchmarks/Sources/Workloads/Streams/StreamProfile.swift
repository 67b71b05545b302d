/// What a stretch of requests consists of: known before the run, and the yardstick for its outcome.
package struct StreamProfile: Hashable, Sendable {
    package let requests: Int
    /// How many different keys are asked for.
    package let distinctKeys: Int
    /// Requests for a key that an earlier one already asked for: what perfect deduplication could save.
    package var repeats: Int { requests - distinctKeys }
    /// Requests that have another one for the same key less than `window` positions away: those that can meet.
    package let neighbours: Int
}

extension RequestStream {
    /// Counts the first `requests` positions; `window` is the number of requests under way at once.
    package func profile(first requests: Int? = nil, window: Int = 1) -> StreamProfile {
        let requests = requests ?? limit ?? count
        var last = [Int](repeating: -1, count: keyCount)
        var counted = [Bool](repeating: false, count: keyCount)
        var distinct = 0
        var neighbours = 0
        for position in 0..<requests {
            let key = Int(keys[position % count])
            let previous = last[key]
            if previous < 0 { distinct += 1 }
            let meets = previous >= 0 && position - previous < window
            if meets { neighbours += counted[key] ? 1 : 2 }
            counted[key] = meets
            last[key] = position
        }
        return StreamProfile(requests: requests, distinctKeys: distinct, neighbours: neighbours)
    }
}
