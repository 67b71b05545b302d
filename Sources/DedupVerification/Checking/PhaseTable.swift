/// The phases of a history and when each began.
struct PhaseTable {
    /// The phases that made calls, in the order in which they began.
    let phases: [(number: UInt16, start: UInt64)]

    init(_ calls: [Call]) {
        var starts: [UInt16: UInt64] = [:]
        for call in calls where call.start < starts[call.phase] ?? .max { starts[call.phase] = call.start }
        phases = starts.map { ($0.key, $0.value) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    /// The phase that was running at `time`; the first one before any had begun.
    func phase(at time: UInt64) -> UInt16? {
        let next = phases.indices.partitioningIndex { phases[$0].start > time }
        return next == 0 ? phases.first?.number : phases[next - 1].number
    }
}
