internal import LoadGeneration
internal import Workloads

/// What executions do, by the kind that a scenario names.
enum OperationCatalog {
    /// The body of the operations of a phase.
    ///
    /// - Throws: When git is missing, or repositories cannot be made, or the run is interrupted while they are.
    static func body(_ settings: OperationSettings, on machine: any Machine) async throws -> any OperationBody {
        switch settings.kind {
        case .simulated: SimulatedOperation(machine)
        case .git: try await GitOperation(settings, stop: Interruption.stop)
        }
    }
}
