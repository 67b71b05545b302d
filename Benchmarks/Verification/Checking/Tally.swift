/// Counts the figures of the whole history and of each phase.
struct Tally {
    private(set) var total = VerificationCounts()
    private(set) var byPhase: [UInt16: VerificationCounts] = [:]
    private let phases: PhaseTable

    /// What a call met on its way.
    struct Encounter {
        var isOpportunity = false
        var overlappedExecution = false
    }

    init(phases: PhaseTable) {
        self.phases = phases
        for phase in phases.phases { byPhase[phase.number] = VerificationCounts() }
    }

    /// Counts executions; each belongs to the phase that was running when it began.
    mutating func count(_ executions: [Execution], duplicates: [Bool]) {
        for (execution, isDuplicate) in zip(executions, duplicates) {
            update(phases.phase(at: execution.begin)) { counts in
                counts.executions += 1
                if execution.ended, !execution.succeeded { counts.failedExecutions += 1 }
                if isDuplicate { counts.duplicateExecutions += 1 }
            }
        }
    }

    /// Counts a call and what it met.
    mutating func count(_ call: Call, met: Encounter) {
        update(call.phase) { counts in
            counts.operations += 1
            if call.hasReturned {
                counts.outcomes[Int(call.outcome.rawValue)] += 1
            } else {
                counts.lost += 1
            }
            if met.isOpportunity { counts.opportunities += 1 }
            if met.overlappedExecution { counts.overlappingCalls += 1 }
        }
    }

    /// Counts a request for a key that had been requested before.
    mutating func countRepeated(phase: UInt16, attainable: Bool) {
        update(phase) { counts in
            counts.repeatedRequests += 1
            if attainable { counts.attainableHits += 1 }
        }
    }

    /// The most calls open at one time, over all and in each phase.
    mutating func measureConcurrency(_ calls: [Call]) {
        total.maximumConcurrency = Self.mostOpen(calls)
        if byPhase.count == 1, let phase = byPhase.keys.first {
            byPhase[phase]?.maximumConcurrency = total.maximumConcurrency
            return
        }
        for phase in byPhase.keys {
            byPhase[phase]?.maximumConcurrency = Self.mostOpen(calls.filter { $0.phase == phase })
        }
    }

    private mutating func update(_ phase: UInt16?, _ change: (inout VerificationCounts) -> Void) {
        change(&total)
        if let phase { change(&byPhase[phase, default: VerificationCounts()]) }
    }

    private static func mostOpen(_ calls: [Call]) -> Int {
        let starts = calls.map(\.start).sorted()
        let ends = calls.map { $0.hasReturned ? $0.end : .max }.sorted()
        var (most, closed) = (0, 0)
        for (opened, start) in starts.enumerated() {
            while closed < ends.count, ends[closed] <= start { closed += 1 }
            most = max(most, opened + 1 - closed)
        }
        return most
    }
}
