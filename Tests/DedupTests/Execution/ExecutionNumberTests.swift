import Dedup
import DedupTesting
import Testing

/// Epochs fence other systems, so they must not begin anew with each process.
@Suite struct ExecutionNumberTests {
    private static func epoch() async throws -> UInt64 {
        try await Deduplicator(time: ManualTimeSource()).execute(.number(1)) { execution in execution.epoch }.value
    }

    @Test func epochsGrow() async throws {
        let first = try await Self.epoch()
        #expect(try await Self.epoch() > first)
    }

    @Test func epochsGoOnGrowingInTheNextProcess() async throws {
        let before = try await Self.epoch()
        await #expect(processExitsWith: .success) { [before = before as UInt64] in
            let after = try await Self.epoch()
            precondition(after > before, "\(after) comes after \(before).")
        }
    }
}
