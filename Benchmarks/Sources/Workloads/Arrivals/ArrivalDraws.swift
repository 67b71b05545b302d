/// When the requests of an open loop are intended to start: offsets from the start of the phase, in nanoseconds, drawn a piece at a
/// time. Where the pieces are cut makes no difference.
package struct ArrivalDraws: Sendable {
    private let course: RateCourse
    /// Random numbers for a Poisson process; nil for regular arrivals.
    private var random: RandomStream?
    /// How many arrivals are expected before the last one that was drawn.
    private var expected = 0.0
    private var drawn = 0
    /// How many there are: one at least.
    package let count: Int

    /// Regular arrivals: the k-th request comes when k others are expected before it, at equal distances where the rate does not
    /// change. Each offset is computed from its number, so that rounding never adds up.
    ///
    /// - Parameter count: After how many they end, unless the course is over before; nil: with the course, which must end.
    package init(regular course: RateCourse, count: Int?) {
        precondition(count != nil || course.total.isFinite, "Arrivals must end.")
        self.course = course
        // What is expected in all is a sum that may be off by its rounding.
        let fitting = course.total.isFinite ? Int((course.total - 1e-6).rounded(.up)) : .max
        self.count = max(1, min(count ?? .max, fitting))
    }

    /// A Poisson process: exponential gaps, also before the first request, where the rate does not change.
    ///
    /// - Parameter count: After how many they end, unless one would come when the course is over; nil: with the course, which must
    ///   end.
    package init(poisson course: RateCourse, count: Int?, from random: RandomStream) {
        precondition(count != nil || course.total.isFinite, "Arrivals must end.")
        self.course = course
        self.random = random
        // The gaps alone, which takes some nanoseconds each.
        var (gaps, expected, fitting) = (random, 0.0, 0)
        while fitting < count ?? .max {
            expected += gaps.exponential()
            if expected >= course.total { break }
            fitting += 1
        }
        self.count = max(1, fitting)
    }

    /// Whether all are drawn.
    var isDone: Bool { drawn == count }

    /// Draws the next ones: so many, or all that are left.
    package mutating func next(_ most: Int) -> [UInt64] {
        let numbers = drawn..<min(count, drawn + most)
        drawn = numbers.upperBound
        return numbers.map { number in
            guard var random else { return UInt64((course.time(of: Double(number)) ?? course.length).rounded()) }
            expected += random.exponential()
            self.random = random
            // A phase has one request, even if none would come in its time.
            return UInt64(course.time(of: expected) ?? course.time(of: 0) ?? 0)
        }
    }

    /// All of them.
    package var all: [UInt64] {
        var draws = self
        return draws.next(count)
    }

    /// Recorded times, which must not decrease, as distances from the first of them divided by the factor.
    package static func recorded(_ times: some Collection<UInt64>, factor: Double) -> [UInt64] {
        guard let first = times.first else { return [] }
        return times.map { UInt64((Double($0 - first) / factor).rounded()) }
    }
}
