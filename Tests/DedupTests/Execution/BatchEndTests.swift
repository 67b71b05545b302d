import Caching
import Dedup
import DedupTesting
import Testing

/// What is left of the work for several keys when its call has thrown.
@Suite(.timeLimit(.minutes(1))) struct BatchEndTests {
    /// Keeps records in memory, but for those of failed executions of one key, which wait for a latch.
    private final class HoldingRecords: RecordsInMemory {
        let latch = Latch()
        let held: Fingerprint
        let memory = InMemoryExecutionRecords()

        init(_ held: Fingerprint) { self.held = held }

        func save(_ changes: [ExecutionRecord]) async throws {
            if changes.contains(where: { $0.fingerprint == held && $0.failures > 0 }) { try await latch.wait() }
            try await memory.save(changes)
        }
    }

    private let time = ManualTimeSource()
    private let records: HoldingRecords
    private let dedup: Deduplicator

    init() throws {
        records = HoldingRecords(try Deduplicator().fingerprint(of: "user", 2))
        dedup = try Deduplicator(
            configuration: DeduplicatorConfiguration(recordStoreFailure: .failClosed, recordTimeout: .seconds(9)),
            records: records, time: time)
    }

    /// Asks for two keys with a body that fails. When this returns the first has ended, and the second waits for its record.
    private func fail(_ call: CallOptions = CallOptions()) async -> Task<[Int: Int], any Error> {
        let batch = Task.immediate { [dedup] in
            try await dedup.once("user", keys: [1, 2], call: call) { _ -> [Int: Int] in throw Boom(number: 4) }
        }
        await eventually { dedup.statistics.executions.failed == 1 && dedup.statistics.flights == 1 }
        return batch
    }

    @Test func anErrorOfTheBodyIsThrownWhenItsExecutionsHaveEnded() async throws {
        let batch = await fail()
        records.latch.open()
        #expect(await batch.failure as? Boom == Boom(number: 4))
        #expect(dedup.statistics.flights == 0)
        #expect(try await dedup.once("user", keys: [2, 1]) { _ in [1: 1, 2: 2] } == [1: 1, 2: 2])
    }

    @Test func aRequestThatIsMadeAfterAnErrorOfTheBodyDoesNotMeetItsExecutions() async throws {
        let dedup = Deduplicator()
        for attempt in 0..<20 {
            let keys = (0..<50).map { attempt * 50 + $0 }
            await #expect(throws: Boom.self) {
                try await dedup.once("user", keys: keys) { _ -> [Int: Int] in throw Boom() }
            }
            #expect(dedup.statistics.flights == 0)
            let made = try await dedup.once("user", keys: keys.reversed()) { keys in
                Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
            }
            #expect(made.count == 50)
        }
    }

    @Test func aCallWaitsForThatNoLongerThanItsDeadline() async throws {
        let batch = await fail(CallOptions(deadline: .seconds(1)))
        time.advance(by: .seconds(1))
        _ = await batch.failure
        #expect(dedup.statistics.flights == 1, "The record is not stored yet.")
        records.latch.open()
        await eventually { dedup.statistics.flights == 0 && dedup.statistics.executions.running == 0 }
    }

    @Test func aCancelledCallDoesNotWaitForThat() async throws {
        let batch = await fail()
        batch.cancel()
        _ = await batch.failure
        #expect(dedup.statistics.flights == 1, "The record is not stored yet.")
        records.latch.open()
        await eventually { dedup.statistics.flights == 0 && dedup.statistics.executions.running == 0 }
    }
}
