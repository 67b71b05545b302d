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

    /// Most fields stand behind a reference, which copies share.
    @Test func aCopyOfAPolicyIsAPolicyOfItsOwn() {
        let standard = ExecutionPolicy()
        let changes: [(inout ExecutionPolicy) -> Void] = [
            { $0.timeToLive = nil }, { $0.failureTimeToLive = .forever }, { $0.duplicates = .reject },
            { $0.abandonment = .complete }, { $0.overlap = .allowed }, { $0.timeout = .hold(after: .seconds(1)) },
            { $0.overlapLimit = 3 }, { $0.start = .inline }, { $0.weight = 7 },
        ]
        var changed: [ExecutionPolicy] = []
        var all = standard
        for change in changes {
            var policy = standard
            change(&policy)
            change(&all)
            changed.append(policy)
        }
        #expect(Set(changed).count == changes.count && !changed.contains(standard) && standard == .standard)
        var copy = all
        copy.weight = 1
        copy.overlapLimit = 8
        #expect(all.weight == 7 && all.overlapLimit == 3 && copy != all)
        #expect(
            all
                == ExecutionPolicy(
                    timeToLive: nil, failureTimeToLive: .forever, duplicates: .reject, abandonment: .complete,
                    overlap: .allowed, timeout: .hold(after: .seconds(1)), overlapLimit: 3, start: .inline, weight: 7))
        var back = changed[8]
        back.weight = 1
        #expect(back == standard && back.hashValue == standard.hashValue)
        #expect(
            "\(changed[8])".contains("failureTimeToLive: nil, duplicates: join")
                && "\(changed[8])".hasSuffix("weight: 7)"))
    }

    @Test func aCopyOfCallOptionsIsOfItsOwn() {
        var call = CallOptions(deadline: .seconds(1), tags: ["a"])
        let copy = call
        call.tags.append("b")
        call.timeToLive = .forever
        call.refresh = true
        #expect(copy == CallOptions(deadline: .seconds(1), tags: ["a"]))
        #expect(call == CallOptions(deadline: .seconds(1), timeToLive: .forever, refresh: true, tags: ["a", "b"]))
        #expect("\(copy)".contains("deadline: 1.0 seconds") && "\(copy)".contains("tags: [\"a\"]"))
        call.tags = []
        call.timeToLive = nil
        #expect(call == CallOptions(deadline: .seconds(1), refresh: true))
    }

    @Test func everyErrorSaysItsCodeAndItsMessage() {
        #expect(DedupError(.overdue, "Wait.").description == "overdue: Wait.")
        #expect(Set(DedupError.Code.allCases.map(\.rawValue)).count == DedupError.Code.allCases.count)
    }
}
