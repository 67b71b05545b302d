/// Counts violations and keeps the first of each kind.
struct ViolationLog {
    private(set) var examples: [Violation] = []
    private(set) var countByKind: [ViolationKind: Int] = [:]
    private(set) var countByPhase: [UInt16: Int] = [:]
    private(set) var count = 0
    private let examplesPerKind: Int

    init(examplesPerKind: Int) {
        self.examplesPerKind = examplesPerKind
    }

    /// Counts one; its text and intervals are made only if it is kept.
    mutating func add(_ kind: ViolationKind, phase: UInt16?, _ violation: () -> Violation) {
        count += 1
        if let phase { countByPhase[phase, default: 0] += 1 }
        let seen = countByKind[kind, default: 0]
        countByKind[kind] = seen + 1
        if seen < examplesPerKind { examples.append(violation()) }
    }
}
