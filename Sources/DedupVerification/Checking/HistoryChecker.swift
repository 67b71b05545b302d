/// Proves or refutes, from the history of a run, that every execution was necessary and every answer right.
///
/// Sound: given one monotonic clock, executions logged from inside their closure and excuses whose bounds hold, every
/// violation is real. Wherever the true time of an event is not known, the bound that accuses less is taken. It relies on
/// what the subject promises: a result is published before any of its callers is answered, a flight is gone before its
/// waiters wake, and only one flight of a key exists in an epoch. Takes O(n log n) time.
///
/// The idea of checking per key, with unique values, is that of Gibbons and Korach ("Testing shared memories", 1997):
/// when every answer names its source, the checks are interval sweeps and nothing is exponential.
public struct HistoryChecker: Hashable, Codable, Sendable {
    /// How long results may be served.
    public var freshness: FreshnessRule
    /// Whether the subject's cache is bounded. When not, an `evicted` excuse excuses nothing.
    public var capacityBounded: Bool
    /// How many results the cache holds, where that is known: an eviction before as many keys have been executed is
    /// premature, and excuses nothing. Default nil.
    public var capacity: Int?
    /// From when on the cache may have had no room, where only a larger history tells; nil, the default: from the time on at
    /// which more keys had been executed than it holds.
    public var fullFrom: UInt64?
    /// Whether each eviction is logged as an excuse. When not, a bounded cache may have evicted any result from the time on
    /// at which more keys have been executed than it holds. Default yes.
    public var reportsEvictions = true
    /// What happens to a call whose key is being executed.
    public var duplicateMode: DuplicateMode
    /// How long before it was logged a removal may have happened whose excuse names no execution and gives no `since`.
    /// Default 1 s.
    public var evictionLag: UInt64 = 1_000_000_000
    /// How long before it was logged a removal may have happened whose excuse names its execution and gives no `since`.
    /// Default 50 ms: a subject says at once that it has removed a result, unless it promises less.
    public var removalLag: UInt64 = 50_000_000
    /// Whether a call may be answered with an error that comes from no execution: one of a deadline, or of a limit.
    /// Default no.
    public var allowsUnexplainedFailures = false
    /// Whether answers may name no execution, as those of a log that does not know it: which result they are is then not
    /// checked. Default no.
    public var allowsUnnamedAnswers = false
    /// Whether the history begins when the subject has been running for some time: executions that it does not hold are then
    /// older ones, and the cache may be full. Default no.
    public var isExcerpt = false
    /// For how long past its lifetime a result may be answered, as stale or as a hit; nil, the default: not at all.
    public var staleAllowance: UInt64?
    /// Whether an execution may begin while a fresh result exists, in order to renew it. Only one that no call says it waited
    /// for as the one that executed it. Default no.
    public var allowsEarlyRefresh = false
    /// How long a flight may live around its execution where no call tells. Default 1 s.
    public var flightTolerance: UInt64 = 1_000_000_000
    /// How many violations of each kind are kept in full, the earliest; all are counted. Default 10.
    public var examplesPerKind = 10

    /// A checker for what the subject promises.
    public init(freshness: FreshnessRule, capacityBounded: Bool, duplicateMode: DuplicateMode) {
        self.freshness = freshness
        self.capacityBounded = capacityBounded
        self.duplicateMode = duplicateMode
    }

    /// How long a result may be answered at most, with what is allowed past its lifetime.
    private var longestService: FreshnessRule {
        var rule = freshness
        rule.clockTolerance = rule.clockTolerance.saturatingAdd(staleAllowance ?? 0)
        return rule
    }

    /// What is to be known of the whole of which a history may be a part.
    struct Whole {
        let phases: PhaseTable
        /// From when on the cache may have had no room for a result.
        let fullFrom: UInt64
    }

    /// Checks everything, and compares the subject's own counters where it has any. Each violation that is kept gets a proof.
    public func check(_ history: History, counters: SubjectCounters = SubjectCounters()) -> VerificationResult {
        let index = HistoryIndex(history)
        let requests = RequestOrder(history.calls, index)
        let whole = whole(history, index)
        var result = examine(history, index, requests, whole)
        result.measureConcurrency(history.calls)
        ceiling(of: requests)?.add(to: &result)
        addCounters(counters, to: &result)
        prove(&result, in: history, fullFrom: whole.fullFrom)
        return result
    }

    /// Checks a history alone, without what takes counters, and looks for no proofs.
    func examine(_ history: History) -> VerificationResult {
        let index = HistoryIndex(history)
        return examine(history, index, RequestOrder(history.calls, index), whole(history, index))
    }

