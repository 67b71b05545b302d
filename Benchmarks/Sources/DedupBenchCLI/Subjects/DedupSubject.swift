internal import Caching
internal import Dedup
internal import DedupBenchKit
internal import DedupVerification
internal import LoadGeneration
internal import Synchronization
internal import Workloads

/// The library: a ``Deduplicator`` with the scenario's settings.
///
/// Each call makes its fingerprint from a small context, as a user's call does, so that the cost is in every measured
/// latency. `dedupbench micro` is where the cache is measured with the fingerprint in hand.
///
/// Evictions and expirations become excuses where they happen: the cache's owner is told of each, and hits pay nothing.
final class DedupSubject: Subject {
    /// How it is made.
    static let blueprint = SubjectBlueprint(
        name: "dedup", summary: "this library: Deduplicator with the scenario's settings",
        promises: Promises(duplicates: .either, eviction: .reported, namesExecutionsByEpoch: true),
        verbs: [.get, .invalidate, .cancel, .deadline]
    ) { settings in try DedupSubject(settings) }

    private let deduplicator: Deduplicator
    private let fingerprinter: StepFingerprinter
    private let policy: ExecutionPolicy
    private let maintenance: Task<Void, Never>

    private init(_ settings: SubjectSettings) throws {
        var configuration = DeduplicatorConfiguration()
        configuration.cache = try CacheConfiguration(settings)
        configuration.flightLimit = 1_000_000
        configuration.waiterLimit = 1_000_000
        let excuses = settings.excuses
        let deduplicator = try Deduplicator(configuration: configuration) { removal in
            switch removal.cause {
            case .evicted: excuses.record(.evicted, execution: removal.executionID)
            case .expired: excuses.record(.expired, execution: removal.executionID)
            default: break
            }
        }
        self.deduplicator = deduplicator
        fingerprinter = Fingerprinter(namespace: "dedupbench").prepare(step: "operation", version: "1")
        policy = ExecutionPolicy(settings.system)
        maintenance = Task.detached { try? await deduplicator.run() }
    }

    func call(_ work: Work) async -> Answer { await call(work, CallOptions()) }

    func call(_ work: Work, within limit: Duration) async -> Answer { await call(work, CallOptions(deadline: limit)) }

    func get(_ key: UInt32) async -> Answer? {
        do {
            let cached: Outcome<WorkValue>? = try deduplicator.cached(fingerprint(of: key))
            return cached.map { .value($0.value, .hit) }
        } catch {
            return .failed(error)
        }
    }

    func invalidate(_ key: UInt32) async {
        guard let fingerprint = try? fingerprint(of: key) else { return }
        deduplicator.invalidate(fingerprint)
    }

    private func fingerprint(of key: UInt32) throws -> Fingerprint {
        try fingerprinter.fingerprint(Self.context(of: key))
    }

    private func call(_ work: Work, _ options: CallOptions) async -> Answer {
        do {
            let fingerprint = try fingerprint(of: work.key)
            let outcome = try await deduplicator.execute(
                fingerprint, step: "operation", policy: policy, call: options, weight: { $0.size }
            ) { execution in
                try await work.run(epoch: execution.epoch)
            }
            return .value(outcome.value, OutcomeClass(outcome.source))
        } catch let error as DedupError where error.code == .rejected {
            return .rejected(inTheWay: error.executionID ?? 0)
        } catch let error as DedupError where error.code == .deadlineExceeded {
            return .abandoned
        } catch {
            return .failed(error)
        }
    }

    /// What a request of the workload looks like to the library: about 60 bytes of JSON.
    private static func context(of key: UInt32) -> JSONValue {
        ["path": "/srv/repository", "operation": "status", "key": .integer(Int64(key))]
    }

    var counters: SubjectCounters {
        let statistics = deduplicator.statistics
        return SubjectCounters(
            hits: statistics.hits, joins: statistics.outcomes.joined, executions: statistics.executions.started,
            rejections: statistics.outcomes.rejected, failures: statistics.executions.failed,
            failedCalls: statistics.outcomes.answeredWithErrors,
            abandoned: statistics.outcomes.cancelled + statistics.outcomes.deadlineExceeded)
    }

    var liveEntries: Int? { deduplicator.cachedResults }

    func quiesce() async {
        // Writes the records of what happened, so that none are pending when memory is read.
        try? await deduplicator.flush()
    }

    func shutdown() async {
        maintenance.cancel()
        await maintenance.value
        await deduplicator.shutdown()
    }
}

extension OutcomeCounts {
    /// Every error but a refusal because the work is running, and what the caller itself gave up.
    fileprivate var answeredWithErrors: Int {
        failed + cachedFailures + overdue + recursive + refused
    }
}

extension OutcomeClass {
    fileprivate init(_ source: OutcomeSource) {
        switch source {
        case .executed: self = .executed
        case .joined: self = .joined
        case .hit: self = .hit
        }
    }
}
