internal import Caching
internal import Dedup

/// The subject of a schedule with everything around it.
///
/// Unchecked: it is touched by the thread of the ``DeterministicScheduler`` alone.
final class Stage: @unchecked Sendable {
    let subject: any Subject
    /// What the library says of itself, once ``collect()`` has run.
    private(set) var collected: CoreEvidence?

    private let program: Program
    private let scheduler: DeterministicScheduler
    private let observer: Observer
    private let store: SlowRecordStore
    private let actors: Actors
    private let events: EventSubscription?
    private let slowSubscriber: EventSubscription?
    private var maintenance: Task<Void, Never>?
    private var flushError: String?

    init(
        _ program: Program, _ target: Schedule.Target, _ scheduler: DeterministicScheduler, _ observer: Observer,
        seed: UInt64
    ) throws {
        let time = VirtualTimeSource(scheduler: scheduler)
        store = SlowRecordStore(program.store, scheduler: scheduler, seed: seed)
        switch target {
        case .small(let bug): subject = SmallDeduplicator(bug: bug, time: time)
        case .core, .hiddenRecursion:
            let core = try Deduplicator(configuration: program.configuration, records: store, time: time)
            subject = CoreSubject(core, hidesRecursion: target == .hiddenRecursion)
        }
        self.program = program
        self.scheduler = scheduler
        self.observer = observer
        events = subject.core?.events.subscribe(buffering: 1 << 16)
        let bus = subject.core?.events
        slowSubscriber = program.slowSubscriberBuffer.flatMap { bus?.subscribe(buffering: $0) }
        actors = Actors(
            program: program, subject: subject, scheduler: scheduler, observer: observer,
            dice: Dice(seed: seed &+ 77))
    }

    /// Lets all actors begin.
    func start() {
        if program.isMaintained, let core = subject.core {
            maintenance = Task.detached { try? await core.run() }
        }
        actors.start()
    }

    /// Whether an actor of the program has something left to do: time passes for them.
    var isActing: Bool {
        observer.openActors > 0 || observer.openExecutions > 0
    }

    /// Ends what would go on for ever.
    func endMaintenance() {
        store.heal()
        if let maintenance { scheduler.withoutPreemption { maintenance.cancel() } }
        maintenance = nil
    }

    /// Writes the records and reads everything that the library says of itself; to be run by the scheduler.
    func collect() {
        guard let core = subject.core, let events else { return }
        Task.detached {
            do { try await core.flush() } catch { self.flushError = "\(error)" }
            let records = (try? await self.store.duplicates(over: -1, limit: 1_000)) ?? []
            events.cancel()
            var all: [ExecutionEvent] = []
            for await event in events { all.append(event) }
            self.collected = CoreEvidence(
                statistics: core.statistics, records: records, events: all, eventsDropped: events.droppedEvents,
                flushError: self.flushError)
        }
    }
}
