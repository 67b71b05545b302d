internal import Caching
internal import Crypto
internal import Dedup
internal import Measurement
internal import Reporting
internal import Statistics
internal import Wording
internal import Workloads

/// Whole `execute` calls: answered from the cache, and missed.
enum ExecutionCases {
    static let all =
        [
            MicroCase(name: "execute, hit") { engine in try await hit(engine) + hitLatencies(engine) },
            MicroCase(name: "execute, hit, 2 threads", isCounted: false) { try await hit($0, threads: 2) },
        ]
        + [
            ("failures", Set([ExecutionEvent.Kind.executionFailed]), 1.05), ("hits", [.cacheHit], 2),
        ].map { name, kinds, target in
            MicroCase(name: "execute, hit, a subscriber to \(name)") { engine in
                try await hit(engine, subscribedTo: name, kinds, target)
            }
        } + [MicroCase(name: "execute, miss") { try await miss($0) }]

    private static let entries = 10_000

    /// A deduplicator whose cache holds a result for every fingerprint.
    private static func filled() async throws -> (Deduplicator, [Fingerprint]) {
        var configuration = DeduplicatorConfiguration()
        configuration.cache = CacheConfiguration(capacity: .entries(entries * 2), policy: .s3FIFO, seed: 1)
        let deduplicator = try Deduplicator(configuration: configuration)
        let fingerprints = (0..<entries).map(CacheCases.key)
        for fingerprint in fingerprints {
            _ = try await deduplicator.execute(fingerprint, step: "micro") { _ in UInt64(1) }
        }
        return (deduplicator, fingerprints)
    }

    private static func hit(_ engine: MicroEngine, threads: Int = 1) async throws -> [MicroResult] {
        let (deduplicator, fingerprints) = try await filled()
        let dictionary = dictionary(of: fingerprints)
        let measured = await engine.compare(
            suspending: "execute, answered from the cache, mean", threads: threads,
            control: MicroBody("lock + Dictionary") { iterations in
                var sum: UInt64 = 0
                for number in 0..<iterations {
                    sum &+= dictionary.value(for: fingerprints[number % entries], at: SystemTimeSource().now) ?? 0
                }
                consume(sum)
            }
        ) { iterations in await hits(iterations, of: deduplicator, fingerprints) }
        guard let comparison = measured else { return [] }
        return [
            MicroResult(comparison, bytes: nil, target: "0 allocations") { _, _ in
                comparison.measured.allocationsPerOperation.map { $0 == 0 }
            }
        ]
    }

    /// With a subscriber that does not keep up, so that all of its buffer is in use; beside the same without a subscriber.
    private static func hit(
        _ engine: MicroEngine, subscribedTo name: String, _ kinds: Set<ExecutionEvent.Kind>, _ target: Double
    ) async throws -> [MicroResult] {
        let (heard, fingerprints) = try await filled()
        let (unheard, _) = try await filled()
        let subscription = heard.events.subscribe(to: kinds)
        defer { subscription.cancel() }
        let measured = await engine.compare(
            suspending: "execute, answered from the cache, a subscriber to \(name)",
            control: MicroBody(suspending: "without a subscriber") { iterations in
                await hits(iterations, of: unheard, fingerprints)
            }
        ) { iterations in await hits(iterations, of: heard, fingerprints) }
        return measured.map { comparison in
            [MicroResult(comparison, bytes: nil, target: "\(target) of the control") { _, ratio in ratio <= target }]
        } ?? []
    }

    private static func hits(
        _ iterations: Int, of deduplicator: Deduplicator, _ fingerprints: [Fingerprint]
    ) async {
        var sum: UInt64 = 0
        for number in 0..<iterations {
            let outcome = try? await deduplicator.execute(fingerprints[number % entries], step: "micro") { _ in
                UInt64(1)
            }
            sum &+= outcome?.value ?? 0
        }
        consume(sum)
    }

    private static func dictionary(of fingerprints: [Fingerprint]) -> LockedDictionary<UInt64> {
        let dictionary = LockedDictionary<UInt64>(capacity: entries)
        let deadline = SystemTimeSource().now.advanced(by: .seconds(3_600))
        for fingerprint in fingerprints { dictionary.insert(1, for: fingerprint, deadline: deadline) }
        return dictionary
    }

    /// Each call on its own.
    private static func hitLatencies(_ engine: MicroEngine) async throws -> [MicroResult] {
        let (deduplicator, fingerprints) = try await filled()
        let name = "execute, answered from the cache"
        let latencies = try await engine.latencies(name, 500_000) { number in
            try await deduplicator.execute(fingerprints[number % entries], step: "micro") { _ in UInt64(1) }.value
        }
        return latencies.map { results(name, $0) } ?? []
    }

