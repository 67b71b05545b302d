/// How the rate of arrivals goes over the time of a phase: stretches of one rate or of a straight ramp, one after the other.
///
/// The expected number of arrivals by a time is the area under the rate. A Poisson process of unit rate, with its times put
/// through the inverse of that, is one whose rate goes as the course says (Çinlar, "Introduction to Stochastic Processes",
/// 1975); the same inverse puts the k-th of regular arrivals where k are expected.
package struct RateCourse: Hashable, Sendable {
    /// One stretch; rates are those of a second, times are nanoseconds.
    private struct Stretch: Hashable {
        var begin: Double
        var length: Double
        var from: Double
        var to: Double
        /// The arrivals that are expected before it.
        var before: Double

        /// The arrivals that are expected in it.
        var arrivals: Double { (from + to) / 2 * length / 1e9 }

        /// Those expected in the first `time` of it.
        func arrivals(in time: Double) -> Double {
            let seconds = time / 1e9
            return from * seconds + (to - from) * seconds * time / length / 2
        }

        /// How long it takes from its begin until so many are expected.
        func time(of arrivals: Double) -> Double {
            // At the begin of a ramp from nothing, where the form below has no value.
            if arrivals == 0 { return 0 }
            if from == to { return arrivals * 1e9 / from }
            let slope = (to - from) / (length / 1e9)
            // The form of the solution that loses no digits where the slope is small or falls.
            return 2 * arrivals / (from + max(0, from * from + 2 * slope * arrivals).squareRoot()) * 1e9
        }
    }

    private var stretches: [Stretch] = []

    /// One rate, for a time in nanoseconds, or without end.
    package init(perSecond rate: Double, for length: UInt64? = nil) {
        append(from: rate, to: rate, length: length.map { Double($0) } ?? .infinity)
    }

    /// Stages, one after the other.
    package init(_ stages: [RateStage]) {
        for stage in stages {
            append(from: stage.rate.from, to: stage.rate.to, length: Double(stage.duration.nanoseconds))
        }
    }

    private mutating func append(from: Double, to: Double, length: Double) {
        let last = stretches.last
        stretches.append(
            Stretch(
                begin: last.map { $0.begin + $0.length } ?? 0, length: length, from: from, to: to,
                before: last.map { $0.before + $0.arrivals } ?? 0))
    }

    /// How long it lasts, in nanoseconds; without end for one rate without a time.
    package var length: Double { stretches.last.map { $0.begin + $0.length } ?? 0 }

    /// How many arrivals are expected in all; without end for one rate without a time.
    package var total: Double { stretches.last.map { $0.before + $0.arrivals } ?? 0 }

    /// The first stretch for which something holds that holds for all after it, too: asked once a request, of many stages.
    private func firstStretch(where condition: (Stretch) -> Bool) -> Int {
        var (low, high) = (0, stretches.count)
        while low < high {
            let middle = (low + high) / 2
            if condition(stretches[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// How many arrivals are expected before a time, in nanoseconds from the start of the phase.
    package func arrivals(before time: Double) -> Double {
        let next = firstStretch { $0.begin > time }
        guard next > 0 else { return 0 }
        let stretch = stretches[next - 1]
        if time - stretch.begin >= stretch.length { return stretch.before + stretch.arrivals }
        return stretch.before + stretch.arrivals(in: time - stretch.begin)
    }

    /// The last time, in nanoseconds from the start of the phase, before which no more than so many arrivals are expected; nil
    /// if that is so until the end.
    package func time(of arrivals: Double) -> Double? {
        let number = firstStretch { $0.before + $0.arrivals > arrivals }
        guard number < stretches.count else { return nil }
        let stretch = stretches[number]
        return min(stretch.begin + stretch.time(of: arrivals - stretch.before), stretch.begin + stretch.length)
    }
}
