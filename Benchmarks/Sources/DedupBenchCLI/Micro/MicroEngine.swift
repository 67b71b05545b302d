internal import Foundation
internal import Measurement
internal import Statistics

/// Something that `dedupbench micro` measures.
struct MicroCase: Sendable {
    /// By what `--filter` finds it.
    let name: String
    /// Measures it.
    let measure: @Sendable (MicroEngine) async throws -> [MicroResult]

    /// Everything, in the order of the report.
    static let all: [MicroCase] =
        CacheCases.all + FingerprintCases.all + ExecutionCases.all + RegistryCases.all + WaiterCases.all
        + HarnessCases.all
}

/// How everything in `dedupbench micro` is measured.
struct MicroEngine: Sendable {
    let rounds: Int
    let allocator: Jemalloc
    let counter: AllocationCounter

    /// Measures a loop beside its control. What both allocate is counted on one thread.
    func compare(
        _ name: String, threads: Int = 1, control: String, _ body: @escaping @Sendable (Int) -> Void,
        _ controlBody: @escaping @Sendable (Int) -> Void
    ) -> (comparison: MicroComparison, bytes: Double?) {
        let benchmark = MicroBenchmark(rounds: rounds, threads: threads, counter: counter)
        let comparison = benchmark.compare(MicroBody(name, body), control: MicroBody(control, controlBody))
        return (comparison, threads == 1 ? bytes(body) : nil)
    }

    /// Measures a loop that may suspend beside one that does not.
    func compare(
        suspending name: String, control: String, _ body: @escaping @Sendable (Int) async -> Void,
        _ controlBody: @escaping @Sendable (Int) -> Void
    ) -> MicroComparison {
        MicroBenchmark(rounds: rounds, counter: counter)
            .compare(MicroBody(suspending: name, body), control: MicroBody(control, controlBody))
    }

    /// Measures two loops whose operations run on the shared pool, in rounds next to each other, in alternating order.
    func compareOnPool(
        _ name: String, iterations: Int, control: String, _ body: @Sendable (Int) async -> Void,
        _ controlBody: @Sendable (Int) async -> Void
    ) async -> (value: Estimate, control: Double, ratio: Estimate?) {
        await body(iterations)
        await controlBody(iterations)
        var (times, controls): ([Double], [Double]) = ([], [])
        for round in 0..<rounds {
            if round.isMultiple(of: 2) { times.append(await Self.time(iterations, body)) }
            controls.append(await Self.time(iterations, controlBody))
            if !round.isMultiple(of: 2) { times.append(await Self.time(iterations, body)) }
        }
        let unknown = Estimate(.nan, low: -.infinity, high: .infinity)
        let ratio = HodgesLehmann.estimate(zip(times, controls).map { log($0 / $1) })
        return (
            .median(of: times) ?? unknown, (Estimate.median(of: controls) ?? unknown).value,
            ratio.map { Estimate(exp($0.value), low: exp($0.low), high: exp($0.high)) }
        )
    }

    /// Bytes an operation asks for: twice as many operations less once as many, so that the loop itself cancels out.
    private func bytes(_ body: (Int) -> Void) -> Double {
        let once = counter.count { body(1_000) }.count.bytes
        let twice = counter.count { body(2_000) }.count.bytes
        return Double(twice - once) / 1_000
    }

    private static func time(_ iterations: Int, _ body: (Int) async -> Void) async -> Double {
        let start = MonotonicClock.now()
        await body(iterations)
        return Double(MonotonicClock.now() - start) / Double(iterations)
    }
}

/// Takes a value where the compiler cannot see that it is not needed.
@inline(never)
func consume(_ value: UInt64) {
    withExtendedLifetime(value) {}
}
