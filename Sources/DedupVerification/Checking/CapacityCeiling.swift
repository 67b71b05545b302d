/// How many requests a cache with so much room could have answered without executing, whatever it gives up and whenever: the
/// ceiling of the hit rate for any policy, those that know the future included.
///
/// A request that comes while the last execution of its key may still run takes no room. Any other takes one place, from when
/// the key was last asked for until it is asked for again. Wherever what is true is not known, the place is taken for the
/// shorter time, and the result lives the longer one; so the figure is an upper bound.
package struct CapacityCeiling {
    let rule: FreshnessRule
    let requests: RequestOrder
    let capacity: Int

    /// What could have been answered in a stretch of the history.
    struct Figures {
        /// Requests that take no place.
        var free = 0
        /// What the others need a place for: from when, and until when.
        var starts: [UInt64] = []
        var ends: [UInt64] = []

        /// The most that could have been answered; with room for everything, all of them.
        func most(_ capacity: Int) -> Int {
            free
                + (capacity == .max
                    ? starts.count : CapacityCeiling.most(starts: starts, ends: ends, capacity: capacity))
        }
    }

    /// Adds the ceiling to the figures of the phases and of all of them together.
    func add(to result: inout VerificationResult) {
        let capacity = requests.keyCount > capacity ? capacity : .max
        let figures = figures
        let ofPhases = figures.mapValues { $0.most(capacity) }
        for (phase, counts) in result.phases {
            result.phases[phase]?.attainableWithinCapacity = min(ofPhases[phase] ?? 0, counts.attainableHits)
        }
        // A phase alone may use all of the room for its own requests, so the bounds of all phases may add up to more.
        let all = ofPhases.count == 1 ? ofPhases.values.first ?? 0 : sum(figures.values).most(capacity)
        result.total.attainableWithinCapacity = min(all, result.total.attainableHits)
    }

    private func sum(_ figures: some Collection<Figures>) -> Figures {
        figures.reduce(into: Figures()) { all, figures in
            all.free += figures.free
            all.starts += figures.starts
            all.ends += figures.ends
        }
    }

    /// What could have been answered in each phase.
    var figures: [UInt16: Figures] {
        var figures: [UInt16: Figures] = [:]
        for key in 0..<requests.keyCount {
            // From when on a result can be there, and until when it can be served; nil while there can be none.
            var result: (from: UInt64, until: UInt64)?
            var (asked, latest): (UInt64, UInt64) = (0, 0)
            for (number, over, end) in requests.ofKey(key) {
                let call = requests.calls[number]
                if call.verb == .invalidate {
                    // Until it is over it may not have happened. What a call leaves that was open beside it, it may not concern.
                    if let known = result, latest <= call.start {
                        result = (known.from, min(known.until, call.endOrForever))
                    }
                    continue
                }
                if let result, call.isRequest, call.start <= result.until {
                    if call.start <= result.from {
                        figures[call.phase, default: Figures()].free += 1
                    } else {
                        figures[call.phase, default: Figures()].starts.append(max(result.from, asked))
                        figures[call.phase, default: Figures()].ends.append(call.start)
                    }
                }
                (asked, latest) = (call.start, max(latest, over))
                if call.verb != .get {
                    result = (max(result?.from ?? 0, end), max(result?.until ?? 0, end.saturatingAdd(rule.longest)))
                } else if rule.slides, let known = result {
                    let served = max(call.start, call.end)
                    result = (known.from, max(known.until, served.saturatingAdd(rule.longest)))
                }
            }
        }
        return figures
    }

    /// The most of some stays of which no more than `capacity` are there at any one time. A stay is there from its start up to,
    /// and not including, its end.
    ///
    /// Whenever there are too many, the one that ends last is given up: L. A. Belady, "A study of replacement algorithms for a
    /// virtual-storage computer" (1966), for intervals U. Faigle and W. M. Nawijn, "Note on scheduling intervals on-line" (1995),
    /// where it is proved that nothing keeps more. Takes O(n log n) time.
    package static func most(starts: [UInt64], ends: [UInt64], capacity: Int) -> Int {
        let numbers = Int32(0)..<Int32(starts.count)
        let byStart = numbers.sorted { starts[Int($0)] < starts[Int($1)] }
        let byEnd = numbers.sorted { ends[Int($0)] < ends[Int($1)] }
        var isGivenUp = [Bool](repeating: false, count: starts.count)
        var (over, present, kept) = (0, 0, 0)
        var latest = LatestFirst()
        for stay in byStart.lazy.map({ Int($0) }) {
            // One that takes no time takes no room.
            kept += 1
            guard ends[stay] > starts[stay] else {
                isGivenUp[stay] = true
                continue
            }
            while over < byEnd.count, ends[Int(byEnd[over])] <= starts[stay] {
                if !isGivenUp[Int(byEnd[over])] { present -= 1 }
                over += 1
            }
            // Nothing that has ended is the last to end.
            if present == 0 { latest.removeAll() }
            latest.insert(stay, end: ends[stay])
            present += 1
            if present > capacity, let last = latest.removeFirst() {
                isGivenUp[last] = true
                present -= 1
                kept -= 1
            }
        }
        return kept
    }
}

/// Stays, of which the one that ends last comes first: a binary heap.
private struct LatestFirst {
    private var heap: [(end: UInt64, stay: Int32)] = []

    mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

    mutating func insert(_ stay: Int, end: UInt64) {
        heap.append((end, Int32(stay)))
        var place = heap.count - 1
        while place > 0, heap[place].end > heap[(place - 1) / 2].end {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the one that ends last. Those that have ended by now end before it, so it is there.
    mutating func removeFirst() -> Int? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, heap[child + 1].end > heap[child].end { child += 1 }
            guard heap[child].end > heap[place].end else { break }
            heap.swapAt(place, child)
            place = child
        }
        return Int(first.stay)
    }
}
