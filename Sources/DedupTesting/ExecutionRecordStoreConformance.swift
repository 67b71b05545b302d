public import Dedup
internal import Testing

/// The contract of `ExecutionRecordStore` as tests: every store, yours included, must pass them.
///
///     @Test(arguments: ExecutionRecordStoreConformance.allCases)
///     func keepsTheContract(_ requirement: ExecutionRecordStoreConformance) async throws {
///         try await requirement.check(MyRecords())
///     }
///
/// Each case wants a new, empty store with room for 5,000 records. Failures are reported to Swift Testing.
public enum ExecutionRecordStoreConformance: String, CaseIterable, Sendable {
    /// What was never saved is `nil` or empty, not an error.
    case knowsNothingAtFirst
    /// A record comes back as it was saved, unknown times as unknown.
    case findsWhatWasSaved
    /// A second change is added to the first, whatever is unknown on either side.
    case addsUp
    /// A batch that names a record twice counts both.
    case addsUpWithinABatch
    /// An empty batch changes nothing.
    case acceptsAnEmptyBatch
    /// A change of nothing makes a record of nothing.
    case keepsARecordOfNothing
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
    /// Only as many steps as asked for; none for 0.
    case limitsStatistics
    /// Only records offered more often than the threshold, executions, hits and joins together.
    case findsDuplicates
    /// Most offered first, then by step and fingerprint.
    case ordersDuplicates
    /// Only as many records as asked for; none for 0.
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
    /// - Parameter store: a new, empty store.
    /// - Throws: what the store throws where it should not.
    public func check(_ store: any ExecutionRecordStore) async throws {
        let checks = RecordStoreChecks(store: store)
        switch self {
        case .knowsNothingAtFirst: try await checks.knowsNothingAtFirst()
        case .findsWhatWasSaved: try await checks.findsWhatWasSaved()
        case .addsUp: try await checks.addsUp()
        case .addsUpWithinABatch: try await checks.addsUpWithinABatch()
        case .acceptsAnEmptyBatch: try await checks.acceptsAnEmptyBatch()
        case .keepsARecordOfNothing: try await checks.keepsARecordOfNothing()
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
