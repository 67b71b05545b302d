import Dedup
import DedupTesting

/// A record store with one defect.
final class BrokenRecords: ExecutionRecordStore {
    enum Defect: String, CaseIterable, Sendable {
        case replacesInsteadOfAdding, countsABatchOnce, countsRows, ignoresTheStep, cutsStepsAtZero, ordersByName
        case ignoresTheLimit, countsTheThreshold, acceptsNegativeLimits, losesConcurrentWrites, savesOneByOne
        case inventsRecords, forgetsTimes, refusesEmptyBatches, dropsEmptyRecords, overflows
        case ignoresTheLimitOfSteps, ordersDuplicatesByName, believesTheLastWriter

        /// The requirement that finds it.
        var requirement: ExecutionRecordStoreConformance {
            switch self {
            case .replacesInsteadOfAdding: .addsUp
            case .countsABatchOnce: .addsUpWithinABatch
            case .countsRows: .sumsByStep
            case .ignoresTheStep: .tellsStepsAndFingerprintsApart
            case .cutsStepsAtZero: .keepsOddStepNames
            case .ordersByName: .ordersStatistics
            case .ignoresTheLimit: .limitsDuplicates
            case .countsTheThreshold: .findsDuplicates
            case .acceptsNegativeLimits: .refusesNegativeLimits
            case .losesConcurrentWrites: .addsUpConcurrently
            case .savesOneByOne: .savesBatchesAtomically
            case .inventsRecords: .startsEmpty
            case .forgetsTimes: .findsSavedRecords
            case .refusesEmptyBatches: .acceptsAnEmptyBatch
            case .dropsEmptyRecords: .keepsAnEmptyRecord
            case .overflows: .saturates
            case .ignoresTheLimitOfSteps: .limitsStatistics
            case .ordersDuplicatesByName: .ordersDuplicates
            case .believesTheLastWriter: .dependsOnNoOrder
            }
        }
    }

    /// The error of a broken store where it should not throw.
    struct Refusal: Error {}

    private let defect: Defect
    private let memory = Replaceable()
    private let changed = Latch()
    private let read = Latch()

    init(_ defect: Defect) {
        self.defect = defect
    }

    func save(_ changes: [ExecutionRecord]) async throws {
        switch defect {
        case .replacesInsteadOfAdding: await memory.replace(with: changes)
        case .countsABatchOnce:
            try await memory.save(Array(Dictionary(changes.map { ($0.id, $0) }) { $1 }.values))
        case .cutsStepsAtZero: try await memory.save(changes.map { $0.cutAtZero })
        case .ignoresTheStep: try await memory.save(changes.map { $0.withStep("a") })
        case .losesConcurrentWrites:
            for change in changes { try await memory.saveInTwoParts(change) }
        case .savesOneByOne:
            for change in changes {
                try await memory.save([change])
                // The first reader comes between the first two records of the first batch, in every run.
                changed.open()
                try await read.wait()
            }
        case .forgetsTimes: try await memory.save(changes.map(\.withoutTimes))
        case .refusesEmptyBatches where changes.isEmpty: throw Refusal()
        case .dropsEmptyRecords: try await memory.save(changes.filter { $0.tally != ExecutionTally() })
        case .overflows: try await memory.saveUnlessItOverflows(changes)
        case .believesTheLastWriter: await memory.saveWithTheLastTime(changes)
        default: try await memory.save(changes)
        }
    }

