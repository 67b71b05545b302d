internal import Foundation
internal import LoadGeneration
internal import Measurement

/// How everything in `dedupbench scale` is measured.
struct ScaleEngine: Sendable {
    /// The fewest rounds that give an interval.
    static let fewestRounds = 6
    /// From how many items on a round takes so long that there are no more rounds than these.
    private static let limits = [(items: 100_000, rounds: fewestRounds), (items: 1_000_000, rounds: 3)]

    private let mostRounds: Int
    let allocator: Jemalloc
    /// What ends the run: of flights and waiters after the round that is being measured, of the other curves after the step.
    let stop: StopSignal
    /// How many processors threads share.
    let processors = ProcessInfo.processInfo.activeProcessorCount

    /// An engine.
    ///
    /// - Throws: ``Failure`` if the allocator has no counters.
    init(rounds: Int, stop: StopSignal) throws(Failure) {
        mostRounds = rounds
        self.stop = stop
        do throws(JemallocError) {
            allocator = try Jemalloc()
        } catch {
            throw Failure("\(error)", .internalError)
        }
    }

    /// How often something is measured that has so many items.
    func rounds(of items: Int) -> Int {
        let limits = Self.limits.filter { items >= $0.items }.map(\.rounds)
        return min(mostRounds, limits.min() ?? mostRounds)
    }

    /// Measures a loop beside its control.
    func compare(_ body: MicroBody, control: MicroBody) -> MicroComparison {
        MicroBenchmark(rounds: mostRounds).compare(body, control: control)
    }

    /// Measures a loop that several threads run at once beside its control.
    func race(_ threads: Int, _ body: MicroBody, control: MicroBody) -> MicroComparison {
        ThreadRace(rounds: mostRounds, threads: threads).compare(body, control: control)
    }

    /// Measures something that is built up and taken down as a whole, in rounds next to each other, in alternating order.
    ///
    /// - Returns: What each round came to; fewer rounds than asked for where the run was stopped meanwhile.
    func alternate<Measured>(
        _ items: Int, _ body: () async throws -> Measured, control: () async throws -> Measured
    ) async throws -> (measured: [Measured], controls: [Measured]) {
        try await MicroComparison.alternate(
            rounds: rounds(of: items), isStopped: { stop.isSet }, { _ in try await body() }, control: control)
    }
}
