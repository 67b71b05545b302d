internal import Caching

/// How waiting in a seat came to an end.
enum WaitEnd: Sendable {
    /// The execution has ended, and this is its result.
    case settled(FlightResult)
    /// The flight is gone without a result for this caller, which claims again.
    case vacated
    /// The caller was cancelled.
    case cancelled
    /// The caller's own deadline has passed.
    case deadlinePassed
}

/// What an execution ended with, its value boxed so that flights of all types share one table.
struct FlightResult: Sendable {
    let outcome: Result<any AnyBoxed, any Error>
    let executionID: ExecutionID
    /// Whether an error of the outcome is the library's: the step was not run, or nobody may have its result, because its
    /// record could not be stored.
    let isRefusal: Bool
}

/// The flights of a deduplicator: shards of ``FlightTable``, each behind one lock, and the only place where a caller
/// is suspended and resumed.
///
/// A waiter is one ``Waker`` in its flight's seat list, not a task that awaits another task: awaiting a task's value
/// costs time quadratic in the number of waiters, and a cancelled waiter could not leave before the value is there.
final class FlightShards: Sendable {
    typealias Table = FlightTable<Waker, FlightResult>

    private enum Alarm: Sendable {
        case deadline(FlightKey, Seat)
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

    /// How many executions have not ended, and who wants to know when none is left.
    private struct Running: Sendable {
        var count = 0
        var ended: [OneShot<Bool>] = []
    }

    private static let shardLimit = 16
    /// Below this many flights a shard the luck of the hash would decide when the limit is reached.
    private static let flightsPerShard = 1_024

    private let shards: [Shard]
    private let seed = UInt64.random(in: .min ... .max)
    private let time: any TimeSource
    private let running = Lock(Running())
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
        shards.flatMap { $0.table.withLock { $0.running(at: now) } }.sorted { $0.executionID < $1.executionID }
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

    /// The result of a flight that has ended before its caller had to wait.
    func collect(_ key: FlightKey, _ seat: Seat) -> FlightResult? {
        withTable(for: key.fingerprint) { $0.collect(key, seat) }
    }

    /// Suspends the caller in its seat until the flight ends, the caller is cancelled, or `deadline` passes.
    @inline(never)
    func wait(_ key: FlightKey, _ seat: Seat, until deadline: MonotonicInstant) async -> WaitEnd {
        let alarm = alarms.set(.deadline(key, seat), at: deadline)
        defer { alarms.remove(alarm) }
        return await wait(key, seat)
    }

    /// Suspends the caller in its seat until the flight ends or the caller is cancelled.
    @inline(never)
    func wait(_ key: FlightKey, _ seat: Seat) async -> WaitEnd {
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { unsafe suspend(key, seat, Waker($0)) }
        } onCancel: {
            leave(key, seat, .cancelled)
        }
    }

    private func suspend(_ key: FlightKey, _ seat: Seat, _ waker: Waker) {
        switch withTable(for: key.fingerprint, { $0.suspend(key, seat, waker) }) {
        case .suspended: break
        case .settled(let result): waker.resume(returning: .settled(result))
        case .vacated: waker.resume(returning: .vacated)
        case .left: waker.resume(returning: Task.isCancelled ? .cancelled : .deadlinePassed)
        }
    }

    /// Takes the caller of `seat` out of the flight and resumes it with `end` if it is suspended.
    func leave(_ key: FlightKey, _ seat: Seat, _ end: WaitEnd) {
        leave(key, seat, end)?.cancel()
    }

    /// Takes the caller of `seat` out of the flight, and leaves it to whoever calls this to cancel the execution.
    private func leave(_ key: FlightKey, _ seat: Seat, _ end: WaitEnd) -> Task<Void, Never>? {
        let departure = withTable(for: key.fingerprint) { $0.leave(key, seat) }
        departure.resume?.resume(returning: end)
        if let alarm = departure.staleAlarm { alarms.remove(alarm) }
        switch departure.consequence {
        case .none:
            return nil
        case .cancel:
            return departure.task
        case .startGrace(let grace, let round):
            let alarm = alarms.set(.grace(key, round: round), at: time.now.advanced(by: grace))
            let isNeeded = withTable(for: key.fingerprint) { $0.graceArmed(key, round: round, alarm) }
            if !isNeeded { alarms.remove(alarm) }
            return nil
        }
    }

