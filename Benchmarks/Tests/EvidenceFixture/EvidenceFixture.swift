internal import DedupVerification
package import Evidence
internal import Measurement

/// Evidence as a run would leave it, from a history that is checked for real.
package enum EvidenceFixture {
    /// An identity that does not change.
    package static func identity(scenario: String = "storm") -> RunIdentity {
        RunIdentity(
            id: "20260101T000000Z-storm-abc1234", scenario: scenario, seed: 42, commit: "abc1234",
            startedAt: "2026-01-01T00:00:00Z", arguments: ["run"], replay: "dedupbench run --seed 42")
    }

    private static let environment = MachineEnvironment.current()

    /// A whole run.
    package static func run(_ subjects: [SubjectEvidence], scenario: String = "storm") -> RunEvidence {
        var run = RunEvidence(
            identity: identity(scenario: scenario), gates: ["dedup.prevented == 100%"],
            resolvedScenario: "name: storm\n", environment: environment)
        run.subjects = subjects
        return run
    }

    /// A warm-up and a phase with `executions`, and hits of `latency` each. One that is broken has two executions of one key
    /// that overlap.
    package static func subject(
        _ name: String = "dedup", broken: Bool = false, executions: Int = 1, hits: Int = 500, latency: UInt64 = 1_000,
        strategy: [StrategySetting] = []
    ) -> SubjectEvidence {
        var subject = SubjectEvidence(subject: name, strategy: strategy)
        let history = history(broken: broken, executions: executions, hits: hits, latency: latency)
        let checker = HistoryChecker(
            freshness: FreshnessRule(.unbounded), capacityBounded: false, duplicateMode: .join)
        let verification = checker.check(history)
        subject.verification = verification
        var phase = PhaseEvidence(name: "storm", isWarmup: false)
        phase.load.observations = [[.history(isComplete: true)]]
        phase.duration = 2_000_000_000
        phase.isVerified = true
        phase.counts = verification.phases[0] ?? VerificationCounts()
        for _ in 0..<hits { phase.latencies.record(latency, .service, .hit) }
        phase.series = [TimeSeriesPoint(offset: 100_000_000, metric: "throughput", value: 12.5, unit: "per_s")]
        phase.memory = [memory(slope: -0.01)]
        var warmup = PhaseEvidence(name: "warm", isWarmup: true)
        warmup.load.observations = [[.history(isComplete: true)]]
        warmup.duration = 1
        warmup.isVerified = true
        subject.phases = [warmup, phase]
        return subject
    }

    /// A subject whose history is sound, with these phases.
    package static func subject(_ phases: [PhaseEvidence]) -> SubjectEvidence {
        var subject = subject()
        subject.phases = phases
        return subject
    }

    /// Live bytes that grow by so many an operation, at samples 100 operations apart, the first of which is left out.
    /// `entries` says how many a cache that may hold `capacity` holds at each sample.
    package static func memory(
        slope: Double, samples: Int = 61, capacity: Int? = nil, entries: (Int) -> Int = { _ in 3 }
    ) -> MemoryEvidence {
        var series = MemorySeries(capacity: samples)
        for number in 0..<samples {
            var reading = MemoryReading.zero
            reading.live = 1_000_000 + Int((slope * 100 * Double(number)).rounded())
            series.append(
                MemorySeries.Sample(
                    operations: 100 * number, time: 5_000_000 * UInt64(number), reading: reading,
                    liveEntries: number == 0 ? nil : entries(number)))
        }
        return MemoryEvidence(series, discarded: 1, capacity: capacity)
    }

    /// A measured phase with so many hits of one latency; response times are given for an open loop only.
    package static func phase(
        _ name: String, hits: Int, service: UInt64, response: UInt64? = nil
    ) -> PhaseEvidence {
        var phase = PhaseEvidence(name: name, isWarmup: false)
        phase.load.observations = [[.history(isComplete: true)]]
        phase.duration = 1_000_000_000
        phase.isVerified = true
        phase.latencies.isOpen = response != nil
        for _ in 0..<hits {
            phase.latencies.record(service, .service, .hit)
            if let response { phase.latencies.record(response, .response, .hit) }
        }
        phase.counts.operations = hits
        phase.counts.outcomes[Int(OutcomeClass.hit.rawValue)] = hits
        phase.counts.repeatedRequests = hits
        phase.counts.opportunities = hits
        return phase
    }

    private static func history(broken: Bool, executions: Int, hits: Int, latency: UInt64) -> History {
        var history = History()
        for number in 0..<UInt32(executions) {
            let id = UInt64(number) + 1
            history.executions.append(Execution(id: id, key: number, begin: 1_000, end: 2_000))
            history.calls.append(
                Call(request: number, key: number, start: 900, end: 2_100, outcome: .executed, execution: id, value: id)
            )
        }
        if broken {
            let id = UInt64(executions) + 1
            history.executions.append(Execution(id: id, key: 0, begin: 1_500, end: 2_500))
            history.calls.append(
                Call(request: 9_000, key: 0, start: 1_400, end: 2_600, outcome: .executed, execution: id, value: id))
        }
        for number in 0..<hits {
            let start = 10_000 + UInt64(number) * 2_000_000_000
            history.calls.append(
                Call(
                    request: UInt32(10_000 + number), key: 0, start: start, end: start + latency, outcome: .hit,
                    execution: broken ? UInt64(executions) + 1 : 1, value: broken ? UInt64(executions) + 1 : 1))
        }
        return history
    }
}
