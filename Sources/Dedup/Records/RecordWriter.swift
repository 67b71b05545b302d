internal import Caching

/// Writes changes of records to a store, in batches and in the background: adding a change never waits for the store.
///
/// Changes of one fingerprint are added up while they wait, but for the last ones of each processor: those wait in a lane, for
/// which an eighth of a batch is room in all. Changes are written when ``flush()`` is called, every
/// ``RecordWriterConfiguration/interval`` while ``run()`` runs, and, with or without `run()`, as soon as a full batch of
/// fingerprints waits. So a program that never calls `run()` keeps at most a batch and an eighth of one unwritten while its
/// store works, and should call `flush()` before it ends.
///
/// One write is in progress at a time. A batch that the store refuses is kept, goes on collecting changes and is tried again
/// before anything newer. While the store fails, changes wait up to ``RecordWriterConfiguration/pendingLimit``; changes
/// beyond that are dropped and counted. Each change is written once, provided that the store writes a batch wholly or, when
/// it throws, not at all.
///
/// The store is called in tasks of the writer's own, which have none of the task-locals of the caller: a batch holds the
/// changes of many requests, and none of them is the one that it is written for. ``InMemoryExecutionRecords`` is the exception:
/// it takes what a lane holds at once, in the caller's thread, unless it is busy; that is less work than a task.
public final class RecordWriter: Sendable {
    private struct State: ~Copyable {
        var pending: PendingChanges
        /// How much of its room is reserved for lanes.
        var laneRoom = 0
        /// Whether the background task is at work that writes full batches.
        var writesFullBatches = false
        /// Until when that task is not started, because the last write failed.
        var restsUntil: MonotonicInstant?
        var added = 0
        var written = 0
        var dropped = 0
        var writes = 0
        var failedWrites = 0
        var consecutiveFailures = 0

        /// Adds a change.
        ///
        /// - Parameter isKept: Whether the caller keeps a change for which there is no room, and has not added it. Others are
        ///   dropped and counted.
        /// - Returns: Whether there was room; nil, and nothing is done, where lanes have room that they may not need.
        mutating func add(_ change: ExecutionRecord, isKept: Bool) -> Bool? {
            let isAccepted = pending.add(change)
            if !isAccepted, laneRoom > 0 { return nil }
            if isAccepted || !isKept { added += 1 }
            if !isAccepted, !isKept { dropped += 1 }
            return isAccepted
        }

        /// Adds what a lane has staged; there is room for it.
        mutating func take(_ lane: inout StagedChanges.Lane) {
            pending.release(lane.room)
            laneRoom -= lane.room
            lane.empty { change in
                let isAccepted = pending.add(change)
                precondition(isAccepted, "A lane has room for what it has staged.")
                added += 1
            }
        }

        /// Reserves room for a lane that has none.
        mutating func refill(_ lane: inout StagedChanges.Lane, _ wanted: Int) {
            let room = pending.reserve(wanted)
            laneRoom += room
            lane.refill(room)
        }

        /// Counts changes that the store has taken at once.
        mutating func countAtOnce(_ changes: Int) {
            added += changes
            written += changes
            writes += 1
        }

        /// Whether a full batch waits that no task is writing.
        func due(_ configuration: RecordWriterConfiguration) -> Due {
            guard pending.takeable >= configuration.batchSize, !writesFullBatches else { return .no }
            return restsUntil.map { .after($0) } ?? .now
        }
    }

    /// Whether a full batch is to be written.
    private enum Due {
        case no
        case now
        /// Not before then, because the last write failed.
        case after(MonotonicInstant)
    }

    let configuration: RecordWriterConfiguration
    let time: any TimeSource
    private let store: any ExecutionRecordStore
    /// The store, if it takes changes at once.
    private let immediate: (any ImmediateRecordStore)?
    private let turn = WriteTurn()
    /// Its lanes are locked before the state, where both are.
    private let staged: StagedChanges
    private let state: Lock<State>

    /// Makes a writer that writes to `store`.
    ///
    /// - Precondition: the configuration is valid; see ``RecordWriterConfiguration/validate()``.
    public convenience init(
        store: any ExecutionRecordStore,
        configuration: RecordWriterConfiguration = .init(),
        time: any TimeSource = .system
    ) {
        self.init(store: store, configuration: configuration, time: time, lanes: Processor.laneCount)
    }

