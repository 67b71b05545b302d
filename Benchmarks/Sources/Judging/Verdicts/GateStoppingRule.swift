package import Evidence

/// Ends a memory phase when all gates on the growth of its memory are decided, and a warm-up when the subject is steady: by the same
/// judgement that the report of the run gives in the end.
package struct GateStoppingRule: StoppingRule {
    /// What is asked, in bytes an operation, and of which phase; nil: of all.
    private let limits: [(phase: String?, bytes: Double)]

    /// A rule for the gates of a run.
    package init(_ gates: [Gate] = []) {
        limits = gates.compactMap { gate in gate.leakLimit.map { (gate.expression.phase, $0) } }
    }

    private func limits(of phase: String) -> [Double] {
        limits.filter { ($0.phase ?? phase) == phase }.map(\.bytes)
    }

    package func asksAboutGrowth(in phase: String) -> Bool { !limits(of: phase).isEmpty }

    package func isDecided(_ memory: MemoryEvidence, in phase: String) -> Bool {
        memory.isDecided(limits(of: phase))
    }

    package func isSteady(_ warmUp: WarmUpEvidence) -> Bool { warmUp.isSteady }
}