    // MARK: - Running

    /// Counts the execution of a flight that has just been claimed. Called in the same step as the claim, so that
    /// whoever closes the tables and then asks whether anything is running hears of it.
    func executionBegins() {
        running.withLock { $0.count += 1 }
    }

    /// Runs a flight's execution in a task of its own, which can be cancelled when nobody waits any more. One that begins
    /// `immediately` runs on the caller's thread up to its first suspension, and if it never suspends, has ended when this
    /// returns.
    /// The last that `execution` does is to call ``executionEnded()``.
    func run(_ key: FlightKey, immediately: Bool, _ execution: @escaping @isolated(any) @Sendable () async -> Void) {
        let priority = Task.currentPriority
        let task =
            immediately
            ? Task.immediateDetached(priority: priority, operation: execution)
            : Task.detached(priority: priority, operation: execution)
        if withTable(for: key.fingerprint, { $0.started(key, task) }) { task.cancel() }
    }

    /// Arms the execution timeout that the flight's rules ask for; returns the ticket for ``disarm(_:)``.
    func armTimeout(_ key: FlightKey, _ timeout: ExecutionTimeout, from start: MonotonicInstant) -> UInt64? {
        timeout.duration.map { alarms.set(.timeout(key), at: start.advanced(by: $0)) }
    }

    /// Waits for a value, but no longer than until `deadline`; then it is `late`.
    func value<Value: Sendable>(
        of shot: OneShot<Value>, by deadline: MonotonicInstant, otherwise late: Value
    ) async -> Value {
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
        case .deadline(let key, let seat):
            cancelAside(leave(key, seat, .deadlinePassed))
        case .timeout(let key):
            let timeout = withTable(for: key.fingerprint) { $0.timedOut(key) }
            for continuation in timeout.vacated { continuation.resume(returning: .vacated) }
            cancelAside(timeout.task)
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

    /// Lets no newcomer meet what is running now for a fingerprint; those who wait for something cancelled to end start
    /// anew.
    ///
    /// - Returns: Whether anything is running.
    func detach(_ fingerprint: Fingerprint) -> Bool {
        let detachment = withTable(for: fingerprint) { $0.detach(fingerprint) }
        for continuation in detachment.vacated { continuation.resume(returning: .vacated) }
        return detachment.epoch != nil
    }

    /// Lets no newcomer meet what is running now.
    func detachAll() {
        for shard in shards {
            for continuation in shard.table.withLock({ $0.detachAll() }) { continuation.resume(returning: .vacated) }
        }
    }

    /// Lets in from here on only those whom `admission` names.
    func admit(_ admission: Table.Admission) {
        for shard in shards { shard.table.withLock { $0.admit(admission) } }
    }

    /// Tells `ended` when no execution is running, at once if none is.
    func notify(_ ended: OneShot<Bool>) {
        let isIdle = running.withLock { running in
            if running.count > 0 { running.ended.append(ended) }
            return running.count == 0
        }
        if isIdle { ended.fulfil(true) }
    }

    /// Counts the end of an execution.
    func executionEnded() {
        let ended = running.withLock { running -> [OneShot<Bool>] in
            running.count -= 1
            if running.count > 0 { return [] }
            defer { running.ended = [] }
            return running.ended
        }
        for ended in ended { ended.fulfil(true) }
    }

    /// Resumes every waiter and cancels every execution.
    func abandonAll() {
        for shard in shards {
            let (waiting, tasks) = shard.table.withLock { $0.abandonAll() }
            for continuation in waiting { continuation.resume(returning: .vacated) }
            for task in tasks { cancelAside(task) }
        }
    }
}
