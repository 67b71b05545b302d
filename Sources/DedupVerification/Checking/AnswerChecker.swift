/// Judges a service of which only the answers are seen: different answers to one key come from different executions.
///
/// No execution was logged, so calls name as their execution whatever tells one answer from another, numbered from 1 on and 0
/// where nothing does. What follows from that is less than what ``HistoryChecker`` proves, and just as sound: a key whose
/// results live for a time is executed at most once in each such time, so more different answers than that are
/// executions too many. Two executions that gave the same answer are not told apart, and whether an answer is too old is not
/// seen.
public struct AnswerChecker: Sendable {
    /// How long results may be served. With no lifetime at all nothing is too much.
    public var freshness: FreshnessRule
    /// Whether a call may be answered with an error. Each allows one execution more. Default no.
    public var allowsFailures = false
    /// How many executions there were in all, if the service counts them.
    public var counted: Int?
    /// Whether ``counted`` is all there is to tell executions by: without it, or where it has not moved, nothing is proved.
    /// Default no.
    public var needsCount = false
    /// How many results there is room for; nil, the default: for all. Once more keys are asked for, results may be gone at any
    /// time, and nothing is too much.
    public var capacity: Int?
    /// How many violations of each kind are kept in full; all are counted. Default 10.
    public var examplesPerKind = 10

    /// A checker for results that live as the rule says.
    public init(freshness: FreshnessRule) {
        self.freshness = freshness
    }

    /// The answers to one key.
    private struct KeyAnswers {
        var calls: [Int] = []
        /// The first call of each answer, in the order in which they came.
        var firsts: [Int] = []
        var failures = 0
        /// The most executions that the promise allows; nil for any number.
        var allowed: Int?
    }

    /// Checks all calls.
    public func check(_ calls: [Call]) -> VerificationResult {
        let phases = PhaseTable(calls)
        var keys = group(calls)
        if let capacity, keys.count > capacity { for key in keys.keys { keys[key]?.allowed = nil } }
        var log = ViolationLog(examplesPerKind: examplesPerKind)
        var tally = AnswerTally(calls, phases: phases)
        for (key, answers) in keys.sorted(by: { $0.key < $1.key }) {
            tally.count(answers.calls, firsts: answers.firsts)
            let surplus = answers.allowed.map { answers.firsts.count - $0 } ?? 0
            guard surplus > 0 else { continue }
            for first in answers.firsts.suffix(surplus) { tally.countDuplicate(first) }
            let shown = answers.firsts.prefix(4).map { calls[$0] }
            log.add(.unjustifiedExecution, phase: shown.last?.phase) {
                Violation(
                    kind: .unjustifiedExecution, key: key,
                    explanation:
                        "key \(key) got \(answers.firsts.count) different answers, where results live long enough for "
                        + "\(answers.allowed ?? 0)",
                    executions: [], calls: Array(shown))
            }
        }
        checkReturns(calls, &log)
        checkCounter(keys, &log, &tally)
        tally.measureConcurrency()
        return tally.result(log, isComplete: !needsCount || (counted ?? 0) > 0)
    }

    private func group(_ calls: [Call]) -> [UInt32: KeyAnswers] {
        var keys: [UInt32: KeyAnswers] = [:]
        var seen: [UInt32: Set<UInt64>] = [:]
        for number in calls.indices.sorted(by: { calls[$0].end < calls[$1].end }) {
            let call = calls[number]
            keys[call.key, default: KeyAnswers()].calls.append(number)
            if call.hasReturned, call.outcome == .failed { keys[call.key]?.failures += 1 }
            guard call.hasReturned, call.execution != 0 else { continue }
            if seen[call.key, default: []].insert(call.execution).inserted { keys[call.key]?.firsts.append(number) }
        }
        return keys.mapValues { answers in
            var answers = answers
            answers.allowed = allowed(answers.calls.map { calls[$0] }).map { $0 + answers.failures }
            return answers
        }
    }

    /// The most executions of a key whose calls these are: one; and where results expire, the one that was there before the
    /// first call, and another whenever a result may have expired.
    private func allowed(_ calls: [Call]) -> Int? {
        let life = freshness.shortest
        guard life > 0 else { return nil }
        guard life < .max else { return 1 }
        let start = calls.map(\.start).min() ?? 0
        let end = calls.map(\.end).max() ?? 0
        return 2 + Int((max(start, end) - start) / life)
    }

    private func checkReturns(_ calls: [Call], _ log: inout ViolationLog) {
        for call in calls {
            let name = "call \(call.request) of key \(call.key)"
            if !call.hasReturned {
                log.add(.lostCall, phase: call.phase) {
                    Violation(
                        kind: .lostCall, key: call.key, explanation: "\(name) never returned", executions: [],
                        calls: [call])
                }
            } else if call.outcome == .failed, !allowsFailures {
                log.add(.unexplainedFailure, phase: call.phase) {
                    Violation(
                        kind: .unexplainedFailure, key: call.key, explanation: "\(name) was answered with an error",
                        executions: [], calls: [call])
                }
            }
        }
    }

