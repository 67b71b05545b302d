internal import Caching

/// Writes what happens to a store, in batches and behind everybody's back: whoever adds a change never waits for it.
///
/// Changes of one fingerprint are added up while they wait. They are written when ``flush()`` is called, every
/// ``RecordWriterConfiguration/interval`` while ``run()`` runs, and, run or no run, as soon as a full batch of fingerprints
/// waits; that write is a task of the writer's own. So a program that never calls ``run()`` keeps at most a batch unwritten
/// while its store works, and should call ``flush()`` before it ends.
///
/// One write goes on at a time. A batch that the store refuses is kept, goes on collecting changes and is tried again,
/// before anything newer. While the store fails, changes pile up to ``RecordWriterConfiguration/pendingLimit``; what comes
/// on top of that is dropped and counted. Each change is written once as long as the store writes a batch wholly or, when
/// it throws, not at all.
public final class RecordWriter: Sendable {
    private struct State: ~Copyable {
        var pending: PendingChanges
        /// Whether the task is at work that nobody called for: a full batch waited.
        var writesUnasked = false
        /// Until when no such task is started, because the last write failed.
        var restsUntil: MonotonicInstant?
        var added = 0
        var written = 0
        var dropped = 0
        var writes = 0
        var failedWrites = 0
        var consecutiveFailures = 0
    }

    let configuration: RecordWriterConfiguration
    let time: any TimeSource
    private let store: any ExecutionRecordStore
    private let turn = WriteTurn()
    private let state: Lock<State>

    /// Makes a writer that writes to `store`.
    ///
    /// - Precondition: the configuration is valid; see ``RecordWriterConfiguration/validate()``.
    public init(
        store: any ExecutionRecordStore,
        configuration: RecordWriterConfiguration = .init(),
        time: any TimeSource = .system
    ) {
        do {
            try configuration.validate()
        } catch {
            preconditionFailure("\(error)")
        }
        self.store = store
        self.configuration = configuration
        self.time = time
        state = Lock(State(pending: PendingChanges(limit: configuration.pendingLimit)))
    }

    /// Notes a change, to be written later. Costs a short lock; never waits for the store.
    ///
    /// - Returns: whether there was room for the change; if not, it is dropped and counted.
    @discardableResult
    public func add(_ change: ExecutionRecord) -> Bool { add(change, releasing: 0) }

    /// Notes a change for which there may be reserved room, which is given back in the same step.
    private func add(_ change: ExecutionRecord, releasing reserved: Int) -> Bool {
        let (isAccepted, isDue, rest) = state.withLock { state -> (Bool, Bool, MonotonicInstant?) in
            state.pending.release(reserved)
            state.added += 1
            let isAccepted = state.pending.add(change)
            if !isAccepted { state.dropped += 1 }
            let isDue = state.pending.takeable >= configuration.batchSize && !state.writesUnasked
            return (isAccepted, isDue, state.restsUntil)
        }
        // The clock is read only while the store fails.
        if isDue, rest.map({ time.now >= $0 }) ?? true { writeUnasked() }
        return isAccepted
    }

    /// Writes everything that was added before the call.
    ///
    /// Waits for a write that is going on already. A cancelled call stops waiting; what it did not write stays pending.
    ///
    /// - Throws: the store's error. What was not written is kept and tried again by the next write.
    public func flush() async throws {
        try await flush { _, _ in false }
    }

    /// Writes everything that was added before the call, and what `collect` adds: it is called again and again, with a
    /// number of changes that there is certainly room for, until it says that it has no more. What it has added is
    /// written before the next call, so that it takes up no more than a batch of the room that everybody shares.
    ///
    /// - Throws: the store's error; then `collect` is not called again.
    func flush(collecting collect: (_ room: Int, _ add: (ExecutionRecord) -> Void) -> Bool) async throws {
        try await turn.take()
        defer { turn.pass() }
        while addCollected(collect) { try await writePending() }
        try await writePending()
    }

    /// Lets `collect` add into room that is kept for it. Returns whether it has more.
    private func addCollected(_ collect: (_ room: Int, _ add: (ExecutionRecord) -> Void) -> Bool) -> Bool {
        let room = state.withLock { $0.pending.reserve(configuration.batchSize) }
        var left = room
        let hasMore = collect(room) { change in
            _ = add(change, releasing: left > 0 ? 1 : 0)
            left = max(0, left - 1)
        }
        state.withLock { $0.pending.release(left) }
        return hasMore
    }

    /// How many more fingerprints may change before changes are dropped.
    var room: Int { state.withLock { $0.pending.room } }

    /// What has been done so far, as one consistent snapshot.
    public var statistics: RecordWriterStatistics {
        state.withLock { state in
            RecordWriterStatistics(
                added: state.added, written: state.written, dropped: state.dropped,
                pendingFingerprints: state.pending.count, writes: state.writes,
                failedWrites: state.failedWrites, consecutiveFailures: state.consecutiveFailures)
        }
    }
}

// MARK: - Writing

extension RecordWriter {
    /// Writes what is pending now. The caller has the turn.
    private func writePending() async throws {
        // What a failed write has left was added before what is open now, and both were added before this call.
        if state.withLock({ $0.pending.hasReturned }) { try await writeRun() }
        try await writeRun()
    }

    /// Writes one run of changes batch by batch, up to the first batch that fails.
    private func writeRun() async throws {
        guard var run = state.withLock({ $0.pending.take() }) else { return }
        do {
            while run.count > 0 {
                let batch = Array(run.nextBatch(of: configuration.batchSize))
                try await store.save(batch)
                noteSuccess(records: batch.count, changes: run.removeFirst(batch.count))
            }
        } catch {
            // A write that was called off says nothing about the store.
            let isFailure = !(error is CancellationError && Task.isCancelled)
            noteEnd(rest: run, isFailure: isFailure)
            throw error
        }
    }

    private func noteSuccess(records: Int, changes: Int) {
        state.withLock { state in
            state.pending.written(records)
            state.written += changes
            state.writes += 1
            state.consecutiveFailures = 0
            state.restsUntil = nil
        }
    }

    private func noteEnd(rest: PendingChanges.Run, isFailure: Bool) {
        let next = time.now.advanced(by: configuration.interval)
        state.withLock { state in
            state.pending.putBack(rest)
            guard isFailure else { return }
            state.failedWrites += 1
            state.consecutiveFailures += 1
            state.restsUntil = next
        }
    }
}

// MARK: - Writing unasked

extension RecordWriter {
    /// Writes in a task of the writer's own, unless one is at it already.
    private func writeUnasked() {
        let starts = state.withLock { state in
            defer { state.writesUnasked = true }
            return !state.writesUnasked
        }
        if starts { Task { await writeFullBatches() } }
    }

    /// Writes while a full batch waits, or until the store fails.
    private func writeFullBatches() async {
        do {
            try await turn.take()
            defer { turn.pass() }
            while goesOn() { try await writePendingUnasked() }
        } catch {
            // The statistics tell of the failure, and the changes are kept.
        }
    }

    /// Whether a full batch waits. If not, the task ends, and under the same lock, so that the next full batch is either
    /// seen here or starts another task.
    private func goesOn() -> Bool {
        state.withLock { state in
            state.writesUnasked = state.pending.takeable >= configuration.batchSize
            return state.writesUnasked
        }
    }

    private func writePendingUnasked() async throws {
        do {
            try await writePending()
        } catch {
            state.withLock { $0.writesUnasked = false }
            throw error
        }
    }
}
