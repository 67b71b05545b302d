#if ServiceLifecycle
internal import Caching
public import Dedup
public import ServiceLifecycle

/// Runs a deduplicator as a part of a service: its background work while the service runs, and its shutdown at the end.
///
///     let registry = StepRegistry(records: records)
///     let group = ServiceGroup(services: [DedupService(registry), server], logger: logger)
///     try await group.run()
///
/// A service group stops its services in reverse order, so put this one before the services that send it requests.
public struct DedupService: Service {
    private let deduplicator: Deduplicator
    private let grace: Duration

    /// Makes a service of a deduplicator.
    ///
    /// - Parameters:
    ///   - deduplicator: The deduplicator to run.
    ///   - grace: How long executions in progress and the last write of records may take at the end; zero and less give them
    ///     no time. Default 10 seconds.
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
    /// - Throws: The record store's error if its last write failed, or ``DedupServiceError`` with code
    ///   ``DedupServiceError/Code/graceTimeExceeded`` if an execution or a write had not ended in time.
    public func run() async throws {
        let end = await deduplicator.serve(until: { try? await gracefulShutdown() }, grace: grace)
        if end.isComplete { return }
        // The error of a write before the shutdown counts only because the shutdown's own write has failed too.
        try end.run?.get()
        throw DedupServiceError(code: .graceTimeExceeded)
    }
}

/// Why a ``DedupService`` did not end in order.
public struct DedupServiceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of errors. Later versions may add some, so a `switch` over codes needs a `default`.
    public struct Code: RawRepresentable, CaseIterable, Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, CaseIterable {
            case graceTimeExceeded
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// Executions were still running, or records not written, when the grace time was over.
        public static let graceTimeExceeded = Code(.graceTimeExceeded)

        /// All codes of this version.
        public static var allCases: [Code] { Kind.allCases.map(Code.init) }

        /// The code with this name, or nil if this version has none.
        public init?(rawValue: String) {
            guard let kind = Kind(rawValue: rawValue) else { return nil }
            self.kind = kind
        }

        /// The name of the code, the same in every version.
        public var rawValue: String { kind.rawValue }

        /// The name of the code.
        public var description: String { rawValue }
    }

    /// The kind of error.
    public let code: Code

    /// What happened and how to mend it.
    public var description: String {
        "Executions were still running or records not written when the grace time was over; allow more of it."
    }
}

extension DedupServiceError: LibraryError {}
#endif
