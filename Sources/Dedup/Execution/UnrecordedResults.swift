internal import Caching

/// A result with its time to live.
struct KeptResult: Sendable {
    let result: StoredResult
    /// Nil keeps nothing.
    let timeToLive: TimeToLive?
    let weight: Int
}

/// A result that is withheld, because its record could not be stored.
struct UnrecordedResult: Sendable {
    let kept: KeptResult
    let state: RecordState
}

/// What has become of one record that the store did not take in time.
final class RecordState: Sendable {
    private enum State: Sendable {
        /// The store has not answered; what to fulfil when it has.
        case saving([OneShot<Bool>])
        /// The store has refused it; it waits in the record writer.
        case pending
        /// The store has refused it, and the record writer had no room for it.
        case left(ExecutionRecord)
        case stored
    }

    private let state = Lock(State.saving([]))
    private let writer: RecordWriter

    /// The record is being saved; one that the store refuses goes to `writer`.
    init(writer: RecordWriter) { self.writer = writer }

    /// A record for which there was no room is dropped together with its result, and counted.
    deinit {
        if let change = state.withLock({ if case .left(let change) = $0 { change } else { nil } }) {
            writer.add(change)
        }
    }

    /// Whether the store has refused the record.
    var isRefused: Bool {
        state.withLock { state in
            switch state {
            case .pending, .left: true
            case .saving, .stored: false
            }
        }
    }

    /// Whether the record is stored.
    var isStored: Bool { state.withLock { if case .stored = $0 { true } else { false } } }

    /// Fulfils `shot` when the store has answered, at once if it has.
    func fulfilWhenAnswered(_ shot: OneShot<Bool>) {
        let isAnswered = state.withLock { state in
            guard case .saving(let waiting) = state else { return true }
            state = .saving(waiting + [shot])
            return false
        }
        if isAnswered { shot.fulfil(true) }
    }

    /// The store has answered: it has stored the record or refused it. A record that is stored stays so.
    func answered(_ end: Result<Void, any Error>, _ change: ExecutionRecord) {
        let waiting = state.withLock { state -> [OneShot<Bool>] in
            var waiting: [OneShot<Bool>] = []
            switch state {
            case .stored: return []
            case .saving(let shots): waiting = shots
            case .pending, .left: break
            }
            if case .success = end {
                state = .stored
            } else {
                state = writer.offer(change) ? .pending : .left(change)
            }
            return waiting
        }
        for shot in waiting { shot.fulfil(true) }
    }

    /// The record writer has written everything that it had.
    func wasFlushed() {
        state.withLock { if case .pending = $0 { $0 = .stored } }
    }

    /// Gives the record to the record writer, if it had no room for it before.
    ///
    /// - Returns: Whether it has room now, or the record already.
    func offer() -> Bool {
        state.withLock { state in
            guard case .left(let change) = state else { return true }
            guard writer.offer(change) else { return false }
            state = .pending
            return true
        }
    }
}

/// Under ``RecordStoreFailurePolicy/failClosed``: the results that are withheld because their records could not be stored.
///
/// The step has run, so a retry must not run it again; it gets the result as soon as the record is stored. Each is kept
/// for its own time to live, and there is room for a bounded number of them.
struct UnrecordedResults: Sendable {
    private let results: Cache<Fingerprint, UnrecordedResult>

    /// Makes room for `limit` results. The seed is that of the cache, so that a test can repeat the jitter.
    init(limit: Int, seed: UInt64?) {
        do {
            results = try Cache(CacheConfiguration(capacity: .entries(limit), policy: .fifo, shards: 1, seed: seed))
        } catch {
            preconditionFailure("The limit was validated: \(error)")
        }
    }

    /// The withheld result of a fingerprint, if it has not expired at `now`.
    func result(for fingerprint: Fingerprint, at now: MonotonicInstant) -> UnrecordedResult? {
        results.peek(for: fingerprint, at: now)?.value
    }

    /// Keeps a result. What has to leave for it goes into `removals`, to be destroyed outside the caller's lock.
    func keep(
        _ result: UnrecordedResult, for fingerprint: Fingerprint,
        removals: inout Removals<Fingerprint, UnrecordedResult>
    ) {
        guard let timeToLive = result.kept.timeToLive else { return }
        results.insert(
            result, for: fingerprint, timeToLive: timeToLive, weight: 1, at: result.kept.result.endedAt,
            removals: &removals)
    }

    /// Gives the record writer the records for which it had no room.
    ///
    /// - Returns: Whether it has them all.
    func offerRecords() -> Bool {
        var hasAll = true
        // A way to look at all of them outside every lock; none is removed.
        results.removeAll { _, result in
            if !result.state.offer() { hasAll = false }
            return false
        }
        return hasAll
    }

    /// Forgets the result of a fingerprint.
    ///
    /// - Returns: Whether there was one.
    func remove(_ fingerprint: Fingerprint) -> Bool { results.removeValue(for: fingerprint) }

    /// Forgets the result of a fingerprint. It goes into `removals`, to be destroyed outside the caller's lock.
    func remove(_ fingerprint: Fingerprint, removals: inout Removals<Fingerprint, UnrecordedResult>) {
        results.removeValue(for: fingerprint, removals: &removals)
    }

    /// Forgets a result that was confirmed.
    ///
    /// - Parameter other: Takes another result that is there instead, to be released outside the caller's lock.
    /// - Returns: Whether it was still there: one that was invalidated meanwhile is not to be cached.
    func confirm(_ earlier: UnrecordedResult, for fingerprint: Fingerprint, other: inout StoredResult?) -> Bool {
        let current = results.peek(for: fingerprint, at: earlier.kept.result.endedAt)?.value.kept.result
        guard current === earlier.kept.result else {
            other = current
            return false
        }
        return results.removeValue(for: fingerprint)
    }

    /// Forgets the results whose labels meet a condition; returns how many.
    @discardableResult
    func removeAll(where isMeant: (RequestLabels) -> Bool) -> Int {
        results.removeAll { _, result in isMeant(result.kept.result.labels) }
    }

    /// Forgets all results.
    func removeAll() { results.removeAll() }

    /// Frees what has expired.
    func sweep(at now: MonotonicInstant) { results.sweep(at: now) }
}
