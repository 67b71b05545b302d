package import DedupVerification
package import Evidence
package import Workloads

/// Tells from the history when each herd of an edge phase came, counted from the event as it was and not as it was planned, and
/// what it met.
///
/// Each herd asks for a key of its own, so what the checker says of the keys of a step belongs to that step. The history may
/// come in parts, if each has all there is of its keys.
package struct EdgeAnalysis {
    private let schedule: EdgeSchedule
    private let phase: UInt16
    private let checker: HistoryChecker
    private let facts: HistoryFacts
    /// The herds so far.
    package private(set) var evidence: EdgeEvidence

    /// An analysis of a phase, none of whose herds are known yet.
    ///
    /// - Parameters:
    ///   - schedule: When herds were to come.
    ///   - phase: The number of the phase.
    ///   - checker: What judges the history.
    ///   - facts: What is known of all of the history.
    package init(_ schedule: EdgeSchedule, phase: UInt16, _ checker: HistoryChecker, _ facts: HistoryFacts) {
        self.schedule = schedule
        self.phase = phase
        self.facts = facts
        var checker = checker
        // Counted is what is asked for here; the violations themselves are shown by the check of the whole.
        checker.examplesPerKind = 0
        checker.fullFrom = facts.fullFrom(for: checker)
        self.checker = checker
        evidence = EdgeEvidence(
            event: schedule.event.rawValue, steps: (0..<schedule.steps).map { schedule.bounds(of: $0) })
    }

    /// Adds all there is of some keys.
    package mutating func add(_ part: HistoryPart) {
        var rounds: [UInt32: Round] = [:]
        for call in part.history.calls where call.phase == phase {
            rounds[call.key, default: Round()].add(call, schedule)
        }
        for execution in part.history.executions { rounds[execution.key]?.add(execution) }
        let keys = Dictionary(
            part.history.executions.lazy.map { ($0.id, $0.key) }, uniquingKeysWith: { first, _ in first })
        for excuse in part.history.excuses where excuse.kind == .evicted {
            rounds[keys[excuse.execution] ?? excuse.key]?.add(excuse)
        }
        var steps: [UInt32: Int] = [:]
        for (key, round) in rounds where round.came != nil || schedule.event != .eviction {
            guard let offset = round.offset(schedule) else {
                evidence.missed += 1
                continue
            }
            guard let step = schedule.step(of: offset) else {
                evidence.outside += 1
                continue
            }
            steps[key] = step
            evidence.steps[step].herds += 1
            for call in round.herd where call.hasReturned {
                evidence.steps[step].outcomes[Int(call.outcome.rawValue)] += 1
            }
        }
        check(part, steps, keys)
    }

    /// Adds what the checker says of the keys of each step.
    private mutating func check(_ part: HistoryPart, _ steps: [UInt32: Int], _ keys: [UInt64: UInt32]) {
        for (step, history) in part.history.split(steps, keys) {
            let result = checker.check(parts: 1, of: facts) { _ in HistoryPart(history, foreign: part.foreign) }
            evidence.steps[step].executions += history.executions.count
            evidence.steps[step].duplicates += result.total.duplicateExecutions
            evidence.steps[step].violations += result.total.violations
        }
    }
}

/// What the history has of the life of one key.
private struct Round {
    /// The calls of the herd.
    var herd: [Call] = []
    /// The call that leads, where it is for this key.
    var leader: Call?
    /// When the key was invalidated.
    var invalidated: UInt64?
    /// The first execution.
    var execution: Execution?
    /// When the first result went for lack of room.
    var evicted: UInt64?

    /// When the first of the herd called; nil where none did.
    var came: UInt64? { herd.map(\.start).min() }

    mutating func add(_ call: Call, _ schedule: EdgeSchedule) {
        if call.verb == .invalidate {
            invalidated = call.start
        } else if schedule.isInHerd(Int(call.request)) {
            herd.append(call)
        } else {
            leader = call
        }
    }

    mutating func add(_ execution: Execution) {
        if execution.begin < self.execution?.begin ?? .max { self.execution = execution }
    }

    mutating func add(_ excuse: Excuse) { evicted = min(evicted ?? .max, excuse.at) }

    /// How long after the event the herd came, in nanoseconds; nil if one of them did not.
    func offset(_ schedule: EdgeSchedule) -> Int64? {
        guard let came, let event = event(schedule) else { return nil }
        return Int64(came) - Int64(event)
    }

    /// Whether the first execution is that of the leader: else the event is another one than was planned.
    private var isLed: Bool {
        guard let leader, let execution else { return false }
        if leader.execution > 0 { return leader.execution == execution.id }
        return execution.begin >= leader.start && came ?? .max >= leader.start
    }

    private func event(_ schedule: EdgeSchedule) -> UInt64? {
        if schedule.event != .start, schedule.event != .eviction, !isLed { return nil }
        let end = execution.flatMap { $0.ended ? $0.end : nil }
        switch schedule.event {
        case .start: return leader?.start
        case .publication: return execution?.succeeded == true ? end : nil
        case .failure: return execution?.succeeded == false ? end : nil
        case .expiry: return execution?.succeeded == true ? end.map { $0 + schedule.lifetime } : nil
        case .eviction: return evicted
        case .invalidation: return invalidated
        case .deadline, .cancellation:
            guard let leader, leader.hasReturned, leader.outcome == .abandoned else { return nil }
            return leader.end
        }
    }
}

extension History {
    /// What there is of the keys of each step. An excuse belongs to the execution that it names.
    ///
    /// - Parameters:
    ///   - steps: The step of each key.
    ///   - keys: The key of each execution.
    fileprivate func split(_ steps: [UInt32: Int], _ keys: [UInt64: UInt32]) -> [Int: History] {
        var parts: [Int: History] = [:]
        for call in calls { if let step = steps[call.key] { parts[step, default: History()].calls.append(call) } }
        for execution in executions {
            guard let step = steps[execution.key] else { continue }
            parts[step, default: History()].executions.append(execution)
        }
        for excuse in excuses {
            guard let step = steps[keys[excuse.execution] ?? excuse.key] else { continue }
            parts[step, default: History()].excuses.append(excuse)
        }
        return parts
    }
}