    /// The same, with as many lanes as a test wants: a power of two.
    package init(
        store: any ExecutionRecordStore, configuration: RecordWriterConfiguration, time: any TimeSource, lanes: Int
    ) {
        do {
            try configuration.validate()
        } catch {
            preconditionFailure("\(error)")
        }
        self.store = store
        immediate = store as? any ImmediateRecordStore
        self.configuration = configuration
        self.time = time
        staged = StagedChanges(batchSize: configuration.batchSize, lanes: lanes)
        state = Lock(State(pending: PendingChanges(limit: configuration.pendingLimit)))
    }

    /// Adds a change, to be written later. Costs a short lock; never waits for the store.
    ///
    /// - Returns: whether there was room for the change; if not, it is dropped and counted.
    @discardableResult
    public func add(_ change: ExecutionRecord) -> Bool {
        guard staged.laneLimit > 0 else { return add(change, releasing: 0) }
        let (isAccepted, due) = staged.withLane { lane in
            lane.stage(change) ? (true, Due.no) : empty(&lane, and: change)
        }
        write(due)
        return isAccepted ?? addEmptyingLanes(change, isKept: false)
    }

    /// Adds a change like ``add(_:)``, for a caller that keeps it where there is no room: then it is not dropped.
    func offer(_ change: ExecutionRecord) -> Bool { add(change, releasing: 0, isKept: true) }

    /// Adds a change for which room may have been reserved; the reservation ends in the same step.
    private func add(_ change: ExecutionRecord, releasing reserved: Int, isKept: Bool = false) -> Bool {
        let (isAccepted, due) = state.withLock { state in
            state.pending.release(reserved)
            return (state.add(change, isKept: isKept), state.due(configuration))
        }
        write(due)
        return isAccepted ?? addEmptyingLanes(change, isKept: isKept)
    }

    /// Adds a change after taking all room from the lanes.
    private func addEmptyingLanes(_ change: ExecutionRecord, isKept: Bool) -> Bool {
        while true {
            write(emptyLanes())
            if let isAccepted = state.withLock({ $0.add(change, isKept: isKept) }) { return isAccepted }
        }
    }

    /// Makes room in a lane for a change: adds what it has staged, or writes it where the store takes it at once.
    ///
    /// - Returns: Whether there is room for the change, as ``State/add(_:isKept:)`` says, and whether a batch is due.
    private func empty(_ lane: inout StagedChanges.Lane, and change: ExecutionRecord) -> (isAccepted: Bool?, due: Due) {
        if let immediate, lane.room > 0, immediate.saveAtOnce(lane.changes) {
            let written = lane.discard()
            state.withLock { $0.countAtOnce(written) }
            return (lane.stage(change), .no)
        }
        return state.withLock { state in
            state.take(&lane)
            let isAccepted = state.add(change, isKept: false)
            // Where little room is left it is not divided among lanes.
            if state.pending.room > 4 * staged.limit { state.refill(&lane, staged.laneLimit) }
            return (isAccepted, state.due(configuration))
        }
    }

    /// Adds what all lanes have staged, and takes their room.
    @discardableResult
    private func emptyLanes() -> Due {
        guard staged.laneLimit > 0 else { return .no }
        staged.forEachLane { lane in
            if lane.room > 0 { state.withLock { $0.take(&lane) } }
        }
        return state.withLock { $0.due(configuration) }
    }

    /// Writes everything that was added before the call.
    ///
    /// Waits for a write that is in progress. A cancelled call stops waiting, and cancels its own call of the store; changes
    /// that it did not write stay pending.
    ///
    /// - Throws: the store's error, or `CancellationError`. Changes that were not written are kept, and the next write tries
    ///   them again.
    public func flush() async throws {
        try await flush { _, _ in false }
    }

    /// Writes everything that was added before the call, and the changes that `collect` adds.
    ///
    /// `collect` is called again and again, with a number of changes for which room is reserved, until it returns that it has
    /// no more. Its changes are written before the next call, so that they take up no more than a batch of the room that all
    /// callers share.
    ///
    /// - Throws: the store's error; then `collect` is not called again.
    func flush(collecting collect: (_ room: Int, _ add: (ExecutionRecord) -> Void) -> Bool) async throws {
        try await turn.take()
        defer { turn.pass() }
        while addCollected(collect) { try await writePending() }
        try await writePending()
    }

    /// Lets `collect` add changes into reserved room. Returns whether it has more.
    private func addCollected(_ collect: (_ room: Int, _ add: (ExecutionRecord) -> Void) -> Bool) -> Bool {
        emptyLanes()
        let room = state.withLock { $0.pending.reserve(configuration.batchSize) }
        var left = room
        let hasMore = collect(room) { change in
            _ = add(change, releasing: left > 0 ? 1 : 0)
            left = max(0, left - 1)
        }
        state.withLock { $0.pending.release(left) }
        return hasMore
    }

