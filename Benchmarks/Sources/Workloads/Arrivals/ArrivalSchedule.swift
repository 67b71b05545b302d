/// When the requests of an open loop are intended to start: offsets from the start of the phase, in nanoseconds.
package enum ArrivalSchedule {
    /// Equal distances. Each offset is computed from its number, so that rounding never adds up.
    package static func constant(perSecond rate: Double, count: Int) -> [UInt64] {
        (0..<count).map { UInt64((Double($0) * 1e9 / rate).rounded()) }
    }

    /// A Poisson process: exponential gaps, also before the first request. Ends after `count` requests or before the
    /// first that would start at `duration` or later.
    package static func poisson(
        perSecond rate: Double, count: Int?, duration: UInt64?, from random: inout RandomStream
    ) -> [UInt64] {
        precondition(count != nil || duration != nil, "An arrival schedule must end.")
        var offsets: [UInt64] = []
        offsets.reserveCapacity(count ?? Int(Double(duration ?? 0) * rate / 1e9 * 1.01) + 16)
        var time = 0.0
        while offsets.count < count ?? .max {
            time += random.exponential() * 1e9 / rate
            if let duration, time >= Double(duration) { break }
            offsets.append(UInt64(time))
        }
        return offsets
    }

    /// Recorded times, which must not decrease, as distances from the first of them divided by the factor.
    package static func recorded(_ times: some Collection<UInt64>, factor: Double) -> [UInt64] {
        guard let first = times.first else { return [] }
        return times.map { UInt64((Double($0 - first) / factor).rounded()) }
    }
}
