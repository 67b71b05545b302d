internal import Caching
internal import Crypto
internal import Dedup
internal import Measurement
internal import Reporting

/// Whole calls through a registry, answered from the cache: a step is found, its context of 200 bytes fingerprinted, and
/// the result looked up.
enum RegistryCases {
    static let all = [
        MicroCase(name: "registry, hit by name, dynamic step") { _ in try await latencies("by name", byName("dynamic"))
        },
        MicroCase(name: "registry, hit by name, typed step") { _ in
            try await latencies("by name, typed step", byName("typed"))
        },
        MicroCase(name: "registry, hit, typed input") { _ in
            try await latencies("typed input", typed(), fingerprint: 2_000)
        },
    ]

    private typealias Call = @Sendable () async throws -> Void

    private static let step = Step("typed") { (input: FingerprintCases.Input) in UInt64(input.limit) }

    private static func registry() throws -> StepRegistry {
        let registry = StepRegistry()
        try registry.register(step)
        try registry.register(Step(dynamic: "dynamic") { _ in UInt64(1) })
        return registry
    }

    private static func byName(_ name: String) throws -> Call {
        let registry = try registry()
        return { _ = try await registry.execute(name, context: FingerprintCases.context) }
    }

    private static func typed() throws -> Call {
        let registry = try registry()
        let input = FingerprintCases.Input()
        return { _ = try await registry.execute(step, input) }
    }

    /// Each call on its own, less what reading the clock costs.
    private static func latencies(
        _ name: String, _ call: Call, fingerprint: Double = 0
    ) async throws -> [MicroResult] {
        var latencies = LatencyHistogram()
        for number in 0..<200_000 {
            let start = MonotonicClock.now()
            try await call()
            let end = MonotonicClock.now()
            // The first tenth warms up.
            if number >= 20_000 { latencies.record(end - start) }
        }
        return ExecutionCases.results("registry, answered from the cache, \(name)", latencies, fingerprint: fingerprint)
    }
}