    /// How many more fingerprints can change before changes are dropped.
    var room: Int {
        write(emptyLanes())
        return state.withLock { $0.pending.room }
    }

    /// Counts of all changes so far, as one consistent snapshot.
    public var statistics: RecordWriterStatistics {
        write(emptyLanes())
        return state.withLock { state in
            RecordWriterStatistics(
                added: state.added, written: state.written, dropped: state.dropped,
                pendingFingerprints: state.pending.count, writes: state.writes,
                failedWrites: state.failedWrites, consecutiveFailures: state.consecutiveFailures)
        }
    }
}

// MARK: - Writing

extension RecordWriter {
    /// Writes the changes that are pending now. The caller has the turn.
    private func writePending() async throws {
        emptyLanes()
        // The rest of a failed write is older than the open changes, and both were added before this call.
        if state.withLock({ $0.pending.hasReturned }) { try await writeRun() }
        try await writeRun()
    }

    /// Writes one run of changes batch by batch, up to the first batch that fails.
    private func writeRun() async throws {
        guard var run = state.withLock({ $0.pending.take() }) else { return }
        do {
            while run.count > 0 {
                let batch = Array(run.nextBatch(of: configuration.batchSize))
                try await save(batch)
                noteSuccess(records: batch.count, changes: run.removeFirst(batch.count))
            }
        } catch {
            // A cancelled write says nothing about the store.
            let isFailure = !(error is CancellationError && Task.isCancelled)
            noteEnd(rest: &run, isFailure: isFailure)
            throw error
        }
    }

    /// Saves one batch in a task of its own, without the caller's task-locals but cancelled with the caller.
    ///
    /// The task has no priority of its own; it gets that of the caller, which awaits it.
    private func save(_ batch: [ExecutionRecord]) async throws {
        let saving = Task.detached { [store] in try await store.save(batch) }
        try await withTaskCancellationHandler {
            try await saving.value
        } onCancel: {
            saving.cancel()
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

    private func noteEnd(rest: inout PendingChanges.Run, isFailure: Bool) {
        let next = time.now.advanced(by: configuration.interval)
        state.withLock { state in
            state.pending.putBack(&rest)
            guard isFailure else { return }
            state.failedWrites += 1
            state.consecutiveFailures += 1
            state.restsUntil = next
        }
    }
}

// MARK: - Writing full batches

extension RecordWriter {
    /// Starts the task that writes full batches, if one is due and it is not at work.
    ///
    /// It has medium priority and not that of the request that happened to fill the batch: below work that a user waits for,
    /// and not so low that a busy machine never writes.
    private func write(_ due: Due) {
        switch due {
        case .no: return
        // The clock is read only while the store fails.
        case .after(let rest): if time.now < rest { return }
        case .now: break
        }
        let starts = state.withLock { state in
            defer { state.writesFullBatches = true }
            return !state.writesFullBatches
        }
        if starts { Task.detached(priority: .medium) { await self.writeFullBatches() } }
    }

    /// Writes while a full batch waits, or until the store fails.
    private func writeFullBatches() async {
        // Only a cancelled task can fail to get its turn, and nothing cancels this one.
        guard (try? await turn.take()) != nil else { return }
        defer { turn.pass() }
        do {
            while hasFullBatch() { try await writePending() }
        } catch {
            // The statistics count the failure, and the changes are kept.
            state.withLock { $0.writesFullBatches = false }
        }
    }

    /// Whether a full batch waits. If not, the task ends, and under the same lock, so that the next full batch is either
    /// seen here or starts another task.
    private func hasFullBatch() -> Bool {
        state.withLock { state in
            state.writesFullBatches = state.pending.takeable >= configuration.batchSize
            return state.writesFullBatches
        }
    }
}

// MARK: - Statistics

/// Counts of the changes that were added to a ``RecordWriter``.
///
/// At every moment `added == written + dropped + pending`: a change is never lost without being counted.
public struct RecordWriterStatistics: Hashable, Sendable {
    /// How many changes were added.
    public let added: Int

    /// How many of them the store has accepted.
    public let written: Int

    /// How many of them were dropped because there was no room.
    public let dropped: Int

    /// How many of them wait to be written or are being written.
    public var pending: Int { added - written - dropped }

    /// How many fingerprints the pending changes are of; changes of one fingerprint are added up while they wait.
    public let pendingFingerprints: Int

    /// How many transactions the store has accepted.
    public let writes: Int

    /// How many transactions the store has refused. Their changes are still pending.
    public let failedWrites: Int

    /// How many transactions the store has refused since it last accepted one: above zero while it is failing.
    public let consecutiveFailures: Int
}
