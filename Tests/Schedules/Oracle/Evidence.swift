internal import Dedup

/// Everything that is known of a schedule when it is over.
struct Evidence {
    let program: Program
    let calls: [ObservedCall]
    let executions: [ObservedExecution]
    let invalidations: [ObservedInvalidation]
    let shutdown: ObservedShutdown?
    /// The execution of each epoch.
    let executionOfEpoch: [UInt64: UInt64]
    /// Alarms of the library that were still set at the end.
    var alarms = 0
    /// What the library says of itself; nil when the subject is not the library.
    var core: CoreEvidence?
    /// Executions, by epoch, of which the subject itself says that their epochs were over when they ended.
    var superseded: Set<UInt64> = []

    /// Whether a step may have begun long after its flight was claimed.
    func mayBeginLate(_ execution: ObservedExecution) -> Bool {
        program.pace.preemption > 0 || isDelayed(execution)
    }

    /// Whether something else comes between the claim and the step: the opening of a record, or the wait for a thread.
    func isDelayed(_ execution: ObservedExecution) -> Bool {
        program.configuration.recordStoreFailure == .failClosed || execution.beginsAside
    }

    init(program: Program, observer: Observer) {
        self.program = program
        calls = observer.calls
        executions = observer.executions
        invalidations = observer.invalidations
        shutdown = observer.shutdown
        executionOfEpoch = observer.executionOfEpoch
    }

    func execution(_ id: UInt64) -> ObservedExecution? {
        id > 0 && id <= executions.count ? executions[Int(id) - 1] : nil
    }
}

/// What the library says of itself.
struct CoreEvidence {
    let statistics: DeduplicatorStatistics
    let records: [ExecutionRecord]
    let events: [ExecutionEvent]
    let eventsDropped: Int
    let flushError: String?
    /// Executions whose results did not count: by epoch, the time of the event that says so.
    let superseded: [UInt64: UInt64]
    /// Executions that ran but whose records could not be stored, and those that were not run for that reason, by epoch.
    let unrecorded: Set<UInt64>

    init(
        statistics: DeduplicatorStatistics, records: [ExecutionRecord], events: [ExecutionEvent], eventsDropped: Int,
        flushError: String?
    ) {
        self.statistics = statistics
        self.records = records
        self.events = events
        self.eventsDropped = eventsDropped
        self.flushError = flushError
        var superseded: [UInt64: UInt64] = [:]
        var unrecorded: Set<UInt64> = []
        for event in events {
            switch event.kind {
            case .executionSuperseded:
                superseded[event.epoch] = UInt64(event.time.nanosecondsSinceEpoch)
            case .executionFailed where (event.error as? DedupError)?.code == .recordStoreUnavailable:
                unrecorded.insert(event.epoch)
            default: break
            }
        }
        self.superseded = superseded
        self.unrecorded = unrecorded
    }
}
