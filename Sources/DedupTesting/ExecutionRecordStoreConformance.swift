public import Dedup
internal import Testing

/// The contract of `ExecutionRecordStore` as tests, which every store must pass, yours included.
///
///     @Test(arguments: ExecutionRecordStoreConformance.allCases)
///     func keepsTheContract(_ requirement: ExecutionRecordStoreConformance) async throws {
///         try await requirement.check(MyRecords())
///     }
///
/// Each case wants a new, empty store with room for 5,000 records. Failures are reported to Swift Testing.
public enum ExecutionRecordStoreConformance: String, CaseIterable, Sendable {
    /// A record that was never saved is `nil`, and a query without results is empty; neither is an error.
    case startsEmpty
    /// A record comes back as it was saved, unknown times as unknown.
    case findsSavedRecords
    /// A second change is added to the first, also if a time is unknown on either side.
    case addsUp
    /// A batch that names a record twice counts both.
    case addsUpWithinABatch
    /// An empty batch changes nothing.
    case acceptsAnEmptyBatch
    /// An empty change makes an empty record.
    case keepsAnEmptyRecord
    /// A record is found by step and fingerprint together.
    case tellsStepsAndFingerprintsApart
    /// Step names may be any text and are compared byte by byte.
    case keepsOddStepNames
    /// Sums stop at `Int.max`.
    case saturates
    /// Statistics are sums over the records of a step, not the number of its records.
    case sumsByStep
    /// Most offered first, then by the bytes of the name.
    case ordersStatistics
    /// At most as many steps as the limit; none for 0.
    case limitsStatistics
    /// Only records offered more often than the threshold, executions, hits and joins together.
    case findsDuplicates
    /// Most offered first, then by step and fingerprint.
    case ordersDuplicates
    /// At most as many records as the limit; none for 0.
    case limitsDuplicates
    /// A negative limit is an error.
    case refusesNegativeLimits
    /// Any split and order of the same changes gives the same records.
    case dependsOnNoOrder
    /// Concurrent writers lose nothing.
    case addsUpConcurrently
    /// A reader never sees half a batch.
    case savesBatchesAtomically

    /// Checks the requirement.
    ///
    /// - Parameter store: A new, empty store.
    /// - Throws: Errors of the store where it should not throw.
    public func check(_ store: any ExecutionRecordStore) async throws {
        let checks = RecordStoreChecks(store: store)
        switch self {
        case .startsEmpty: try await checks.startsEmpty()
        case .findsSavedRecords: try await checks.findsSavedRecords()
        case .addsUp: try await checks.addsUp()
        case .addsUpWithinABatch: try await checks.addsUpWithinABatch()
        case .acceptsAnEmptyBatch: try await checks.acceptsAnEmptyBatch()
        case .keepsAnEmptyRecord: try await checks.keepsAnEmptyRecord()
        case .tellsStepsAndFingerprintsApart: try await checks.tellsStepsAndFingerprintsApart()
        case .keepsOddStepNames: try await checks.keepsOddStepNames()
        case .saturates: try await checks.saturates()
        case .sumsByStep: try await checks.sumsByStep()
        case .ordersStatistics: try await checks.ordersStatistics()
        case .limitsStatistics: try await checks.limitsStatistics()
        case .findsDuplicates: try await checks.findsDuplicates()
        case .ordersDuplicates: try await checks.ordersDuplicates()
        case .limitsDuplicates: try await checks.limitsDuplicates()
        case .refusesNegativeLimits: try await checks.refusesNegativeLimits()
        case .dependsOnNoOrder: try await checks.dependsOnNoOrder()
        case .addsUpConcurrently: try await checks.addsUpConcurrently()
        case .savesBatchesAtomically: try await checks.savesBatchesAtomically()
        }
    }
}
