#if ServiceLifecycle
public import Dedup
public import ServiceLifecycle

/// Runs a deduplicator as a part of a service: keeps it tidy while the service runs, and ends it with the service.
///
///     let registry = StepRegistry(records: records)
///     let group = ServiceGroup(services: [DedupService(registry), server], logger: logger)
///     try await group.run()
///
/// A service group stops its services in reverse order, so put this before whatever sends it requests.
public struct DedupService: Service {
    private let deduplicator: Deduplicator
    private let grace: Duration

    /// Makes a service of a deduplicator.
    ///
    /// - Parameters:
    ///   - deduplicator: what to run.
    ///   - grace: how long executions in progress and the last write of records may take at the end. Default 10 seconds.
    public init(_ deduplicator: Deduplicator, grace: Duration = .seconds(10)) {
        self.deduplicator = deduplicator
        self.grace = grace
    }

    /// Makes a service of the deduplicator behind a registry.
    public init(_ registry: StepRegistry, grace: Duration = .seconds(10)) {
        self.init(registry.deduplicator, grace: grace)
    }

    /// Runs until the group shuts down gracefully or the task is cancelled, then shuts the deduplicator down: nothing new
    /// starts, executions in progress end or are cancelled after the grace time, records are written and event streams end.
    /// Returns when the grace time is over at the latest, also when the record store hangs.
    ///
    /// - Throws: what the record store threw at its last write, or ``DedupServiceError/graceTimeExceeded`` if something
    ///   had not ended in time.
    public func run() async throws {
        let end = await deduplicator.serve(until: { try? await gracefulShutdown() }, grace: grace)
        if end.isComplete { return }
        // A write before the shutdown that failed counts only because the shutdown's own has failed, too.
        try end.run?.get()
        throw DedupServiceError.graceTimeExceeded
    }
}

/// How a ``DedupService`` can end badly.
public enum DedupServiceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Executions were still running, or records not written, when the grace time was over.
    case graceTimeExceeded

    /// What happened and what to do about it.
    public var description: String {
        "Executions were still running or records not written when the grace time was over; allow more of it."
    }
}
#endif
