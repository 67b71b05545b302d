package import Workloads

/// The scenarios in which defects must show: each takes a second or so, and the honest subject passes all of them.
package enum SelftestScenario: String, CaseIterable, Sendable {
    /// Herds of eight ask for one key at a time, and executions take long enough to be met.
    case herds
    /// Herds that come at the moment in which a result is published.
    case edges
    /// Many requests for few keys; some executions fail.
    case requests
    /// Nearly nothing but hits, by many clients.
    case hits
    /// Keys come back long after their results have expired.
    case expiry
    /// Few keys that are asked for without a break, also when their results expire.
    case hot
    /// Keys that do not all fit into the cache come back again and again.
    case evictions
    /// One client.
    case alone
    /// Callers that invalidate, that ask for what is cached, and that cancel.
    case verbs
    /// An open loop, and keys of which some are hot.
    case arrivals
    /// Executions that take some milliseconds each, one in every two calls.
    case threads
    /// Memory at rest, again and again, while entries come and go.
    case memory
    /// A small cache and large values.
    case capacity

    /// The scenario.
    ///
    /// - Throws: ``Failure`` if it is none, which would be a mistake in this file.
    package func scenario() throws(Failure) -> Scenario {
        do throws(ScenarioError) {
            return try ScenarioLoader.load(
                yaml: "schema_version: 1\nname: \(rawValue)\n\(yaml)", named: rawValue,
                vocabulary: SubjectCatalog().vocabulary)
        } catch {
            throw Failure("the scenario of the self-test cannot be used: \(error)", .internalError)
        }
    }

    private var yaml: String {
        switch self {
        case .herds:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: burst, count: 60, skew: 0, burst: 8}
              operation: {latency: 2ms, value_size: 64B}
            phases: [{name: herds, model: closed, clients: 8, operations: 2400}]
            gates: [dedup.prevented == 100%, hit_rate.repeat > 80%, joined.wakeup.max < 1s if any]
            """
        case .edges:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: uniform, count: 1}
              operation: {latency: 1ms, value_size: 64B}
            phases:
              - {name: edges, model: closed, clients: 9, operations: 5400, edge: {at: publication, sweep: 300us, steps: 20}}
            gates: [dedup.prevented == 100%]
            """
        case .requests:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: zipf, count: 200, skew: 0.9}
              operation: {latency: 1ms, value_size: 64B, failures: 20%}
            phases: [{name: requests, model: closed, clients: 8, operations: 4000}]
            gates: [dedup.prevented == 100%, hit_rate.repeat > 80%]
            """
        case .hits:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: uniform, count: 40}
              operation: {latency: 1ms, value_size: 64B}
            phases: [{name: hits, model: closed, clients: 64, operations: 3840}]
            gates: [hit.latency.p50 < 50ms, hit.latency.p99 < 50ms]
            """
        case .expiry:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: 'fixed:20ms'}}
            workload:
              keys: {distribution: uniform, count: 400}
              operation: {latency: 1ms, value_size: 64B}
            phases: [{name: expiry, model: closed, clients: 4, operations: 3000}]
            gates: [dedup.prevented == 100%]
            """
        case .hot:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: 'fixed:20ms'}}
            workload:
              keys: {distribution: uniform, count: 4}
              operation: {latency: 1ms, value_size: 64B}
            phases: [{name: hot, model: poisson, rate: 8000/s, clients: 64, duration: 1s}]
            gates: [dedup.prevented == 100%]
            """
        case .evictions:
            """
            system: {cache: {capacity: 20, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: uniform, count: 60}
              operation: {latency: 1ms, value_size: 64B}
            phases: [{name: evictions, model: closed, clients: 4, operations: 2000}]
            gates: [dedup.prevented == 100%]
            """
        case .alone:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: burst, count: 100, skew: 0, burst: 3}
              operation: {latency: 1ms, value_size: 64B}
            phases: [{name: alone, model: closed, clients: 1, operations: 600}]
            gates: [hit_rate.repeat > 80%]
            """
        case .verbs:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: zipf, count: 60, skew: 0.9}
              operation: {latency: 1ms, value_size: 64B}
              verbs: {get: 20%, invalidate: 5%, cancel: 20%, patience: 200us}
            phases: [{name: verbs, model: poisson, rate: 4000/s, duration: 1s, clients: 64}]
            gates: [dedup.prevented == 100%]
            """
        case .arrivals:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: uniform, count: 200}
              operation: {latency: 1ms, value_size: 64B}
            phases:
              - name: closed
                model: closed
                clients: 8
                operations: 4000
                keys: {distribution: zipf, count: 200, skew: 0.9}
              - name: open
                model: poisson
                rate: 2000/s
                duration: 1s
                clients: 64
                keys: {distribution: zipf, count: 200, skew: 0.9}
            gates: [dedup.prevented == 100%]
            """
        case .threads:
            """
            system: {cache: {capacity: 1000, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: burst, count: 200, burst: 2}
              operation: {latency: 4ms, value_size: 64B}
            phases: [{name: threads, model: closed, clients: 4, operations: 400}]
            gates: [dedup.prevented == 100%]
            """
        case .memory:
            """
            system: {cache: {capacity: 500, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: zipf, count: 1000, skew: 1.1}
              operation: {latency: 'exponential:50us', failures: 1%, value_size: 100B}
            phases:
              - {name: memory, model: closed, clients: 8, memory: {samples: 40, operations: 10000, discarded: 5}}
            gates: [memory.leak_bytes_per_op < 0.5B, memory.leak_bytes_per_op < 0.02B]
            """
        case .capacity:
            """
            system: {cache: {capacity: 10, policy: lru, ttl: forever}}
            workload:
              keys: {distribution: uniform, count: 3000}
              operation: {latency: 'exponential:50us', value_size: 64KiB}
            phases:
              - {name: capacity, model: closed, clients: 8, memory: {samples: 20, operations: 200, discarded: 5}}
            gates: [memory.live_peak_bytes < 64MiB]
            """
        }
    }
}
