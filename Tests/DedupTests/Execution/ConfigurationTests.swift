import Caching
import Dedup
import DedupTesting
import Testing

@Suite struct ConfigurationTests {
    @Test(arguments: [
        ("flightLimit", DeduplicatorConfiguration(flightLimit: 0)),
        ("waiterLimit", DeduplicatorConfiguration(waiterLimit: 0)),
        ("stepLimit", DeduplicatorConfiguration(stepLimit: -1)),
        ("stepNameByteLimit", DeduplicatorConfiguration(stepNameByteLimit: 0)),
        ("sweepInterval", DeduplicatorConfiguration(sweepInterval: .zero)),
        ("recordTimeout", DeduplicatorConfiguration(recordTimeout: .zero)),
        ("recordTimeout", DeduplicatorConfiguration(recordTimeout: .seconds(-1))),
        ("cache", DeduplicatorConfiguration(cache: CacheConfiguration(capacity: .entries(0)))),
        ("recordWriter", DeduplicatorConfiguration(recordWriter: RecordWriterConfiguration(batchSize: 0))),
    ])
    func aWrongFieldIsNamed(field: String, configuration: DeduplicatorConfiguration) {
        let error = #expect(throws: DedupError.self) { try Deduplicator(configuration: configuration) }
        #expect(error?.code == .invalidConfiguration && error?.message.hasPrefix(field) == true)
    }

    @Test(arguments: [
        ("weight", ExecutionPolicy(weight: 0)),
        ("overlapLimit", ExecutionPolicy(overlapLimit: 0)),
        ("overlapLimit", ExecutionPolicy(overlapLimit: -1)),
        ("timeout", ExecutionPolicy(timeout: .hold(after: .zero))),
        ("timeout", ExecutionPolicy(timeout: .supersede(after: .seconds(-1)))),
        ("abandonment", ExecutionPolicy(abandonment: .cancel(after: .seconds(-1)))),
        ("timeToLive", ExecutionPolicy(timeToLive: .fixed(.seconds(-1)))),
        ("timeToLive", ExecutionPolicy(timeToLive: .forever.jittered(by: 1.5))),
        ("failureTimeToLive", ExecutionPolicy(failureTimeToLive: .sliding(.seconds(2), maximumAge: .seconds(1)))),
    ])
    func aWrongPartOfAPolicyIsNamedAndNothingRuns(field: String, policy: ExecutionPolicy) async throws {
        let desk = try Desk()
        let error = await desk.ask(policy: policy) { 1 }.failure as? DedupError
        #expect(error?.code == .invalidConfiguration && error?.message.hasPrefix(field) == true)
        #expect(desk.deduplicator.statistics.executions.started == 0)
        #expect(desk.deduplicator.statistics.outcomes.refused == 1)
    }

    /// The guides name them.
    @Test func whatIsNotSetHasItsDefault() {
        let (policy, configuration) = (ExecutionPolicy(), DeduplicatorConfiguration())
        #expect(policy.overlapLimit == 8 && policy.weight == 1 && policy.timeToLive == .minutes(5))
        #expect(policy.failureTimeToLive == nil && policy == .standard)
        #expect(configuration.flightLimit == 100_000 && configuration.waiterLimit == 100_000)
        #expect(configuration.stepLimit == 10_000 && configuration.stepNameByteLimit == 256)
        #expect(configuration.recordTimeout == .seconds(10) && configuration.sweepInterval == .seconds(1))
    }

    @Test func everyErrorSaysItsCodeAndItsMessage() {
        #expect(DedupError(.overdue, "Wait.").description == "overdue: Wait.")
        #expect(Set(DedupError.Code.allCases.map(\.rawValue)).count == DedupError.Code.allCases.count)
    }
}