    /// Checks all but what takes all calls: how many were open at one time, and what the subject has counted.
    func examine(
        _ history: History, _ index: HistoryIndex, _ requests: RequestOrder, _ whole: Whole
    ) -> VerificationResult {
        let answers = AnswerFacts(history.calls, index: index, tolerance: flightTolerance)
        let excuses = ExcuseIndex(
            history.excuses, fullFrom: whole.fullFrom, claimedAfter: answers.claimedAfter, checker: self)
        let timeline = FreshnessTimeline(
            rule: freshness, index: index, excuses: excuses, answers: answers, calls: history.calls)
        var log = ViolationLog(examplesPerKind: examplesPerKind)
        var tally = Tally(phases: whole.phases)

        let executionRules = ExecutionRules(
            index: index, excuses: excuses, timeline: timeline,
            isRefresh: { [allowsEarlyRefresh] in allowsEarlyRefresh && answers.leader[$0] < 0 })
        let duplicates = executionRules.check(&log) { whole.phases.phase(at: index.executions[$0].begin) }
        tally.count(index.ownExecutions, duplicates: duplicates)
        let answerRules = AnswerRules(
            checker: self, history: history, index: index, excuses: excuses, answers: answers, timeline: timeline)
        for (number, call) in history.calls.enumerated() {
            tally.count(call, met: answerRules.check(call, number: number, &log))
        }
        AttainableHits(rule: longestService, requests: requests, phases: whole.phases).count(into: &tally)
        return result(of: history, tally, log)
    }

    /// What a cache with as much room could have answered; nil where it is not known how much that is.
    func ceiling(of requests: RequestOrder) -> CapacityCeiling? {
        // What was cached before an excerpt begins is not known.
        guard capacityBounded, !isExcerpt, let capacity else { return nil }
        return CapacityCeiling(rule: longestService, requests: requests, capacity: capacity)
    }

    /// Looks for a proof of each violation that is kept.
    func prove(_ result: inout VerificationResult, in history: History, fullFrom: UInt64) {
        guard !result.violations.isEmpty else { return }
        var checker = self
        checker.fullFrom = fullFrom
        checker.examplesPerKind = .max
        let search = ProofSearch(checker, of: result.violations, in: history)
        result.violations = result.violations.map { search.prove($0) }
    }

    /// Compares what the subject has counted with what the history holds.
    func addCounters(_ counters: SubjectCounters, to result: inout VerificationResult) {
        var log = ViolationLog(examplesPerKind: examplesPerKind)
        CounterRules(counters: counters).check(against: result.total, &log)
        guard log.count > 0 else { return }
        result.total.violations += log.count
        result.violations += log.examples
        result.violationsByKind.merge(log.countByKind, uniquingKeysWith: +)
    }

    /// What is to be known of a history that is no part of another one.
    private func whole(_ history: History, _ index: HistoryIndex) -> Whole {
        Whole(
            phases: PhaseTable(history.calls),
            fullFrom: fullFrom(index.allGroups.map { index.executions[$0.lowerBound].begin }))
    }

    /// From when on the cache may have had no room for a result: when one more key than it holds began to be executed.
    ///
    /// - Parameter firstBegins: When the first execution of each key began.
    func fullFrom(_ firstBegins: @autoclosure () -> [UInt64]) -> UInt64 {
        if let fullFrom { return fullFrom }
        guard let capacity, !isExcerpt else { return 0 }
        let firsts = firstBegins()
        return firsts.count > capacity ? firsts.sorted()[capacity] : .max
    }

    private func result(of history: History, _ tally: Tally, _ log: ViolationLog) -> VerificationResult {
        var total = tally.total
        total.violations = log.count
        var phases = tally.byPhase
        for (phase, violations) in log.countByPhase { phases[phase]?.violations = violations }
        return VerificationResult(
            total: total, phases: phases, violations: log.examples, violationsByKind: log.countByKind,
            isComplete: history.isComplete)
    }
}

/// What the subject promises to do with a call whose key is being executed.
public enum DuplicateMode: String, CaseIterable, Codable, Sendable {
    /// It waits for the running execution.
    case join
    /// It is refused at once.
    case reject
    /// Either, as each call asks.
    case either
    /// Neither: the subject has no notion of a running execution.
    case none

    var allowsJoins: Bool { self == .join || self == .either }
    var allowsRejections: Bool { self == .reject || self == .either }
}
