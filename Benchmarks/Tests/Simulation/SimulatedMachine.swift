internal import Dispatch
package import LoadGeneration
package import Measurement
internal import Synchronization

/// A machine without speed: whatever runs takes no time, and when nothing runs the time moves on to the next event.
///
/// Events are the ends of sleeps and the steps of pacers. Watches look along the way, each at its own times, and never make
/// the time move. All workers and tasks share one queue, so a run comes out the same on any machine and however busy that
/// is, as long as the subject answers in its caller's task. What it does in tasks of its own is not waited for before time
/// moves on.
///
/// A blocking worker has a thread of its own, as on the real machine.
package final class SimulatedMachine: Machine {
    private enum Event {
        case wake(CheckedContinuation<Void, any Error>)
        case step(@Sendable () -> UInt64?)
    }

    private struct Watch {
        let id: UInt64
        let period: UInt64
        var next: UInt64
        let look: @Sendable (_ from: UInt64, _ to: UInt64) -> Void
    }

    private struct State {
        /// Not 0, which stands for "never" in a history.
        var now: UInt64 = 1_000_000_000
        var events: [(id: UInt64, time: UInt64, event: Event)] = []
        var watches: [Watch] = []
        var jobs = 0
        var lastID: UInt64 = 0

        mutating func makeID() -> UInt64 {
            lastID += 1
            return lastID
        }

        /// Takes the event that is due first, if it is due by `time`.
        mutating func takeEvent(until time: UInt64) -> (time: UInt64, event: Event)? {
            let first = events.indices.min { (events[$0].time, events[$0].id) < (events[$1].time, events[$1].id) }
            guard let first, events[first].time <= time else { return nil }
            let event = events.remove(at: first)
            return (event.time, event.event)
        }
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "simulation")
    private static let isOnQueue = DispatchSpecificKey<ObjectIdentifier>()

    private let source: any MemorySource
    private let space: @Sendable () -> Int?
    private let movesWhenStuck: Bool

    /// A machine on which nothing happens yet.
    ///
    /// - Parameters:
    ///   - memory: Where its memory is read; by default the same is in use all the time.
    ///   - freeSpace: How many bytes its disk has left; by default it does not tell.
    ///   - movesWhenStuck: Whether time moves on, for the watches, when nothing runs and nothing is to happen any more: a
    ///     watchdog then sees what hangs. Only for subjects that do everything in their callers' tasks.
    package init(
        memory: any MemorySource = SimulatedMemory(growth: 0), freeSpace: @escaping @Sendable () -> Int? = { nil },
        movesWhenStuck: Bool = false
    ) {
        source = memory
        space = freeSpace
        self.movesWhenStuck = movesWhenStuck
        queue.setSpecific(key: Self.isOnQueue, value: ObjectIdentifier(self))
    }

    package func now() -> UInt64 { state.withLock { $0.now } }

    package func freeSpace(in folder: String) -> Int? { space() }

    // MARK: - Moving the time

    /// Moves the time forward by so much; all that is due until then happens, in order.
    package func advance(by duration: Duration) { advance(to: now() + UInt64(duration / .nanoseconds(1))) }

    /// Moves the time forward to `time`, unless it is there already.
    package func advance(to time: UInt64) {
        onQueue {
            while let (due, event) = state.withLock({ $0.takeEvent(until: time) }) { happen(event, at: due) }
            move(to: time)
        }
    }

    /// Lets the next event happen if nothing runs; called on the queue, and comes again as long as there are events.
    private func proceed() {
        let (due, look) = state.withLock { state -> ((time: UInt64, event: Event)?, UInt64?) in
            guard state.jobs == 0 else { return (nil, nil) }
            let due = state.takeEvent(until: .max)
            return (due, due == nil && movesWhenStuck ? state.watches.map(\.next).min() : nil)
        }
        if let due { happen(due.event, at: due.time) }
        if let look { move(to: look) }
        if due != nil || look != nil { queue.async { self.proceed() } }
    }

    private func happen(_ event: Event, at time: UInt64) {
        move(to: time)
        switch event {
        case .wake(let continuation): continuation.resume()
        case .step(let step): if let next = step() { add(.step(step), at: next) }
        }
    }

    /// Moves the time, and looks along the way.
    private func move(to time: UInt64) {
        while let watch = state.withLock({ Self.nextLook(&$0, until: time) }) {
            watch.look(watch.next - watch.period, watch.next)
        }
        state.withLock { $0.now = max($0.now, time) }
    }

    private static func nextLook(_ state: inout State, until time: UInt64) -> Watch? {
        let first = state.watches.indices.min { state.watches[$0].next < state.watches[$1].next }
        guard let first, state.watches[first].next <= time else { return nil }
        let watch = state.watches[first]
        state.watches[first].next += watch.period
        state.now = max(state.now, watch.next)
        return watch
    }

    private func add(_ event: Event, at time: UInt64) {
        state.withLock { $0.events.append(($0.makeID(), time, event)) }
        queue.async { self.proceed() }
    }

    private func onQueue(_ body: () -> Void) {
        if DispatchQueue.getSpecific(key: Self.isOnQueue) == ObjectIdentifier(self) {
            body()
        } else {
            queue.sync(execute: body)
        }
    }
}

