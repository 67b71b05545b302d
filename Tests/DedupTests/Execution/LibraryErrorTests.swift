import Caching
import Dedup
import DedupTesting
import Testing

/// An error of the library that a step throws is about a request, and not about the step's input: it is never cached.
@Suite(.timeLimit(.minutes(1))) struct LibraryErrorTests {
    struct Failure: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let fail: @Sendable () async throws -> Void

        init(_ name: String, _ fail: @escaping @Sendable () async throws -> Void) {
            testDescription = name
            self.fail = fail
        }
    }

    static let failures = [
        Failure("FingerprintError") { _ = try CanonicalJSON.bytes(encoding: Double.nan) },
        Failure("FieldRulesError") { _ = try FieldRules(names: ["": .ignore]) },
        Failure("JSONParsingError") { _ = try JSONValue(parsing: "?") },
        Failure("DedupError") { throw DedupError(.overdue, "inner") },
        Failure("RecordQueryError") { try RecordQueryError.validate(limit: -1) },
        Failure("RecordWriterError") { try RecordWriterConfiguration(interval: .zero).validate() },
        Failure("CacheConfigurationError") { try CacheConfiguration(capacity: .entries(0)).validate() },
        Failure("CacheLoadError") {
            let cache = try Cache<Int, Int>(CacheConfiguration())
            _ = try await cache.value(for: 1) { try await cache.value(for: 1) { 1 } }
        },
        Failure("CancellationError") { throw CancellationError() },
    ]

    @Test(arguments: failures) func anErrorOfTheLibraryThatAStepThrowsIsNotCached(_ failure: Failure) async throws {
        let desk = try Desk()
        let policy = ExecutionPolicy(failureTimeToLive: .fixed(.seconds(60)))
        let request = desk.ask(10, policy: policy) {
            try await failure.fail()
            return 1
        }
        let error = try #require(await request.failure)
        // A step that throws a cancellation error of its own is told apart from one that was cancelled.
        let isOwn = (error as? DedupError)?.code == .stepCancelledItself
        #expect(isOwn || "\(type(of: error))" == failure.testDescription)
        #expect(desk.deduplicator.cachedResults == 0)
        _ = await desk.ask(policy: policy) { throw Boom() }.result
        #expect(desk.deduplicator.cachedResults == 1)
    }
}
