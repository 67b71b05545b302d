/// When the requests of an open loop are intended to start: offsets from the start of the phase, in nanoseconds.
package enum ArrivalSchedule {
    /// The k-th request when k others are expected before it: equal distances, where the rate does not change. Each offset is
    /// computed from its number, so that rounding never adds up. Ends after `count` requests or with the course.
    package static func constant(_ course: RateCourse, count: Int?) -> [UInt64] {
        precondition(count != nil || course.total.isFinite, "An arrival schedule must end.")
        // What is expected in all is a sum that may be off by its rounding.
        let fitting = course.total.isFinite ? Int((course.total - 1e-6).rounded(.up)) : .max
        return (0..<min(count ?? .max, fitting)).map {
            UInt64((course.time(of: Double($0)) ?? course.length).rounded())
        }
    }

    /// A Poisson process: exponential gaps, also before the first request, where the rate does not change. Ends after `count`
    /// requests or before the first that would start when the course is over.
    package static func poisson(
        _ course: RateCourse, count: Int?, from random: inout RandomStream
    ) -> [UInt64] {
        precondition(count != nil || course.total.isFinite, "An arrival schedule must end.")
        var offsets: [UInt64] = []
        offsets.reserveCapacity(count ?? Int(course.total * 1.01) + 16)
        var expected = 0.0
        while offsets.count < count ?? .max {
            expected += random.exponential()
            guard let time = course.time(of: expected) else { break }
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
