/// The excuses of a history, ready to be asked about.
struct ExcuseIndex {
    /// Excuses of one key that name no execution.
    private struct Unnamed {
        /// Sorted by the earliest time at which they can have happened, with the latest end of all up to each.
        var evictions = EarliestToLatest()
        var detachments = EarliestToLatest()
        /// Invalidations whose bounds are known: by when each was over, sorted by when it was asked for.
        var invalidations: [(since: UInt64, at: UInt64)] = []
    }

    private var named: [UInt64: [Excuse]] = [:]
    private var unnamed: [UInt32: Unnamed] = [:]
    private let checker: HistoryChecker

    private let claimedAfter: [UInt64]
    /// Before this time the cache had room for everything.
    let fullFrom: UInt64

    init(_ excuses: [Excuse], fullFrom: UInt64, claimedAfter: [UInt64], checker: HistoryChecker) {
        self.claimedAfter = claimedAfter
        self.fullFrom = fullFrom
        self.checker = checker
        for excuse in excuses.sorted(by: { earliest($0) < earliest($1) }) where counts(excuse.kind) {
            if excuse.execution != 0 {
                named[excuse.execution, default: []].append(excuse)
            } else if excuse.kind == .evicted {
                guard excuse.at >= fullFrom else { continue }
                unnamed[excuse.key, default: Unnamed()].evictions.append(earliest(excuse), excuse.at)
            } else if excuse.kind != .expired {
                unnamed[excuse.key, default: Unnamed()].detachments.append(earliest(excuse), excuse.at)
            }
            if excuse.execution == 0, excuse.kind == .invalidated, excuse.since < excuse.at {
                unnamed[excuse.key, default: Unnamed()].invalidations.append((excuse.since, excuse.at))
            }
        }
        for key in unnamed.keys { unnamed[key]?.invalidations.sort { $0.since < $1.since } }
    }

    /// Whether there is nothing to ask: no look-up is made in vain for each of a million executions.
    private var isEmpty: Bool { named.isEmpty && unnamed.isEmpty }

    /// Whether the epoch of an execution may have been over by `time`: it was superseded, or its key invalidated.
    ///
    /// A flight can be detached before its execution begins, so what counts is when it may have been claimed.
    func detaches(_ execution: Execution, at position: Int, by time: UInt64) -> Bool {
        if isEmpty { return false }
        let byName = (named[execution.id] ?? []).contains {
            ($0.kind == .superseded || $0.kind == .invalidated) && earliest($0) <= time
        }
        if byName { return true }
        return unnamed[execution.key]?.detachments.latest(startingBy: time).map { $0 >= claimedAfter[position] }
            ?? false
    }

    /// Whether the result of `execution` may have been evicted by `time`.
    func evicts(_ execution: Execution, by time: UInt64) -> Bool {
        if checker.capacityBounded, !checker.reportsEvictions, time >= fullFrom { return true }
        if isEmpty { return false }
        let byName = (named[execution.id] ?? []).contains {
            $0.kind == .evicted && $0.at >= fullFrom && earliest($0) <= time
        }
        if byName { return true }
        return unnamed[execution.key]?.evictions.latest(startingBy: time).map { $0 >= execution.end } ?? false
    }

    /// From when on the result of `execution` surely was not in the cache any more; the end of time if nothing says so.
    func surelyRemoved(_ execution: Execution) -> UInt64 {
        if isEmpty { return .max }
        let byName = (named[execution.id] ?? []).map(\.at).min() ?? .max
        return min(byName, surelyInvalidated(execution))
    }

    /// From when on no call may have joined `execution` any more; the end of time if nothing says so.
    func surelyDetached(_ execution: Execution) -> UInt64 {
        if isEmpty { return .max }
        let detaching = (named[execution.id] ?? []).filter { $0.kind == .superseded || $0.kind == .invalidated }
        return min(detaching.map(\.at).min() ?? .max, surelyInvalidated(execution))
    }

    /// The excuse that says `execution` was evicted although there was room.
    func prematureEviction(of execution: Execution) -> Excuse? {
        isEmpty ? nil : (named[execution.id] ?? []).first { $0.kind == .evicted && $0.at < fullFrom }
    }

    /// The excuses that say `execution` expired.
    func expirations(of execution: Execution) -> [Excuse] {
        isEmpty ? [] : (named[execution.id] ?? []).filter { $0.kind == .expired }
    }

    private func surelyInvalidated(_ execution: Execution) -> UInt64 {
        guard let invalidations = unnamed[execution.key]?.invalidations, !invalidations.isEmpty else { return .max }
        let first = invalidations.indices.partitioningIndex { invalidations[$0].since > execution.begin }
        // Nearly always the first one is over first; two that overlap are rare enough to look at the next one only.
        return invalidations[first...].prefix(2).map(\.at).min() ?? .max
    }

    /// The earliest time at which the event can have happened.
    private func earliest(_ excuse: Excuse) -> UInt64 {
        guard excuse.since == excuse.at else { return excuse.since }
        let lag = excuse.execution == 0 ? checker.evictionLag : checker.removalLag
        return excuse.at > lag ? excuse.at - lag : 0
    }

    /// A cache without bound evicts nothing, so such an excuse is none.
    private func counts(_ kind: ExcuseKind) -> Bool {
        kind != .evicted || checker.capacityBounded
    }
}

/// Intervals sorted by their begin, each with the latest end of all up to it.
private struct EarliestToLatest {
    private var begins: [UInt64] = []
    private var latestEnds: [UInt64] = []

    /// Appends an interval that begins no earlier than all before it.
    mutating func append(_ begin: UInt64, _ end: UInt64) {
        begins.append(begin)
        latestEnds.append(max(end, latestEnds.last ?? 0))
    }

    /// The latest end of the intervals that begin at or before `time`.
    func latest(startingBy time: UInt64) -> UInt64? {
        let count = begins.indices.partitioningIndex { begins[$0] > time }
        return count == 0 ? nil : latestEnds[count - 1]
    }
}
