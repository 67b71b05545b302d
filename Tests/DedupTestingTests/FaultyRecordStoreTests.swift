import Dedup
import DedupTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct FaultyRecordStoreTests {
    let memory = InMemoryExecutionRecords()
    let store: FaultyRecordStore
    let change = ExecutionRecord(step: "a", fingerprint: .number(1), hits: 1)

    init() {
        store = FaultyRecordStore(memory)
    }

    @Test(arguments: ExecutionRecordStoreConformance.allCases)
    func keepsTheContractWhileItWorks(requirement: ExecutionRecordStoreConformance) async throws {
        try await requirement.check(store)
    }

    @Test func failsTheCallsItIsToldTo() async throws {
        store.fail(calls: [2, 3])
        try await store.save([change])
        await #expect(throws: FaultyRecordStore.Fault(call: 2)) { try await store.save([change]) }
        await #expect(throws: FaultyRecordStore.Fault(call: 3)) { try await store.find(.number(1), step: "a") }
        #expect(try await store.find(.number(1), step: "a") == change)
        #expect(store.calls == 4)
    }

    @Test func failsUntilItIsHealed() async throws {
        store.fail()
        await #expect(throws: FaultyRecordStore.Fault.self) { try await store.statistics(step: nil, limit: 1) }
        await #expect(throws: FaultyRecordStore.Fault.self) { try await store.duplicates(over: 1, limit: 1) }
        store.heal()
        try await store.save([change])
        #expect(memory.count == 1)
    }

    @Test func hangsUntilItIsReleased() async throws {
        let latch = store.hang()
        let save = Task { try await store.save([change]) }
        try await latch.waitForWaiters(1)
        #expect(memory.count == 0)
        store.heal()
        try await save.value
        #expect(memory.count == 1)
    }

    @Test(arguments: [true, false])
    func aCallThatHangsHeedsItsCancellationOnlyIfItIsToldTo(ignoringCancellation: Bool) async throws {
        let latch = store.hang(ignoringCancellation: ignoringCancellation)
        let save = Task { try await store.save([change]) }
        try await latch.waitForWaiters(1)
        save.cancel()
        if ignoringCancellation { store.heal() }
        let isSaved = if case .success = await save.result { true } else { false }
        #expect(isSaved == ignoringCancellation)
        #expect(memory.count == (ignoringCancellation ? 1 : 0))
    }
}

/// Checks the conformance suite itself: each of these stores has one defect, and one requirement finds it.
@Suite(.timeLimit(.minutes(1))) struct ConformanceCanaryTests {
    @Test(arguments: BrokenRecords.Defect.allCases)
    func findsTheDefect(defect: BrokenRecords.Defect) async throws {
        try await withKnownIssue("A broken store must not pass.") {
            try await defect.requirement.check(BrokenRecords(defect))
        } matching: { issue in
            // A check of the requirement failed, or the store threw an error that only a broken one throws.
            switch issue.kind {
            case .expectationFailed: issue.sourceLocation?.fileID.hasPrefix("DedupTesting/RecordStoreChecks") == true
            case .errorCaught(let error): error is BrokenRecords.Refusal
            default: false
            }
        }
    }

    @Test func everyRequirementFindsADefect() {
        let found = Set(BrokenRecords.Defect.allCases.map(\.requirement))
        #expect(found == Set(ExecutionRecordStoreConformance.allCases))
    }
}
