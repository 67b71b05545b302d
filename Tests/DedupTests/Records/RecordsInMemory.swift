import Dedup

/// A record store that keeps records in memory and does something of its own when it saves.
protocol RecordsInMemory: ExecutionRecordStore {
    var memory: InMemoryExecutionRecords { get }
}

extension RecordsInMemory {
    func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        try await memory.find(fingerprint, step: step)
    }

    func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        try await memory.statistics(step: step, limit: limit)
    }

    func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        try await memory.duplicates(over: threshold, limit: limit)
    }
}
