/// An upper bound of ``CapacityCeiling`` for a history that is never there at once.
///
/// Of the stays of a phase no more can have been kept than fit into the room times the length of the phase, the shortest first:
/// PFOO-U of D. S. Berger, N. Beckmann, M. Harchol-Balter, "Practical Bounds on Optimal Caching with Variable Object Sizes" (2018),
/// section 4.2, for results of one size. That takes the lengths of the stays alone, which are counted here by length, in steps of
/// less than 2 %.
package struct CapacityBudget {
    /// The stays of a phase.
    private struct Stays {
        /// Requests that take no place.
        var free = 0
        var counts = [Int](repeating: 0, count: Lengths.count)
        /// The sum of the lengths.
        var sums = [Double](repeating: 0, count: Lengths.count)
        /// When the last one ended.
        var end: UInt64 = 0

        mutating func add(from start: UInt64, to end: UInt64) {
            let length = end - min(start, end)
            counts[Lengths.number(of: length)] += 1
            sums[Lengths.number(of: length)] += Double(length)
            self.end = max(self.end, end)
        }

        /// How many fit into the room from a time on until the last one ends.
        func most(_ capacity: Int, from begin: UInt64) -> Int {
            var room = Double(capacity) * Double(end - min(begin, end))
            var kept = free
            for (number, count) in counts.enumerated() where count > 0 {
                guard sums[number] > room else {
                    room -= sums[number]
                    kept += count
                    continue
                }
                // None of these is shorter than the shortest that is counted here. A little more, as sums are rounded: by less than
                // that in billions of stays.
                return kept + min(count, Int(room / Double(Lengths.shortest(number)) * (1 + 1e-6)))
            }
            return kept
        }
    }

    private let capacity: Int
    private let phases: PhaseTable
    private var stays: [UInt16: Stays] = [:]

    /// A budget of which nothing is used.
    init(capacity: Int, phases: PhaseTable) {
        self.capacity = capacity
        self.phases = phases
    }

    /// Adds what some keys would take.
    mutating func add(_ figures: [UInt16: CapacityCeiling.Figures]) {
        for (phase, figures) in figures {
            // What a result was there before the phase began is no part of what the phase has.
            let begin = phases.start(of: phase)
            stays[phase, default: Stays()].free += figures.free
            for (start, end) in zip(figures.starts, figures.ends) {
                stays[phase]?.add(from: max(start, begin), to: end)
            }
        }
    }

    /// Adds the bound to the figures of the phases and of all of them together.
    func add(to result: inout VerificationResult) {
        var all = 0
        for (phase, counts) in result.phases {
            let most = stays[phase]?.most(capacity, from: phases.start(of: phase)) ?? 0
            result.phases[phase]?.attainableWithinCapacity = min(most, counts.attainableHits)
            all += most
        }
        result.total.attainableWithinCapacity = min(all, result.total.attainableHits)
    }

    /// The most of some stays that fit into the room for `capacity` of them at any one time, or more: never fewer than
    /// ``CapacityCeiling/most(starts:ends:capacity:)``.
    package static func most(starts: [UInt64], ends: [UInt64], capacity: Int) -> Int {
        var stays = Stays()
        for (start, end) in zip(starts, ends) { stays.add(from: start, to: end) }
        return stays.most(capacity, from: starts.min() ?? 0)
    }
}

/// Numbers lengths: 64 to an octave, and each below 64 alone.
private enum Lengths {
    static let count = 64 * 59

    static func number(of length: UInt64) -> Int {
        guard length >= 64 else { return Int(length) }
        let shift = 57 - length.leadingZeroBitCount
        return 64 * shift + Int(length >> shift)
    }

    /// The shortest length of a number.
    static func shortest(_ number: Int) -> UInt64 {
        guard number >= 128 else { return UInt64(number) }
        let shift = number / 64 - 1
        return UInt64(number % 64 + 64) << shift
    }
}
