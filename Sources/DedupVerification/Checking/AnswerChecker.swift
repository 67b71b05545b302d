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
        /// How many executions there were more than that.
        var surplus: Int { allowed.map { max(0, firsts.count - $0) } ?? 0 }
    }

    /// Checks all calls.
    public func check(_ calls: [Call]) -> VerificationResult {
        var keys = group(calls)
        if let capacity, keys.count > capacity { for key in keys.keys { keys[key]?.allowed = nil } }
        var log = ViolationLog(examplesPerKind: examplesPerKind)
        var tally = Tally(phases: PhaseTable(calls))
        for (key, answers) in keys.sorted(by: { $0.key < $1.key }) {
            count(answers, of: calls, into: &tally)
            guard answers.surplus > 0 else { continue }
            let shown = answers.firsts.prefix(4).map { calls[$0] }
            log.add(.unjustifiedExecution, phase: shown.last?.phase, at: shown.map(\.start).max() ?? .max) {
                Violation(
                    kind: .unjustifiedExecution, key: key,
                    explanation:
                        "key \(key) got \(answers.firsts.count) different answers, where results live long enough for "
                        + "\(answers.allowed ?? 0)",
                    executions: [], calls: Array(shown))
            }
        }
        checkReturns(calls, &log)
        var result = result(tally, counted: checkCounter(keys, &log), log)
        result.measureConcurrency(calls)
        return result
    }

    /// Counts the calls of a key, in the order in which they began, and its executions, each by its first answer.
    private func count(_ answers: KeyAnswers, of calls: [Call], into tally: inout Tally) {
        var openUntil: UInt64 = 0
        for (place, call) in answers.calls.map({ calls[$0] }).sorted(by: { $0.start < $1.start }).enumerated() {
            tally.count(call, met: .init(isOpportunity: place > 0, overlappedExecution: call.start < openUntil))
            openUntil = max(openUntil, call.hasReturned ? call.end : .max)
            if place > 0 { tally.countRepeated(phase: call.phase, attainable: true, inAll: true) }
        }
        for (place, first) in answers.firsts.enumerated() {
            tally.countExecution(
                of: calls[first].phase, isDuplicate: place >= answers.firsts.count - answers.surplus)
        }
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
                log.add(.lostCall, phase: call.phase, at: call.start) {
                    Violation(
                        kind: .lostCall, key: call.key, explanation: "\(name) never returned", executions: [],
                        calls: [call])
                }
            } else if call.outcome == .failed, !allowsFailures {
                log.add(.unexplainedFailure, phase: call.phase, at: call.start) {
                    Violation(
                        kind: .unexplainedFailure, key: call.key, explanation: "\(name) was answered with an error",
                        executions: [], calls: [call])
                }
            }
        }
    }

    /// What the service counts is no less than what was seen, and no more than what is allowed.
    ///
    /// - Returns: How many executions there were, if they are counted, and how many of all were too many.
    private func checkCounter(
        _ keys: [UInt32: KeyAnswers], _ log: inout ViolationLog
    ) -> (executions: Int?, duplicates: Int) {
        let duplicates = keys.values.reduce(0) { $0 + $1.surplus }
        guard let counted else { return (nil, duplicates) }
        let seen = keys.values.reduce(0) { $0 + $1.firsts.count }
        if counted < seen {
            log.add(.counterMismatch, phase: nil, at: .max) {
                Violation(
                    kind: .counterMismatch, key: 0,
                    explanation: "the service counts \(counted) executions, and \(seen) different answers came",
                    executions: [], calls: [])
            }
        }
        let isBounded = keys.values.allSatisfy { $0.allowed != nil }
        let allowed = keys.values.reduce(0) { $0 + ($1.allowed ?? 0) }
        guard isBounded, counted - allowed > duplicates else { return (max(counted, seen), duplicates) }
        log.add(.unjustifiedExecution, phase: nil, at: .max) {
            Violation(
                kind: .unjustifiedExecution, key: 0,
                explanation:
                    "the service counts \(counted) executions of \(keys.count) keys, where results live long enough "
                    + "for \(allowed)",
                executions: [], calls: [])
        }
        return (max(counted, seen), counted - allowed)
    }

    private func result(
        _ tally: Tally, counted: (executions: Int?, duplicates: Int), _ log: ViolationLog
    ) -> VerificationResult {
        var (total, phases) = (tally.total, tally.byPhase)
        for (phase, violations) in log.countByPhase { phases[phase]?.violations = violations }
        if let executions = counted.executions {
            if total.executions == 0 { total.count(executed: executions) }
            total.executions = executions
        }
        total.duplicateExecutions = counted.duplicates
        total.violations = log.count
        // What only a counter tells belongs to no phase but where there is one.
        if phases.count == 1 { phases = phases.mapValues { _ in total } }
        return VerificationResult(
            total: total, phases: phases, violations: log.examples, violationsByKind: log.countByKind,
            isComplete: !needsCount || (self.counted ?? 0) > 0)
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
