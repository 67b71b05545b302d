import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct LatchTests {
    @Test func suspendsAllWaitersUntilItOpens() async throws {
        let latch = Latch()
        let waiters = (0..<20).map { _ in Task { try await latch.wait() } }
        try await latch.waitForWaiters(20)
        #expect(latch.waiterCount == 20 && !latch.isOpen)
        latch.open()
        for waiter in waiters { try await waiter.value }
        #expect(latch.waiterCount == 0 && latch.isOpen)
    }

    @Test func anOpenLatchSuspendsNoTask() async throws {
        let latch = Latch()
        latch.open()
        latch.open()
        try await latch.wait()
        #expect(latch.isOpen && latch.waiterCount == 0)
    }

    @Test(.timeLimit(.minutes(1))) func openingResumesATaskThatWaitsForWaiters() async throws {
        let latch = Latch()
        let counter = Task { try await latch.waitForWaiters(2) }
        let waiter = Task { try await latch.wait() }
        try await latch.waitForWaiters(1)
        latch.open()
        try await waiter.value
        try await counter.value
        try await latch.waitForWaiters(5)
    }

    @Test func aCancelledWaiterEndsAtOnce() async throws {
        let latch = Latch()
        let waiters = [Task { try await latch.wait() }, Task { try await latch.waitForWaiters(9) }]
        try await latch.waitForWaiters(1)
        for waiter in waiters {
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
        }
        #expect(latch.waiterCount == 0)
    }

    @Test func aTaskThatIsCancelledAlreadyDoesNotWait() async {
        let latch = Latch()
        let waiter = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await latch.wait()
        }
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }
}
