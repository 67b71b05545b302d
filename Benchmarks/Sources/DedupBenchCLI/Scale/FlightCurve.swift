internal import Dedup
internal import Measurement
internal import Statistics

/// More and more flights in progress at the same time, each of a key of its own: what one more costs, whatever there are already.
enum FlightCurve {
    private static let start = ScalePair(name: "start a flight", control: ScaleHerd.bareTask)
    private static let join = ScalePair(name: "join a flight", control: ScaleHerd.bareTask)
    private static let finish = ScalePair(name: "finish a flight", control: ScaleHerd.bareTask)

    static let cases = [
        ScaleCase(.flights, "start, join and finish", [start, join, finish], bytesPerItem: 12_288) {
            try await measure($0, $1)
        }
    ]

    /// How many of the flights are joined, at most.
    private static let mostJoins = 1_000

    private static func measure(_ flights: Int, _ engine: ScaleEngine) async throws -> [ScaleRow] {
        let (measured, controls) = try await engine.alternate(flights) {
            try await round(of: flights, engine)
        } control: {
            try await ScaleHerd.bareTasks(flights, engine)
        }
        guard !measured.isEmpty, measured.count == controls.count else { return [] }
        let starts = controls.map(\.start)
        return [
            ScaleRow(
                .flights, flights, start, measured.map(\.start), beside: starts,
                bytes: Median.of(measured.compactMap(\.bytes)), controlBytes: Median.of(controls.compactMap(\.bytes))),
            ScaleRow(.flights, flights, join, measured.compactMap(\.join), beside: starts),
            ScaleRow(.flights, flights, finish, measured.map(\.release), beside: controls.map(\.release)),
        ]
    }

    private static func round(of flights: Int, _ engine: ScaleEngine) async throws -> ScaleHerd.Figures {
        var configuration = DeduplicatorConfiguration()
        // The limit is spread over shards, and an uneven one is not to refuse a flight.
        configuration.flightLimit = max(configuration.flightLimit, flights * 2)
        let deduplicator = try Deduplicator(configuration: configuration)
        let figures = try await ScaleHerd.repeated(flights) { repetition in
            let first = repetition * flights
            return try await herd(first..<(first + flights), of: deduplicator, engine, looksAtMemory: repetition == 0)
        }
        // What is written in the background is not to be taken for memory of the next round.
        try await deduplicator.flush()
        return figures
    }

    private static func herd(
        _ numbers: Range<Int>, of deduplicator: Deduplicator, _ engine: ScaleEngine, looksAtMemory: Bool
    ) async throws -> ScaleHerd.Figures {
        let herd = ScaleHerd(engine.allocator)
        let gate = herd.gate
        let request: @Sendable (Int) async throws -> Void = { number in
            _ = try await deduplicator.execute(CacheCases.key(number), step: "scale") { _ in
                await gate.pass()
                return UInt64(1)
            }
        }
        let joins = min(numbers.count, mostJoins)
        let joined = (0..<joins).map { numbers.lowerBound + $0 * numbers.count / joins }
        return try await herd.measure(numbers, looksAtMemory: looksAtMemory) {
            guard gate.waiting == numbers.count, deduplicator.statistics.flights == numbers.count else {
                throw Failure(
                    "of \(numbers.count) flights \(deduplicator.statistics.flights) are in progress", .internalError)
            }
            let join = try herd.join(joined, request)
            guard gate.waiting == numbers.count else {
                throw Failure("a request that was to join a flight has started one", .internalError)
            }
            return join
        } _: {
            try await request($0)
        }
    }
}