// MARK: - What load generation asks of a machine

extension SimulatedMachine: TaskExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        run { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    package func sleep(until time: UInt64) async throws {
        let id = state.withLock { $0.makeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { $0.events.append((id, time, .wake(continuation))) }
                if Task.isCancelled { cancel(id) }
                queue.async { self.proceed() }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: UInt64) {
        let event = state.withLock { state in
            state.events.firstIndex { $0.id == id }.map { state.events.remove(at: $0).event }
        }
        if case .wake(let continuation) = event { continuation.resume(throwing: CancellationError()) }
    }

    /// The time moves at once: nothing else can run meanwhile on a machine whose one processor is blocked.
    package func block(until time: UInt64) { advance(to: time) }

    package func pace(from first: UInt64, _ step: @escaping @Sendable () -> UInt64?) { add(.step(step), at: first) }

    package func watch(
        every period: UInt64, _ name: String, _ look: @escaping @Sendable (_ from: UInt64, _ to: UInt64) -> Void
    ) -> @Sendable () -> Void {
        let id = state.withLock { state in
            let id = state.makeID()
            state.watches.append(Watch(id: id, period: period, next: state.now + period, look: look))
            return id
        }
        return { [self] in onQueue { state.withLock { state in state.watches.removeAll { $0.id == id } } } }
    }

    package func executor(number: Int, blocks: Bool) -> any WorkerExecutor {
        blocks ? RealMachine().executor(number: number, blocks: true) : SimulatedExecutor(self)
    }

    package func start<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        Task.detached(executorPreference: self) { await body() }
    }

    package func processorTime() -> ProcessorTime? { nil }

    package func memory() throws(JemallocError) -> any MemorySource { source }

    fileprivate func run(_ job: @escaping @Sendable () -> Void) {
        state.withLock { $0.jobs += 1 }
        queue.async { [self] in
            job()
            state.withLock { $0.jobs -= 1 }
            proceed()
        }
    }
}

/// Runs a worker of a simulated machine.
private final class SimulatedExecutor: WorkerExecutor {
    let turns = WorkerTurns()
    private let machine: SimulatedMachine

    init(_ machine: SimulatedMachine) {
        self.machine = machine
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        turns.jobWaits()
        machine.run { [self] in
            turns.jobStarts()
            job.runSynchronously(on: asUnownedSerialExecutor())
            turns.jobEnds()
        }
    }

    func finish() {}
}

/// Memory that grows by the same number of bytes from one reading to the next, in objects of 64 bytes.
package final class SimulatedMemory: MemorySource {
    package let sizeClasses = [SizeClass(size: 32, isLarge: false), SizeClass(size: 64, isLarge: false)]
    private let growth: Int
    private let readings = Atomic<Int>(0)

    /// Memory that grows by so much a reading.
    package init(growth: Int) {
        self.growth = growth
    }

    package func flushThreadCache() {}

    package func reading() -> MemoryReading {
        let number = readings.add(1, ordering: .relaxed).newValue
        var reading = MemoryReading.zero
        reading.live = (1 << 20) + number * growth
        reading.allocated = reading.live
        return reading
    }

    package func liveCounts(into counts: inout [Int]) {
        counts = [100, 1_000 + readings.load(ordering: .relaxed) * growth / 64]
    }
}
