internal import DedupBenchKit
internal import DedupVerification
internal import LoadGeneration
internal import Workloads

/// The original Node.js design: what this project set out to replace. It must fail the gates.
///
/// Ported as it was, defects included: the order of the steps in `executeStep`, the two services behind it with their maps,
/// their wall-clock ages and their counting, and the key that `JSON.stringify` makes. Left out is what no call of the
/// harness would reach: the repository and its statistics, the event bus, the removal of passwords (no request has one),
/// results of `null` that read as a miss (every result is a value), and the shape of cached replies.
///
/// In Node everything between two awaits runs alone, and each await lets all other callers go first; the locks of the
/// services and the yield in ``call(_:)`` stand for these two facts. The yield is fair because it adds no time, only a
/// turn for the tasks that are ready, which is what awaiting the answer of `shouldExecute` gives in Node. The gap that it shows is
/// there without it: these callers run on several threads, between any two of whose steps others may come.
final class ReferenceSubject: Subject {
    /// How it is made.
    static let blueprint = SubjectBlueprint(
        name: "reference", summary: "the original Node.js design with its defects: must fail the gates",
        promises: Promises(duplicates: .reject)
    ) { settings in ReferenceSubject(settings.system.cache) }

    private let cache: ExecutionCacheService
    private let deduplication = ExecutionDeduplicationService()

    private init(_ settings: CacheSettings) {
        cache = ExecutionCacheService(settings)
    }

    /// `StepRegistry.executeStep` of the original.
    func call(_ work: Work) async -> Answer {
        // Defect: timeout and priority take part in the key, so the same work differs by how it was asked for. The
        // workload asks for all work in the same way, so this one does not show.
        let key = ReferenceKey.stringify([
            ("stepName", "operation"), ("key", "\(work.key)"), ("timeout", "30000"), ("priority", "normal"),
        ])
        if let cached = cache.getCachedResult(key) {
            deduplication.markCached(key, cached)
            return .value(cached, .hit)
        }
        // Defect: check, then act. Until the key is marked, any number of callers see the same "go ahead".
        guard deduplication.shouldExecute(key) else { return .rejected() }
        // An await of JavaScript always gives way to the callers that wait.
        await Task.yield()
        deduplication.markExecuting(key)
        do {
            let value = try await work.run()
            deduplication.markComplete(key, value)
            cache.cacheResult(key, value)
            return .value(value, .executed)
        } catch {
            // Defect: the key stays "executing" until the timeout; every caller until then is refused.
            return .failed(error)
        }
    }
}

/// The fingerprint of the original.
enum ReferenceKey {
    /// `JSON.stringify` of an object of strings.
    ///
    /// Defect: members stand in the order in which they were set, so the same context in another order is another key.
    static func stringify(_ members: [(name: String, value: String)]) -> String {
        "{" + members.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
    }
}
