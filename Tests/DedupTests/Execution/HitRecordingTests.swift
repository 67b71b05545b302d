import Caching
import Dedup
import DedupTesting
import Testing

/// Hits reach their records, however many results were hit and however little room there is on the way.
@Suite(.timeLimit(.minutes(1))) struct HitRecordingTests {
    private static let keys = 700

    /// How much room there is for pending records.
    enum Room: CaseIterable, Sendable {
        case little
        /// Enough for the writer to have lanes, where the machine has few processors.
        case forLanes

        var writer: RecordWriterConfiguration {
            switch self {
            case .little: RecordWriterConfiguration(batchSize: 8, pendingLimit: 20)
            case .forLanes: RecordWriterConfiguration(batchSize: 128, pendingLimit: 200)
            }
        }
    }

    let memory = InMemoryExecutionRecords()
    let store: FaultyRecordStore

    init() { store = FaultyRecordStore(memory) }

    /// A desk with room for far fewer pending records than there are results.
    private func desk(
        shards: Int = 4, _ room: Room = .little, writerInterval: Duration = .seconds(1)
    ) throws -> Desk {
        var writer = room.writer
        writer.interval = writerInterval
        return try Desk(
            DeduplicatorConfiguration(
                cache: CacheConfiguration(capacity: .entries(2 * Self.keys), shards: shards), recordWriter: writer),
            store: store)
    }

    /// Executes each key once and hits it as often as its number says, modulo 4.
    private func hitAll(_ desk: Desk, policy: ExecutionPolicy = ExecutionPolicy()) async throws {
        for key in 0..<Self.keys {
            _ = try await desk.answer(UInt64(key), policy: policy) { 1 }
            if key % 10 == 9 { try await desk.deduplicator.flush() }
            for _ in 0..<key % 4 { _ = try await desk.answer(UInt64(key), policy: policy) }
        }
    }

    private func expectAllHits(_ desk: Desk) async throws {
        for key in 0..<Self.keys {
            let record = try #require(try await memory.find(.number(UInt64(key)), step: "step"))
            #expect(record.executions == 1 && record.hits == key % 4, "key \(key)")
        }
        let records = desk.deduplicator.statistics.records
        #expect(records.dropped == 0 && records.pending == 0 && records.pendingFingerprints == 0)
    }

    /// Every key once more, so that all results have hits that nothing has recorded.
    private func hitOnceMore(_ desk: Desk) async throws {
        for key in 0..<Self.keys { _ = try await desk.answer(UInt64(key)) }
    }

    private func expectOneMoreHit(_ desk: Desk) async throws {
        let sum = try #require(try await memory.statistics(step: "step", limit: 1).first)
        #expect(sum.hits == desk.deduplicator.statistics.hits)
        #expect(desk.deduplicator.statistics.records.dropped == 0)
    }

    @Test(arguments: [1, 4], Room.allCases)
    func aFlushWritesMoreHitsThanCanBePending(shards: Int, room: Room) async throws {
        let desk = try desk(shards: shards, room)
        try await hitAll(desk)
        try await desk.deduplicator.flush()
        try await expectAllHits(desk)
        try await hitOnceMore(desk)
        try await desk.deduplicator.flush()
        try await expectOneMoreHit(desk)
    }

    @Test(arguments: [1, 2, 3] as [UInt64], Room.allCases)
    func flushesBesideHitsAndExecutionsLoseNothingThatHasRoom(seed: UInt64, room: Room) async throws {
        let desk = try desk(room)
        try await hitAll(desk)
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<4 {
                group.addTask {
                    var random = SplitMix64(seed: seed &* 100 &+ UInt64(client))
                    for round in 0..<500 {
                        _ = try? await desk.answer(UInt64.random(in: 0..<UInt64(Self.keys), using: &random))
                        if round % 50 == 0 { try? await desk.deduplicator.flush() }
                    }
                }
            }
        }
        try await desk.deduplicator.flush()
        try await expectOneMoreHit(desk)
    }

    @Test(arguments: Room.allCases)
    func hitsStayWithTheirResultWhileTheStoreFails(room: Room) async throws {
        let desk = try desk(room)
        try await hitAll(desk)
        try await desk.deduplicator.flush()
        try await hitOnceMore(desk)
        store.fail()
        for _ in 0..<10 {
            await #expect(throws: FaultyRecordStore.Fault.self) { try await desk.deduplicator.flush() }
        }
        #expect(desk.deduplicator.statistics.records.dropped == 0)
        store.heal()
        try await desk.deduplicator.flush()
        try await expectOneMoreHit(desk)
    }

    @Test(arguments: Room.allCases)
    func runWritesTheHitsOfAllThatExpireAtOnce(room: Room) async throws {
        let desk = try desk(room, writerInterval: .seconds(10_000))
        let policy = ExecutionPolicy(timeToLive: .fixed(.milliseconds(500)))
        try await hitAll(desk, policy: policy)
        try await desk.deduplicator.flush()
        try await hitOnceMore(desk)
        let run = Task { try await desk.deduplicator.run() }
        try await desk.time.waitForSleepers(2)
        desk.time.advance(by: .seconds(1))
        await eventually { desk.deduplicator.cachedResults == 0 }
        run.cancel()
        try await run.value
        try await expectOneMoreHit(desk)
    }

    @Test func aStoreThatHangsDoesNotKeepExpiredEntries() async throws {
        let desk = try desk(writerInterval: .seconds(10_000))
        try await hitAll(desk, policy: ExecutionPolicy(timeToLive: .fixed(.milliseconds(500))))
        try await desk.deduplicator.flush()
        try await hitOnceMore(desk)
        let latch = store.hang(ignoringCancellation: true)
        let run = Task { try? await desk.deduplicator.run() }
        try await desk.time.waitForSleepers(2)
        desk.time.advance(by: .seconds(1))
        try await latch.waitForWaiters(1)
        try await desk.time.waitForSleepers(2)
        desk.time.advance(by: .seconds(1))
        await eventually { desk.deduplicator.cachedResults == 0 }
        latch.open()
        run.cancel()
        await run.value
    }
}