    func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        switch defect {
        case .ignoresTheStep: try await memory.find(fingerprint, step: "a")
        case .cutsStepsAtZero:
            try await memory.find(fingerprint, step: String(step.prefix { $0 != "\u{0}" }))
        case .inventsRecords:
            try await memory.find(fingerprint, step: step) ?? ExecutionRecord(step: step, fingerprint: fingerprint)
        default: try await memory.find(fingerprint, step: step)
        }
    }

    func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        let limit = defect == .acceptsNegativeLimits ? max(0, limit) : defect == .ignoresTheLimitOfSteps ? .max : limit
        if defect == .savesOneByOne { try await changed.wait() }
        defer { read.open() }
        let statistics = try await memory.statistics(step: step, limit: limit)
        switch defect {
        case .countsRows:
            return statistics.map {
                StepRecordStatistics(
                    step: $0.step, fingerprints: $0.fingerprints, tally: ExecutionTally(executions: $0.fingerprints))
            }
        case .ordersByName: return statistics.sorted { $0.step < $1.step }
        default: return statistics
        }
    }

    func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        switch defect {
        case .countsTheThreshold:
            try await memory.duplicates(over: threshold == .min ? threshold : threshold - 1, limit: limit)
        case .ordersDuplicatesByName:
            try await memory.duplicates(over: threshold, limit: limit).sorted { $0.id < $1.id }
        case .ignoresTheLimit: try await memory.duplicates(over: threshold, limit: .max)
        case .acceptsNegativeLimits: try await memory.duplicates(over: threshold, limit: max(0, limit))
        default: try await memory.duplicates(over: threshold, limit: limit)
        }
    }
}

/// A store whose records can be replaced, correctly and wrongly.
private actor Replaceable: ExecutionRecordStore {
    private var records: [ExecutionRecord.ID: ExecutionRecord] = [:]
    private let bothHaveRead = Latch()
    private var readers = 0

    func save(_ changes: [ExecutionRecord]) async throws {
        for change in changes { records[change.id] = records[change.id]?.merging(change) ?? change }
    }

    func replace(with changes: [ExecutionRecord]) {
        for change in changes { records[change.id] = change }
    }

    /// Throws where a sum would be more than an integer holds.
    func saveUnlessItOverflows(_ changes: [ExecutionRecord]) async throws {
        for change in changes {
            let executions = records[change.id]?.executions ?? 0
            if executions.addingReportingOverflow(change.executions).overflow { throw BrokenRecords.Refusal() }
        }
        try await save(changes)
    }

    /// Takes the change that was saved last for the latest, without regard to its time.
    func saveWithTheLastTime(_ changes: [ExecutionRecord]) {
        for change in changes {
            let sum = records[change.id]?.merging(change) ?? change
            records[change.id] = change.lastExecution.map { sum.withLastExecution($0) } ?? sum
        }
    }

    /// Reads, lets another in that does the same, and writes: the classical lost update.
    func saveInTwoParts(_ change: ExecutionRecord) async throws {
        let sum = records[change.id]?.merging(change) ?? change
        // Counted here and not at the latch: the first one may not have come there yet.
        readers += 1
        if readers == 2 { bothHaveRead.open() }
        try await bothHaveRead.wait()
        records[change.id] = sum
    }

    func find(_ fingerprint: Fingerprint, step: String) async throws -> ExecutionRecord? {
        records[ExecutionRecord.ID(step: step, fingerprint: fingerprint)]
    }

    func statistics(step: String?, limit: Int) async throws -> [StepRecordStatistics] {
        try await copy().statistics(step: step, limit: limit)
    }

    func duplicates(over threshold: Int, limit: Int) async throws -> [ExecutionRecord] {
        try await copy().duplicates(over: threshold, limit: limit)
    }

    private func copy() async throws -> InMemoryExecutionRecords {
        let copy = InMemoryExecutionRecords()
        try await copy.save(Array(records.values))
        return copy
    }
}

extension ExecutionRecord {
    fileprivate var cutAtZero: ExecutionRecord { withStep(String(step.prefix { $0 != "\u{0}" })) }

    fileprivate var withoutTimes: ExecutionRecord {
        ExecutionRecord(
            step: step, fingerprint: fingerprint, executions: self.executions, hits: self.hits, joins: self.joins,
            failures: self.failures, totalDuration: self.totalDuration, minimumDuration: self.minimumDuration,
            maximumDuration: self.maximumDuration)
    }

    fileprivate func withLastExecution(_ time: WallTime) -> ExecutionRecord {
        ExecutionRecord(
            step: step, fingerprint: fingerprint, executions: self.executions, hits: self.hits, joins: self.joins,
            failures: self.failures, firstExecution: self.firstExecution, lastExecution: time,
            totalDuration: self.totalDuration, minimumDuration: self.minimumDuration,
            maximumDuration: self.maximumDuration)
    }

    fileprivate func withStep(_ step: String) -> ExecutionRecord {
        ExecutionRecord(step: step, fingerprint: fingerprint, tally: tally)
    }
}