    /// Latencies of hits, less what reading the clock costs. A fingerprint for which no target is set together with the
    /// hit has `fingerprint` nanoseconds of its own.
    static func results(
        _ name: String, _ latencies: LatencyHistogram, fingerprint: Double = 0
    ) -> [MicroResult] {
        let clock = MonotonicClock.calibratedCost()
        return [(50.0, "p50", 800 + fingerprint), (99.0, "p99", 2_000 + fingerprint)].map { percentile, label, limit in
            let less = { (value: UInt64?) in value.map { max(0, Double($0) - clock) } }
            let value = less(latencies.percentile(percentile)) ?? .nan
            let interval = latencies.percentileInterval(percentile)
            return MicroResult(
                name: "\(name), \(label)",
                value: Estimate(
                    value, low: less(interval?.lower) ?? -.infinity, high: less(interval?.upper) ?? .infinity),
                unit: .nanoseconds, control: "reading the clock (subtracted)", controlValue: clock,
                target: HumanNumber.time(limit), isMet: value <= limit)
        }
    }

    /// Beside two controls: a task that begins on the caller's thread, as an execution does, and one that goes through the pool, where
    /// it may have to wake a thread: 1 or 13 microseconds, as it happens.
    private static func miss(_ engine: MicroEngine) async throws -> [MicroResult] {
        let (deduplicator, _) = try await filled()
        let next = Counter()
        let missing = { @Sendable (iterations: Int) async in
            let first = next.take(iterations) + entries
            for number in first..<(first + iterations) {
                let outcome = try? await deduplicator.execute(CacheCases.key(number), step: "micro") { _ in UInt64(1) }
                consume(outcome?.value ?? 0)
            }
        }
        let controls: [(note: String, name: String, limit: Double?, body: @Sendable (Int) async -> Void)] = [
            (
                "", "a detached task", 1.6,
                { for _ in 0..<$0 { consume(await Task.detached { UInt64(1) }.value) } }
            ),
            (
                ", started as its control is", "a detached task that begins at once", nil,
                { for _ in 0..<$0 { consume(await Task.immediateDetached { UInt64(1) }.value) } }
            ),
        ]
        var results: [MicroResult] = []
        for control in controls {
            let timed = await engine.compareOnPool(
                "execute, missed", iterations: 20_000, control: control.name, missing, control.body)
            guard let measured = timed else { return [] }
            results.append(
                MicroResult(
                    name: "execute, missed, empty step, records in memory" + control.note, value: measured.value,
                    control: control.name, controlValue: measured.control, ratio: measured.ratio,
                    target: control.limit.map { "\($0) of the control" } ?? "2 µs",
                    isMet: control.limit.map { measured.ratio.value <= $0 } ?? (measured.value.value <= 2_000)))
        }
        return results
    }
}

/// Whole calls through a registry, answered from the cache: a step is found, its context of 200 bytes fingerprinted, and
/// the result looked up.
enum RegistryCases {
    static let all = [
        MicroCase(name: "registry, hit by name, dynamic step") { try await byName($0, "by name", "dynamic") },
        MicroCase(name: "registry, hit by name, typed step") {
            try await byName($0, "by name, typed step", "typed")
        },
        MicroCase(name: "registry, hit, typed input") { try await typed($0) },
        MicroCase(name: "registry, hit, 2 threads", isCounted: false) { try await onThreads($0, 2) },
    ]

    private static let step = Step("typed") { (input: FingerprintCases.Input) in UInt64(input.limit) }

    private static func registry() throws -> StepRegistry {
        let registry = StepRegistry()
        try registry.register(step)
        try registry.register(Step(dynamic: "dynamic") { _ in UInt64(1) })
        return registry
    }

    private static func byName(
        _ engine: MicroEngine, _ label: String, _ name: String
    ) async throws -> [MicroResult] {
        let registry = try registry()
        let row = "registry, answered from the cache, \(label)"
        let latencies = try await engine.latencies(row, 200_000) { _ in
            try await registry.execute(name, context: FingerprintCases.context).executionID
        }
        return latencies.map { ExecutionCases.results(row, $0) } ?? []
    }

    private static func typed(_ engine: MicroEngine) async throws -> [MicroResult] {
        let registry = try registry()
        let input = FingerprintCases.Input()
        let row = "registry, answered from the cache, typed input"
        let latencies = try await engine.latencies(row, 200_000) { _ in
            try await registry.execute(step, input).executionID
        }
        return latencies.map { ExecutionCases.results(row, $0, fingerprint: 2_000) } ?? []
    }

    /// Beside what every call has to do first: the fingerprint of its context.
    private static func onThreads(_ engine: MicroEngine, _ threads: Int) async throws -> [MicroResult] {
        let registry = try registry()
        let context = FingerprintCases.context
        let measured = await engine.compare(
            suspending: "registry, answered from the cache, by name, mean", threads: threads,
            control: MicroBody("the fingerprint alone") { iterations in
                for _ in 0..<iterations {
                    consume((try? FingerprintCases.fingerprinter.fingerprint(context))?.words.0 ?? 0)
                }
            }
        ) { iterations in
            var sum: UInt64 = 0
            for _ in 0..<iterations {
                sum &+= (try? await registry.execute("dynamic", context: context))?.executionID ?? 0
            }
            consume(sum)
        }
        return measured.map { [MicroResult($0, bytes: nil, target: "1.2 of the control") { _, ratio in ratio <= 1.2 }] }
            ?? []
    }
}
