internal import Dedup
internal import Measurement
internal import Statistics

/// More and more requests that wait for one flight: what one more costs, and what it costs to let each of them go.
enum WaiterCurve {
    private static let join = ScalePair(name: "join", control: ScaleHerd.bareTask)
    private static let wake = ScalePair(name: "wake a waiter", control: ScaleHerd.bareTask)

    static let cases = [
        ScaleCase(.waiters, "join and wake", [join, wake], bytesPerItem: 8_192) { try await measure($0, $1) }
    ]

    private static func measure(_ waiters: Int, _ engine: ScaleEngine) async throws -> [ScaleRow] {
        let (measured, controls) = try await engine.alternate(waiters) {
            try await round(of: waiters, engine)
        } control: {
            try await ScaleHerd.bareTasks(waiters, engine)
        }
        guard !measured.isEmpty, measured.count == controls.count else { return [] }
        return [
            ScaleRow(
                .waiters, waiters, join, measured.map(\.start), beside: controls.map(\.start),
                bytes: Median.of(measured.compactMap(\.bytes)), controlBytes: Median.of(controls.compactMap(\.bytes))),
            ScaleRow(.waiters, waiters, wake, measured.map(\.release), beside: controls.map(\.release)),
        ]
    }

    private static func round(of waiters: Int, _ engine: ScaleEngine) async throws -> ScaleHerd.Figures {
        var configuration = DeduplicatorConfiguration()
        configuration.waiterLimit = max(configuration.waiterLimit, waiters + 1)
        let deduplicator = try Deduplicator(configuration: configuration)
        let figures = try await ScaleHerd.repeated(waiters) { repetition in
            let herd = ScaleHerd(engine.allocator)
            let gate = herd.gate
            let request: @Sendable (Int) async throws -> Void = { _ in
                _ = try await deduplicator.execute(CacheCases.key(repetition), step: "scale") { _ in
                    await gate.pass()
                    return UInt64(1)
                }
            }
            // The request that leads waits, too, and is no part of what is measured.
            herd.start(0..<1, request)
            let looksAtMemory = repetition == 0
            return try await herd.measure(0..<waiters, looksAtMemory: looksAtMemory, after: 1) {
                let waiting = deduplicator.flights.first?.waiters ?? 0
                guard gate.waiting == 1, waiting == waiters + 1 else {
                    throw Failure("of \(waiters) requests \(waiting - 1) wait for one flight", .internalError)
                }
                return nil
            } _: {
                try await request($0)
            }
        }
        try await deduplicator.flush()
        return figures
    }
}