    /// What the service counts is no less than what was seen, and no more than what is allowed.
    private func checkCounter(_ keys: [UInt32: KeyAnswers], _ log: inout ViolationLog, _ tally: inout AnswerTally) {
        guard let counted else { return }
        let seen = keys.values.reduce(0) { $0 + $1.firsts.count }
        tally.executions = max(counted, seen)
        if counted < seen {
            log.add(.counterMismatch, phase: nil) {
                Violation(
                    kind: .counterMismatch, key: 0,
                    explanation: "the service counts \(counted) executions, and \(seen) different answers came",
                    executions: [], calls: [])
            }
        }
        guard !keys.values.contains(where: { $0.allowed == nil }) else { return }
        let allowed = keys.values.reduce(0) { $0 + ($1.allowed ?? 0) }
        let surplus = counted - allowed
        guard surplus > tally.duplicates else { return }
        tally.duplicates = surplus
        log.add(.unjustifiedExecution, phase: nil) {
            Violation(
                kind: .unjustifiedExecution, key: 0,
                explanation:
                    "the service counts \(counted) executions of \(keys.count) keys, where results live long enough "
                    + "for \(allowed)",
                executions: [], calls: [])
        }
    }
}

/// Counts what the answers tell.
private struct AnswerTally {
    private let calls: [Call]
    private let phases: PhaseTable
    private var counts: [UInt16: VerificationCounts] = [:]
    /// All executions, where they are counted otherwise than by answers.
    var executions: Int?
    /// All executions too many.
    var duplicates = 0

    init(_ calls: [Call], phases: PhaseTable) {
        self.calls = calls
        self.phases = phases
        for phase in phases.phases { counts[phase.number] = VerificationCounts() }
    }

    /// Counts the calls of a key, in the order of their answers, of which some were the first of their kind.
    mutating func count(_ numbers: [Int], firsts: [Int]) {
        let order = numbers.sorted { calls[$0].start < calls[$1].start }
        var openUntil: UInt64 = 0
        for (place, number) in order.enumerated() {
            let call = calls[number]
            counts[call.phase, default: VerificationCounts()].operations += 1
            if call.hasReturned {
                counts[call.phase]?.outcomes[Int(call.outcome.rawValue)] += 1
            } else {
                counts[call.phase]?.lost += 1
            }
            if call.start < openUntil { counts[call.phase]?.overlappingCalls += 1 }
            openUntil = max(openUntil, call.hasReturned ? call.end : .max)
            guard place > 0 else { continue }
            counts[call.phase]?.repeatedRequests += 1
            counts[call.phase]?.attainableHits += 1
            counts[call.phase]?.opportunities += 1
        }
        for first in firsts { counts[calls[first].phase]?.executions += 1 }
    }

    /// Counts an execution that was one too many, by its first answer.
    mutating func countDuplicate(_ number: Int) {
        counts[calls[number].phase]?.duplicateExecutions += 1
        duplicates += 1
    }

    mutating func measureConcurrency() {
        for phase in counts.keys {
            counts[phase]?.maximumConcurrency = Tally.mostOpen(calls.filter { $0.phase == phase })
        }
    }

    func result(_ log: ViolationLog, isComplete: Bool) -> VerificationResult {
        var phases = counts
        for (phase, violations) in log.countByPhase { phases[phase]?.violations = violations }
        // What only a counter tells belongs to no phase but where there is one.
        if phases.count == 1, let (only, known) = phases.first {
            var counts = known
            counts.executions = executions ?? known.executions
            counts.duplicateExecutions = duplicates
            counts.violations = log.count
            if known.executions == 0, let executions { counts.count(executed: executions) }
            phases[only] = counts
        }
        var total = phases.values.reduce(into: VerificationCounts()) { $0.add($1) }
        if phases.count > 1, let executions, total.executions == 0 { total.count(executed: executions) }
        total.executions = executions ?? total.executions
        total.duplicateExecutions = duplicates
        total.violations = log.count
        return VerificationResult(
            total: total, phases: phases, violations: log.examples, violationsByKind: log.countByKind,
            isComplete: isComplete)
    }
}

extension VerificationCounts {
    /// How calls were answered, where only the number of executions is known: so many executed, and the others shared.
    fileprivate mutating func count(executed: Int) {
        let answered = count(of: .hit) + count(of: .joined) + count(of: .executed)
        for outcome in [OutcomeClass.hit, .joined, .executed] { outcomes[Int(outcome.rawValue)] = 0 }
        outcomes[Int(OutcomeClass.executed.rawValue)] = min(executed, answered)
        outcomes[Int(OutcomeClass.joined.rawValue)] = answered - min(executed, answered)
    }
}
