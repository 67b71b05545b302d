internal import Caching
internal import Crypto
internal import Dedup
internal import Measurement
internal import Reporting

/// Whole calls through a registry, answered from the cache: a step is found, its context of 200 bytes fingerprinted, and
/// the result looked up.
enum RegistryCases {
    static let all = [
        MicroCase(name: "registry, hit by name, dynamic step") { _ in try await byName("by name", "dynamic") },
        MicroCase(name: "registry, hit by name, typed step") { _ in try await byName("by name, typed step", "typed") },
        MicroCase(name: "registry, hit, typed input") { _ in try await typed() },
    ]

    private static let step = Step("typed") { (input: FingerprintCases.Input) in UInt64(input.limit) }

    private static func registry() throws -> StepRegistry {
        let registry = StepRegistry()
        try registry.register(step)
        try registry.register(Step(dynamic: "dynamic") { _ in UInt64(1) })
        return registry
    }

    private static func byName(_ label: String, _ name: String) async throws -> [MicroResult] {
        let registry = try registry()
        let latencies = try await ExecutionCases.latencies(200_000) { _ in
            try await registry.execute(name, context: FingerprintCases.context).executionID
        }
        return ExecutionCases.results("registry, answered from the cache, \(label)", latencies)
    }

    private static func typed() async throws -> [MicroResult] {
        let registry = try registry()
        let input = FingerprintCases.Input()
        let latencies = try await ExecutionCases.latencies(200_000) { _ in
            try await registry.execute(step, input).executionID
        }
        return ExecutionCases.results(
            "registry, answered from the cache, typed input", latencies, fingerprint: 2_000)
    }
}
