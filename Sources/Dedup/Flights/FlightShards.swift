internal import Caching
internal import Synchronization

/// How the waiting of a request came to an end.
enum WaitEnd: Sendable {
    /// The execution has ended, and this is its result.
    case finished(StoredResult)
    /// The flight is gone without a result for this request, which claims again.
    case claimAgain
    /// The request was cancelled.
    case cancelled
    /// The request's own deadline has passed.
    case deadlinePassed
}

/// The flights of a deduplicator: shards of ``FlightTable``, each behind one lock, and the only place where a request
/// is suspended and resumed.
///
/// A waiter is one ``Waker`` in its flight's list, not a task that awaits another task: awaiting a task's value costs
/// time quadratic in the number of waiters, and a cancelled waiter could not leave before the value is there.
final class FlightShards: Sendable {
    typealias Table = FlightTable<Waker, StoredResult, Request>

    private enum Alarm: Sendable {
        case deadline(FlightKey, WaiterID)
        case timeout(FlightKey)
        case grace(FlightKey, round: Int)
        case limit(@Sendable () -> Void)
    }

    private final class Shard: Sendable {
        let table: Lock<Table>

        init(flightLimit: Int, waiterLimit: Int) {
            table = Lock(Table(flightLimit: flightLimit, waiterLimit: waiterLimit))
        }
    }

    /// Ties the alarm clock to the flights that it was made for, which do not exist yet when it is made.
    private final class Receiver: Sendable {
        private let flights = Lock<WeakFlights>(WeakFlights())

        func connect(_ flights: FlightShards) { self.flights.withLock { $0.flights = flights } }
        func receive(_ alarm: Alarm) { flights.withLock { $0.flights }?.goOff(alarm) }
    }

    private struct WeakFlights: Sendable {
        weak var flights: FlightShards?
    }

    private static let shardLimit = 16
    /// Below this many flights a shard the luck of the hash would decide when the limit is reached.
    private static let flightsPerShard = 1_024

    private let shards: [Shard]
    private let seed = UInt64.random(in: .min ... .max)
    private let time: any TimeSource
    /// How many executions have not ended.
    private let running = Atomic(0)
    /// What to fulfil when none is left.
    private let idle = Lock<[OneShot<Bool>]>([])
    /// Whether there ever were any, which only a shutdown waits for. So the end of an execution takes no lock that all share.
    private let isAwaited = Atomic(false)
    private let alarms: AlarmClock<Alarm>

    /// Makes the flights of one deduplicator.
    init(flightLimit: Int, waiterLimit: Int, time: any TimeSource) {
        let count = min(Self.shardLimit, max(1, flightLimit / Self.flightsPerShard))
        shards = (0..<count).map { number in
            Shard(
                flightLimit: flightLimit / count + (number < flightLimit % count ? 1 : 0), waiterLimit: waiterLimit)
        }
        self.time = time
        let receiver = Receiver()
        alarms = AlarmClock(time: time) { receiver.receive($0) }
        receiver.connect(self)
    }

    /// How many flights there are.
    var count: Int { shards.reduce(0) { $0 + $1.table.withLock { $0.count } } }

    /// The executions that have not ended, oldest first.
    func descriptions(at now: MonotonicInstant) -> [FlightDescription] {
        shards.flatMap { shard in
            shard.table.withLock { table in
                table.running { label, key, startedAt, waiters in
                    FlightDescription(
                        step: label.labels.step, scope: label.labels.scope, fingerprint: key.fingerprint,
                        executionID: key.epoch, age: startedAt.duration(to: now), waiters: waiters)
                }
            }
        }
        .sorted { $0.executionID < $1.executionID }
    }

    /// How many alarms are set.
    var alarmCount: Int { alarms.count }

    private func shard(_ fingerprint: Fingerprint) -> Shard {
        shards[Int(fingerprint.seededHash(seed) % UInt64(shards.count))]
    }

