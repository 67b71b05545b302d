/// Something that `dedupbench micro` measures.
struct MicroCase: Sendable {
    /// By what `--filter` finds it.
    let name: String
    /// Measures it.
    let measure: @Sendable (MicroEngine) async throws -> [MicroResult]

    /// Everything, in the order of the report.
    static let all: [MicroCase] =
        CacheCases.all + FingerprintCases.all + ExecutionCases.all + RegistryCases.all + WaiterCases.all
        + HarnessCases.all
}
