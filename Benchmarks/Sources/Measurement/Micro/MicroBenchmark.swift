package import Statistics

/// Measures something too short for a clock, beside a control, so that a slow moment of the machine hits both.
///
/// Each round runs a batch of either, next to each other, in alternating order; the batch is long against the clock. What
/// is compared is the ratio of each round, never times of different rounds.
package struct MicroBenchmark: Sendable {
    /// How many rounds; at least 6, or no interval exists. Default 15.
    package var rounds: Int
    /// How long a batch should take, in nanoseconds. Default 20 ms.
    package var batchTime: UInt64
    /// How many threads do the work at once. Default 1.
    package var threads: Int
    /// What counts allocations; nil not to count them.
    package var counter: AllocationCounter?

    /// A benchmark.
    package init(
        rounds: Int = 15, batchTime: UInt64 = 20_000_000, threads: Int = 1, counter: AllocationCounter? = nil
    ) {
        precondition(rounds >= 6, "fewer than six rounds cannot give a 95 % interval")
        precondition(threads >= 1, "at least one thread must do the work")
        self.rounds = rounds
        self.batchTime = batchTime
        self.threads = threads
        self.counter = counter
    }

    /// Measures a body beside its control.
    package func compare(_ measured: MicroBody, control: MicroBody) -> MicroComparison {
        let iterations = calibrate(measured)
        let controlIterations = calibrate(control)
        return MicroComparison(rounds: rounds) {
            batch(measured, iterations)
        } control: {
            batch(control, controlIterations)
        } _: { times, controlTimes in
            (measurement(measured, iterations, times), measurement(control, controlIterations, controlTimes))
        }
    }

    /// Measures a body alone: only for what has no control.
    package func measure(_ body: MicroBody) -> MicroMeasurement {
        let iterations = calibrate(body)
        return measurement(body, iterations, (0..<rounds).map { _ in batch(body, iterations) })
    }

    /// Nanoseconds an operation of one batch.
    private func batch(_ body: MicroBody, _ iterations: Int) -> Double {
        Double(ThreadTeam.slowest(of: threads) { body.time(iterations) }) / Double(iterations)
    }

    /// How many iterations fill a batch; trying that out is also the warm-up.
    private func calibrate(_ body: MicroBody) -> Int {
        var iterations = 1
        while true {
            let time = ThreadTeam.slowest(of: threads) { [iterations] in body.time(iterations) }
            if time >= batchTime / 4 {
                return max(1, Int(Double(iterations) * Double(batchTime) / Double(time)))
            }
            iterations *= 2
        }
    }

    private func measurement(_ body: MicroBody, _ iterations: Int, _ times: [Double]) -> MicroMeasurement {
        MicroMeasurement(
            name: body.name, threads: threads, iterations: iterations,
            nanosecondsPerOperation: .median(of: times) ?? .unknown,
            allocationsPerOperation: allocations(body, min(iterations, 1_000)))
    }

    /// Twice as many operations less once as many: what the run itself allocates cancels out.
    private func allocations(_ body: MicroBody, _ iterations: Int) -> Double? {
        guard let counter else { return nil }
        // The first run in the new surroundings may set something up.
        _ = counter.count { body.time(iterations) }
        let once = counter.count { body.time(iterations) }.count.allocations
        let twice = counter.count { body.time(2 * iterations) }.count.allocations
        return Double(twice - once) / Double(iterations)
    }
}

/// What was measured of one body.
package struct MicroMeasurement: Hashable, Sendable {
    /// The name of the body.
    package let name: String
    /// How many threads did the work at once.
    package let threads: Int
    /// How many operations each thread did in a round.
    package let iterations: Int
    /// How long an operation took on its thread, in nanoseconds: the median of the rounds with its interval.
    package let nanosecondsPerOperation: Estimate
    /// Allocations an operation on the measuring thread, exact; nil when they were not counted.
    package let allocationsPerOperation: Double?

    /// Operations a second, all threads together.
    package var operationsPerSecond: Double { 1e9 * Double(threads) / nanosecondsPerOperation.value }
}

/// A body beside its control.
package struct MicroComparison: Hashable, Sendable {
    /// What was to be measured.
    package let measured: MicroMeasurement
    /// What it is compared with.
    package let control: MicroMeasurement
    /// Time of the measured by time of the control, round by round: Hodges and Lehmann's centre with its exact interval.
    package let ratio: Estimate
    /// How many rounds there were.
    package let rounds: Int

    /// Takes the times of both in each round, and makes the measurements of all of them.
    init(
        rounds: Int, _ time: () -> Double, control controlTime: () -> Double,
        _ measurements: ([Double], [Double]) -> (measured: MicroMeasurement, control: MicroMeasurement)
    ) {
        var (times, controlTimes): ([Double], [Double]) = ([], [])
        for round in 0..<rounds {
            // AB, then BA, so that what the first leaves behind for the second favours neither.
            if round.isMultiple(of: 2) { times.append(time()) }
            controlTimes.append(controlTime())
            if !round.isMultiple(of: 2) { times.append(time()) }
        }
        (measured, control) = measurements(times, controlTimes)
        ratio = HodgesLehmann.ratio(of: times, to: controlTimes)
        self.rounds = rounds
    }

    /// What bodies that suspend come to, in rounds next to each other, in the same alternating order.
    ///
    /// - Returns: What each round came to; fewer rounds than asked for where `isStopped` says so.
    package static func alternate<Measured>(
        rounds: Int, isStopped: () -> Bool = { false }, _ body: (_ round: Int) async throws -> Measured,
        control: () async throws -> Measured
    ) async rethrows -> (measured: [Measured], controls: [Measured]) {
        var (measured, controls): ([Measured], [Measured]) = ([], [])
        for round in 0..<rounds where !isStopped() {
            if round.isMultiple(of: 2) { measured.append(try await body(round)) }
            controls.append(try await control())
            if !round.isMultiple(of: 2) { measured.append(try await body(round)) }
        }
        return (measured, controls)
    }
}
