/// Counts the figures of the whole history and of each phase.
struct Tally {
    private var counts: [VerificationCounts]
    private var numbers: [UInt16: Int] = [:]
    /// The phase of the last call and its number: neighbours in a history mostly share their phase.
    private var latest: (phase: UInt16, number: Int)?
    private let phases: PhaseTable
    private var attainableInAll = 0

    /// What a call met on its way.
    struct Encounter {
        var isOpportunity = false
        var overlappedExecution = false
    }

    init(phases: PhaseTable) {
        self.phases = phases
        counts = [VerificationCounts](repeating: VerificationCounts(), count: max(1, phases.phases.count))
        for (number, phase) in phases.phases.enumerated() { numbers[phase.number] = number }
    }

    /// The figures of each phase.
    var byPhase: [UInt16: VerificationCounts] { numbers.mapValues { counts[$0] } }

    /// The figures of all phases together.
    var total: VerificationCounts {
        var total = counts.reduce(into: VerificationCounts()) { $0.add($1) }
        total.attainableHits = attainableInAll
        return total
    }

    /// Counts executions; each belongs to the phase that was running when it began.
    mutating func count(_ executions: ArraySlice<Execution>, duplicates: [Bool]) {
        for (execution, isDuplicate) in zip(executions, duplicates) {
            countExecution(
                of: phases.phase(at: execution.begin), failed: execution.ended && !execution.succeeded,
                isDuplicate: isDuplicate)
        }
    }

    /// Counts an execution of a phase.
    mutating func countExecution(of phase: UInt16?, failed: Bool = false, isDuplicate: Bool) {
        update(phase) { counts in
            counts.executions += 1
            if failed { counts.failedExecutions += 1 }
            if isDuplicate { counts.duplicateExecutions += 1 }
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

    /// Counts a request for a key that had been requested before, and whether a cache without bound could have answered it:
    /// one that does its best for the phase, and one that does its best for all of them.
    mutating func countRepeated(phase: UInt16, attainable: Bool, inAll isAttainableInAll: Bool) {
        if isAttainableInAll { attainableInAll += 1 }
        update(phase) { counts in
            counts.repeatedRequests += 1
            if attainable { counts.attainableHits += 1 }
        }
    }

    private mutating func update(_ phase: UInt16?, _ change: (inout VerificationCounts) -> Void) {
        guard let phase else { return change(&counts[0]) }
        if latest?.phase != phase { latest = (phase, numbers[phase] ?? 0) }
        change(&counts[latest?.number ?? 0])
    }

    /// The most calls that were open at one time.
    static func mostOpen(_ calls: [Call]) -> Int {
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

extension VerificationResult {
    /// Measures how many calls were open at one time, in all and in each phase: all calls of a history are needed for that.
    mutating func measureConcurrency(_ calls: [Call]) {
        total.maximumConcurrency = Tally.mostOpen(calls)
        let isOne = phases.count == 1
        for phase in phases.keys {
            let most = isOne ? total.maximumConcurrency : Tally.mostOpen(calls.filter { $0.phase == phase })
            phases[phase]?.maximumConcurrency = most
        }
    }
}
