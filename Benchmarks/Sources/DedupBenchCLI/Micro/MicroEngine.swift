internal import Foundation
internal import Measurement
internal import Statistics
internal import Synchronization

/// Something that `dedupbench micro` measures.
struct MicroCase: Sendable {
    /// By what `--filter` finds it.
    let name: String
    /// Whether `dedupbench instructions` counts it: not what several threads do, or what needs a million entries first, which
    /// would take minutes in a machine that is interpreted.
    var isCounted = true
    /// Measures it.
    let measure: @Sendable (MicroEngine) async throws -> [MicroResult]

    /// Everything, in the order of the report.
    static let all: [MicroCase] =
        CacheCases.all + CacheMixCases.all + FingerprintCases.all + ExecutionCases.all + RegistryCases.all
        + WaiterCases.all
        + HarnessCases.all
}

extension String {
    /// Whether `--filter` asks for what has this name: everything, unless it is given.
    func isAsked(by filter: String?) -> Bool { filter.map(localizedCaseInsensitiveContains) ?? true }
}

/// How everything in `dedupbench micro` is measured.
struct MicroEngine: Sendable {
    /// What is done with the loops that cases hand in.
    enum Purpose: Sendable {
        /// They are timed beside their controls.
        case timing
        /// They are named, and not run.
        case listing(NameList)
        /// The one of this name is run so many times, while another program counts what it does.
        case counting(String, iterations: Int)
    }

    /// How often a loop is run before it is counted.
    private static let warmUp = 100

    let rounds: Int
    let allocator: Jemalloc
    let counter: AllocationCounter
    let purpose: Purpose

    /// An engine.
    ///
    /// - Throws: ``Failure`` if the allocator has no counters.
    init(rounds: Int, purpose: Purpose = .timing) throws(Failure) {
        self.rounds = rounds
        self.purpose = purpose
        do throws(JemallocError) {
            allocator = try Jemalloc()
            counter = try AllocationCounter(allocator)
        } catch {
            throw Failure("\(error)", .internalError)
        }
    }

    /// Names a loop or runs it, if that is what the loops are handed in for.
    ///
    /// - Returns: Whether it is to be timed.
    private func isTimed(_ name: String, _ run: (_ iterations: Int) async throws -> Void) async rethrows -> Bool {
        switch purpose {
        case .timing: return true
        case .listing(let names): names.add(name)
        case .counting(name, let iterations):
            // What is set up at the first use is not counted.
            try await run(Self.warmUp)
            countingBegins()
            try await run(iterations)
            countingEnds()
        case .counting: break
        }
        return false
    }

    /// Measures a loop beside its control. What both allocate is counted on one thread.
    ///
    /// - Returns: What was measured; nil where nothing is timed, as in the other functions.
    func compare(
        _ name: String, threads: Int = 1, control: String, _ body: @escaping @Sendable (Int) -> Void,
        _ controlBody: @escaping @Sendable (Int) -> Void
    ) async -> (comparison: MicroComparison, bytes: Double?)? {
        guard await isTimed(name, body) else { return nil }
        let benchmark = MicroBenchmark(rounds: rounds, threads: threads, counter: counter)
        let comparison = benchmark.compare(MicroBody(name, body), control: MicroBody(control, controlBody))
        return (comparison, threads == 1 ? bytes(body) : nil)
    }

    /// Measures a loop that may suspend beside its control.
    func compare(
        suspending name: String, threads: Int = 1, control: MicroBody, _ body: @escaping @Sendable (Int) async -> Void
    ) async -> MicroComparison? {
        guard await isTimed(name, body) else { return nil }
        return MicroBenchmark(rounds: rounds, threads: threads, counter: counter)
            .compare(MicroBody(suspending: name, body), control: control)
    }

    /// Measures two loops whose operations run on the shared pool, in rounds next to each other, in alternating order.
    func compareOnPool(
        _ name: String, iterations: Int, control: String, _ body: @Sendable (Int) async -> Void,
        _ controlBody: @Sendable (Int) async -> Void
    ) async -> (value: Estimate, control: Double, ratio: Estimate)? {
        guard await isTimed(name, body) else { return nil }
        await body(iterations)
        await controlBody(iterations)
        let (times, controls) = await MicroComparison.alternate(
            rounds: rounds, { _ in await Self.time(iterations, body) },
            control: { await Self.time(iterations, controlBody) })
        return (
            .median(of: times) ?? .unknown, (Estimate.median(of: controls) ?? .unknown).value,
            HodgesLehmann.ratio(of: times, to: controls)
        )
    }

    /// Measures each of so many calls on its own; the first tenth warms up. Inlined, so that nothing is measured but the call.
    @inline(__always)
    func latencies(
        _ name: String, _ count: Int, _ call: (Int) async throws -> UInt64
    ) async throws -> LatencyHistogram? {
        var sum: UInt64 = 0
        let isTimed = try await isTimed(name) { iterations in
            for number in 0..<iterations { sum &+= try await call(number) }
            consume(sum)
        }
        guard isTimed else { return nil }
        var latencies = LatencyHistogram()
        for number in 0..<count {
            let start = MonotonicClock.now()
            let value = try await call(number)
            let end = MonotonicClock.now()
            sum &+= value
            if number >= count / 10 { latencies.record(end - start) }
        }
        consume(sum)
        return latencies
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

/// Where the count of instructions begins: callgrind looks for the call. It is never inlined and does what the compiler cannot
/// remove.
@inline(never)
private func countingBegins() { consume(1) }

/// Where it ends.
@inline(never)
private func countingEnds() { consume(2) }

/// Names in the order in which they were added.
final class NameList: Sendable {
    private let names = Mutex<[String]>([])

    var all: [String] { names.withLock { $0 } }

    func add(_ name: String) { names.withLock { $0.append(name) } }
}

/// Takes a value where the compiler cannot see that it is not needed.
@inline(never)
func consume(_ value: UInt64) {
    withExtendedLifetime(value) {}
}
