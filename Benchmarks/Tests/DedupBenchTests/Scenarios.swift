/// Scenarios that take a fraction of a second.
enum Scenarios {
    /// Four clients ask for twenty keys: nearly everything is a duplicate.
    static let storm = """
        schema_version: 1
        name: tiny-storm
        seed: 7
        system:
          cache: {capacity: 1000, policy: lru, ttl: forever}
        workload:
          keys: {distribution: zipf, count: 20, skew: 0.9}
          operation: {latency: 2ms, value_size: 64B}
        phases:
          - {name: storm, model: closed, clients: 4, operations: 4000}
        gates:
          - dedup.prevented == 100%
          - hit_rate.repeat > 80%

        """

    /// The same from one client, and executions that take no time: the seed alone decides what is executed.
    static let alone = storm.replacing("clients: 4", with: "clients: 1").replacing("latency: 2ms", with: "latency: 0s")

    /// The same with a tenth of the calls: for what looks at many runs.
    static let brief = alone.replacing("operations: 4000", with: "operations: 400")

    /// Sixteen clients ask for one cold key at once, then for the next one.
    static let herd = """
        schema_version: 1
        name: tiny-herd
        seed: 7
        system:
          cache: {capacity: 1000, policy: lru, ttl: forever}
        workload:
          keys: {distribution: burst, count: 20, burst: 16}
          operation: {latency: 2ms, value_size: 64B}
        phases:
          - {name: herd, model: closed, clients: 16, operations: 1600}
        gates:
          - dedup.prevented == 100%

        """

    /// Two repositories with two git commands.
    static let git = """
        schema_version: 1
        name: tiny-git
        seed: 7
        system:
          cache: {capacity: 100, policy: lru, ttl: forever}
        workload:
          keys: {distribution: zipf, skew: 0.9}
          operation: {kind: git, repositories: 2, commits: 2, files: 2, steps: [status, log]}
        phases:
          - {name: polling, model: closed, clients: 4, operations: 40}
        gates:
          - dedup.prevented == 100%

        """

    static let operationsPerSample = 100

    /// So many samples of memory, a hundred calls apart, of which so many are left out. Four clients ask for a key at a
    /// time, so that some of them wait for others. One client alone never waits, and asks for some keys far more often than
    /// for others.
    static func memory(samples: Int, most: Int? = nil, discarded: Int, limit: String, clients: Int) -> String {
        let maximum = most.map { ", max_samples: \($0)" } ?? ""
        return """
            schema_version: 1
            name: tiny-memory
            seed: 7
            system:
              cache: {capacity: 100, policy: lru, ttl: forever}
            workload:
              keys: {distribution: \(clients > 1 ? "burst, burst: 4" : "zipf, skew: 0.9"), count: 20}
              operation: {latency: 1ms, value_size: 64B}
            phases:
              - name: memory
                model: closed
                clients: \(clients)
                memory: {samples: \(samples)\(maximum), operations: \(operationsPerSample), discarded: \(discarded)}
            gates:
              - memory.leak_bytes_per_op < \(limit)

            """
    }

    /// A storm, and a memory phase in which one client comes after the other.
    static let memory = storm.replacing(
        "gates:",
        with: """
              - name: memory
                model: closed
                clients: 1
                memory: {samples: 60, operations: 50, discarded: 10}
                operation: {latency: 0s, value_size: 64B}
            gates:
              - memory.leak_bytes_per_op < 1MiB
            """)

    /// So long that only a signal ends it: a request every 17 minutes for a day.
    static let endless = """
        schema_version: 1
        name: endless
        system:
          cache: {capacity: 10, policy: lru, ttl: forever}
        workload:
          keys: {distribution: uniform, count: 50000}
          operation: {latency: 0s, value_size: 8B}
        phases:
          - {name: long, model: constant, rate: 0.001/s, clients: 2, operations: 87}
        gates:
          - dedup.prevented == 100%

        """

    /// One request: nothing could have been executed twice.
    static let lonely = """
        schema_version: 1
        name: lonely
        workload:
          keys: {distribution: uniform, count: 5}
          operation: {latency: 0s}
        phases:
          - {name: one, model: closed, clients: 1, operations: 1}
        gates:
          - dedup.prevented == 100%

        """

    /// Making its repositories takes minutes.
    static let manyRepositories = """
        schema_version: 1
        name: many-repositories
        workload:
          keys: {distribution: uniform}
          operation: {kind: git, repositories: 1000, commits: 100, files: 100, steps: [status]}
        phases:
          - {name: one, model: closed, clients: 1, operations: 1}

        """
}
