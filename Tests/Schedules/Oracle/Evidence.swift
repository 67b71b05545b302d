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
    /// Whether other tasks may have run between the claim of a flight and the beginning of its step.
    var beginsMayBeLate: Bool {
        program.pace.preemption > 0 || program.configuration.recordStoreFailure == .failClosed
    }

    init(program: Program, observer: Observer) {
        self.program = program
        calls = observer.calls
        executions = observer.executions
        invalidations = observer.invalidations
        shutdown = observer.shutdown
        executionOfEpoch = observer.executionOfEpoch
    }

    /// A time before the claim of the execution's flight.
    func claimBound(_ execution: ObservedExecution) -> UInt64 {
        guard program.configuration.recordStoreFailure == .failClosed else { return execution.claimedAfter }
        // Opening the record takes time, in which the one who claimed may have left.
        return calls.lazy.filter { $0.key == execution.key }.map(\.start).min() ?? execution.begin
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
            switch event {
            case .executionSuperseded(let details, _):
                superseded[details.epoch] = UInt64(details.time.nanosecondsSinceEpoch)
            case .executionFailed(let details, _, let error as DedupError) where error.code == .recordStoreUnavailable:
                unrecorded.insert(details.epoch)
            default: break
            }
        }
        self.superseded = superseded
        self.unrecorded = unrecorded
    }
}
