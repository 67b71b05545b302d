package import Caching
internal import Dispatch
internal import Synchronization

/// Every policy with every capacity on one trace, on as many processors as there are.
package struct SimulationRun: Sendable {
    package let simulation: CacheSimulation
    package let policies: [SimulatedPolicy]
    /// In entries or weight, each once, although several that were asked for may come to the same.
    package let capacities: [Int]
    /// What all keys weigh together, each as its first request does: the number of keys where each weighs 1.
    package let totalWeight: Int

    /// Prepares a run; nothing is simulated yet.
    package init(_ simulation: CacheSimulation, policies: [SimulatedPolicy], capacities: [SimulatedCapacity]) {
        self.simulation = simulation
        self.policies = policies
        let total = Self.totalWeight(of: simulation)
        totalWeight = total
        var seen: Set<Int> = []
        self.capacities = capacities.map { $0.units(of: total) }.filter { seen.insert($0).inserted }
    }

    private static func totalWeight(of simulation: CacheSimulation) -> Int {
        guard !simulation.weights.isEmpty else { return simulation.keyCount }
        var seen = [Bool](repeating: false, count: simulation.keyCount)
        var total = 0
        for (key, weight) in zip(simulation.keys, simulation.weights) where !seen[Int(key)] {
            seen[Int(key)] = true
            total += max(1, Int(weight))
        }
        return total
    }

    /// Simulates them all.
    ///
    /// - Parameters:
    ///   - isStopped: Asked before each; nothing more is begun once it is true.
    ///   - clock: Nanoseconds from any start.
    /// - Returns: A row for each that was simulated, in the order of the policies and capacities.
    package func rows(
        isStopped: @Sendable () -> Bool = { false }, clock: @Sendable () -> UInt64
    ) -> [SimulationRow] {
        let jobs = policies.flatMap { policy in capacities.map { (policy, $0) } }
        let belady =
            policies.contains(.belady)
            ? BeladyOptimum(keys: simulation.keys, keyCount: simulation.keyCount) : nil
        let rows = Mutex([Int: SimulationRow]())
        DispatchQueue.concurrentPerform(iterations: jobs.count) { number in
            guard !isStopped() else { return }
            let (policy, units) = jobs[number]
            let start = clock()
            let result = result(of: policy, units, belady)
            let row = SimulationRow(
                policy: policy, capacity: units, share: Double(units) / Double(max(1, totalWeight)), result: result,
                requests: simulation.keys.count, nanoseconds: clock() - start)
            rows.withLock { $0[number] = row }
        }
        return rows.withLock { rows in jobs.indices.compactMap { rows[$0] } }
    }

    private func result(
        of policy: SimulatedPolicy, _ capacity: Int, _ belady: BeladyOptimum?
    ) -> SimulationRow.Result {
        switch policy {
        case .cache(let kind): .counts(simulation.counts(of: kind, capacity: capacity))
        case .belady: .hits(belady?.hits(capacity: capacity) ?? 0)
        }
    }
}

/// The result of one policy with one capacity.
package struct SimulationRow: Sendable {
    package enum Result: Hashable, Sendable {
        case counts(SimulatedCounts)
        /// A bound has nothing but hits.
        case hits(Int)
    }

    package let policy: SimulatedPolicy
    /// In entries, or in weight.
    package let capacity: Int
    /// The capacity as a part of what all keys weigh together.
    package let share: Double
    package let result: Result
    package let requests: Int
    /// How long the simulation took.
    package let nanoseconds: UInt64

    /// How many requests were answered.
    package var hits: Int {
        switch result {
        case .counts(let counts): counts.hits
        case .hits(let hits): hits
        }
    }

    /// The part of the requests that was answered.
    package var hitRatio: Double { requests > 0 ? Double(hits) / Double(requests) : 0 }

    /// All counts; nil for a bound.
    package var counts: SimulatedCounts? { if case .counts(let counts) = result { counts } else { nil } }

    /// How long a request took to simulate.
    package var nanosecondsPerRequest: Double { requests > 0 ? Double(nanoseconds) / Double(requests) : 0 }
}