    /// Lets `body` ask and change the flights that share a shard with `fingerprint`, as one step.
    func withTable<T>(for fingerprint: Fingerprint, _ body: (inout Table) -> T) -> T {
        shard(fingerprint).table.withLock { body(&$0) }
    }

    // MARK: - Waiting

    /// Suspends a request until its flight ends, it is cancelled, or its deadline passes.
    @inline(never)
    func wait(_ request: Request, until deadline: MonotonicInstant) async -> WaitEnd {
        let alarm = alarms.set(.deadline(request.place.key, request.place.waiter), at: deadline)
        defer { alarms.remove(alarm) }
        return await wait(request)
    }

    /// Suspends a request until its flight ends or it is cancelled.
    // Each waiting task holds what this and its callers keep. So they keep a reference to the request alone: closures that capture
    // nothing else need no memory for it.
    func wait(_ request: Request) async -> WaitEnd {
        let end = await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { unsafe request.flights.suspend(request, Waker($0)) }
        } onCancel: {
            request.flights.leave(request.place.key, request.place.waiter, .cancelled)
        }
        shard(request.fingerprint).table.orderForSanitizer()
        return end
    }

    private func suspend(_ request: Request, _ waker: Waker) {
        let place = request.place
        switch withTable(for: place.key.fingerprint, { $0.suspend(place.key, place.waiter, waker) }) {
        case .suspended: break
        case .finished(let result): waker.resume(returning: .finished(result))
        case .claimAgain: waker.resume(returning: .claimAgain)
        case .left: waker.resume(returning: Task.isCancelled ? .cancelled : .deadlinePassed)
        }
    }

    /// Removes a waiter from the flight and resumes it with `end` if it is suspended.
    func leave(_ key: FlightKey, _ waiter: WaiterID, _ end: WaitEnd, hasBegun: Bool = true) {
        leaveUncancelled(key, waiter, end, hasBegun: hasBegun)?.cancel()
    }

    /// Removes a waiter from the flight, and leaves it to the caller to cancel the execution.
    private func leaveUncancelled(
        _ key: FlightKey, _ waiter: WaiterID, _ end: WaitEnd, hasBegun: Bool = true
    ) -> Task<Void, Never>? {
        let action = withTable(for: key.fingerprint) { $0.leave(key, waiter, hasBegun: hasBegun) }
        action.resume?.resume(returning: end)
        if let alarm = action.staleAlarm { alarms.remove(alarm) }
        switch action.abandonment {
        case .none:
            return nil
        case .cancel:
            return action.task
        case .startGrace(let grace, let round):
            let alarm = alarms.set(.grace(key, round: round), at: time.now.advanced(by: grace))
            let isNeeded = withTable(for: key.fingerprint) { $0.graceAlarmSet(key, round: round, alarm) }
            if !isNeeded { alarms.remove(alarm) }
            return nil
        }
    }

    // MARK: - Running

    /// Counts the execution of a flight that has just been claimed. Called in the same step as the claim, so that a
    /// shutdown that closes the tables and then asks whether anything is running hears of it.
    func executionBegins() {
        running.add(1, ordering: .relaxed)
    }

    /// Counts the end of an execution.
    func executionEnded() {
        let isLast = running.subtract(1, ordering: .sequentiallyConsistent).newValue == 0
        if isLast, isAwaited.load(ordering: .sequentiallyConsistent) { fulfilIdle() }
    }

    /// Fulfils `shot` when no execution is running, at once if none is.
    func fulfilWhenIdle(_ shot: OneShot<Bool>) {
        idle.withLock { $0.append(shot) }
        // Either the last execution finds that it is awaited, or this finds that it has ended: in the one order of these
        // accesses, the second of the two finds what the first has written.
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        if running.load(ordering: .sequentiallyConsistent) == 0 { fulfilIdle() }
    }

    private func fulfilIdle() {
        // Asked again, because this thread may come late: the end of what has begun meanwhile finds the shots, too.
        let shots = idle.withLock { idle -> [OneShot<Bool>] in
            guard running.load(ordering: .sequentiallyConsistent) == 0 else { return [] }
            defer { idle = [] }
            return idle
        }
        for shot in shots { shot.fulfil(true) }
    }

    /// The execution of a flight runs in `task`, to be cancelled when no request waits any more, or has ended by now. The
    /// last that it does is to call ``executionEnded()``.
    ///
    /// - Returns: The result for `leader`, if the execution has ended by now.
    func started(_ key: FlightKey, leader: WaiterID, _ task: Task<Void, Never>) -> StoredResult? {
        let action = withTable(for: key.fingerprint) { $0.started(key, leader: leader, task) }
        if action.cancels { task.cancel() }
        return action.result
    }

    // MARK: - Alarms

    /// Sets the alarm for the timeout of an execution; returns the ticket for ``disarm(_:)``.
    func armTimeout(_ key: FlightKey, _ timeout: ExecutionTimeout, from start: MonotonicInstant) -> UInt64? {
        timeout.duration.map { alarms.set(.timeout(key), at: start.advanced(by: $0)) }
    }

    /// Waits for a value, but no longer than until `deadline`; then it is `late`.
    func value<Value: Sendable>(
        of shot: OneShot<Value>, by deadline: MonotonicInstant, otherwise late: Value
    ) async -> Value {
        // What has come already is not late, however little time there was.
        if let value = shot.current { return value }
        let alarm = alarms.set(.limit { shot.fulfil(late) }, at: deadline)
        defer { disarm(alarm) }
        return await shot.value
    }

    /// Takes an alarm back.
    func disarm(_ ticket: UInt64?) {
        if let ticket { alarms.remove(ticket) }
    }

    private func goOff(_ alarm: Alarm) {
        switch alarm {
        case .deadline(let key, let waiter):
            cancelAside(leaveUncancelled(key, waiter, .deadlinePassed))
        case .timeout(let key):
            let action = withTable(for: key.fingerprint) { $0.timedOut(key) }
            for continuation in action.claimAgain { continuation.resume(returning: .claimAgain) }
            cancelAside(action.task)
        case .grace(let key, let round):
            cancelAside(withTable(for: key.fingerprint) { $0.graceEnded(key, round: round) }.task)
        case .limit(let limit):
            limit()
        }
    }

    /// Cancels an execution in a task of its own: cancelling calls the step's cancellation handlers, and neither the next
    /// alarm nor shutdown must wait for them.
    private func cancelAside(_ task: Task<Void, Never>?) {
        if let task { Task.detached { task.cancel() } }
    }

    // MARK: - All at once

    /// Lets no newcomer meet what is running now for a fingerprint; requests that wait for something cancelled to end claim
    /// again.
    ///
    /// - Returns: Whether anything is running.
    func detach(_ fingerprint: Fingerprint) -> Bool {
        let action = withTable(for: fingerprint) { $0.detach(fingerprint) }
        for continuation in action.claimAgain { continuation.resume(returning: .claimAgain) }
        return action.epoch != nil
    }

    /// Lets no newcomer meet what is running now and meets a condition; returns how many executions that are.
    func detachAll(where isMeant: (RequestLabels) -> Bool) -> Int {
        var count = 0
        for shard in shards {
            let action = shard.table.withLock { $0.detachAll { isMeant($0.labels) } }
            for continuation in action.claimAgain { continuation.resume(returning: .claimAgain) }
            count += action.count
        }
        return count
    }

    /// Accepts from here on only the requests that `acceptance` names.
    func restrict(to acceptance: Table.Acceptance) {
        for shard in shards { shard.table.withLock { $0.restrict(to: acceptance) } }
    }

    /// Resumes every waiter of an execution that has not ended, and cancels it.
    func giveUpAll() {
        for shard in shards {
            let action = shard.table.withLock { $0.giveUpAll() }
            for continuation in action.claimAgain { continuation.resume(returning: .claimAgain) }
            for task in action.tasks { cancelAside(task) }
        }
    }
}
