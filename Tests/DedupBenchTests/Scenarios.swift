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
          - hit.latency.p99 < 10s

        """

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

    /// So long that only a signal ends it: 100,000 requests of which each takes a millisecond.
    static let endless = """
        schema_version: 1
        name: endless
        system:
          cache: {capacity: 10, policy: lru, ttl: forever}
        workload:
          keys: {distribution: uniform, count: 50000}
          operation: {latency: 1ms, value_size: 8B}
        phases:
          - {name: long, model: closed, clients: 2, operations: 100000}
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

    /// Making its repositories takes many seconds.
    static let manyRepositories = """
        schema_version: 1
        name: many-repositories
        workload:
          keys: {distribution: uniform}
          operation: {kind: git, repositories: 1000, commits: 20, files: 20, steps: [status]}
        phases:
          - {name: one, model: closed, clients: 1, operations: 1}

        """
}
