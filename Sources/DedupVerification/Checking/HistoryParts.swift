/// What has to be known of a whole history to check a part of it: for one that is too large to be held at once.
///
/// What ``HistoryChecker`` says of a key follows from the calls, executions and excuses of that key, and from these facts.
public struct HistoryFacts: Hashable, Sendable {
    /// When each phase made its first call.
    private var phaseStarts: [UInt16: UInt64] = [:]
    /// The most calls of each phase that were open at one time.
    private var mostOpenOfPhase: [UInt16: Int] = [:]
    private var mostOpen = 0
    /// When the first execution of each key began.
    private var firstBegins: [UInt32: UInt64] = [:]
    private var isComplete = true
    private var knowsAllExecutions = true

    /// Nothing is known yet.
    public init() {}

    /// Adds a stretch of the history. No call is open when one stretch ends and the next begins: calls of two of them that were
    /// open together would not be counted as such.
    public mutating func add(_ stretch: History) {
        var phases: [UInt16: [Call]] = [:]
        for call in stretch.calls {
            phaseStarts[call.phase] = min(phaseStarts[call.phase] ?? .max, call.start)
            phases[call.phase, default: []].append(call)
        }
        for (phase, calls) in phases {
            mostOpenOfPhase[phase] = max(mostOpenOfPhase[phase] ?? 0, Tally.mostOpen(calls))
        }
        mostOpen = max(
            mostOpen, phases.count == 1 ? mostOpenOfPhase.values.max() ?? 0 : Tally.mostOpen(stretch.calls))
        for execution in stretch.executions {
            firstBegins[execution.key] = min(firstBegins[execution.key] ?? .max, execution.begin)
        }
        isComplete = isComplete && stretch.isComplete
        knowsAllExecutions = knowsAllExecutions && stretch.droppedExecutions == 0
    }

    /// From when on the cache may have had no room for a result, in nanoseconds; `.max` if it always had: what
    /// ``HistoryChecker/fullFrom`` may be set to for one that checks many small parts, each of which would find it again.
    public func fullFrom(for checker: HistoryChecker) -> UInt64 { checker.fullFrom(Array(firstBegins.values)) }

    /// What a checker takes from it for each part.
    fileprivate func whole(for checker: HistoryChecker) -> HistoryChecker.Whole {
        HistoryChecker.Whole(
            phases: PhaseTable(starts: phaseStarts), fullFrom: fullFrom(for: checker))
    }

    /// Puts into a result what its parts cannot know.
    fileprivate func complete(_ result: inout VerificationResult) {
        result.total.maximumConcurrency = mostOpen
        for (phase, most) in mostOpenOfPhase { result.phases[phase]?.maximumConcurrency = most }
        result.isComplete = isComplete
    }

    /// A part that knows what the whole lacks.
    fileprivate func completed(_ part: History) -> History {
        var part = part
        part.droppedExecutions = knowsAllExecutions ? 0 : 1
        return part
    }
}

/// All that a history holds of some of its keys.
public struct HistoryPart: Sendable {
    /// The calls and executions of those keys, and the excuses that name one of these executions, or none and one of those keys.
    public var history: History
    /// The executions of other keys that the calls name, and ought not to.
    public var foreign: [Execution]

    /// A part.
    public init(_ history: History, foreign: [Execution] = []) {
        self.history = history
        self.foreign = foreign
    }
}

extension HistoryChecker {
    /// Checks a history part by part, with the result that ``check(_:counters:)`` has for the whole, except for
    /// ``VerificationCounts/attainableWithinCapacity``, which may be more. One part is held at a time.
    ///
    /// - Parameters:
    ///   - parts: How many parts there are. Each key is in one of them.
    ///   - facts: What has to be known of the whole.
    ///   - part: Makes the part of that number.
    ///   - counters: What the subject itself says.
    /// - Throws: What `part` throws.
    public func check(
        parts: Int, of facts: HistoryFacts, counters: SubjectCounters = SubjectCounters(),
        part: (Int) throws -> HistoryPart
    ) rethrows -> VerificationResult {
        let whole = facts.whole(for: self)
        var sum = VerificationResult(
            total: .init(), phases: [:], violations: [], violationsByKind: [:], isComplete: true)
        // A phase whose calls are all in other parts counts, too.
        for phase in whole.phases.phases { sum.phases[phase.number] = VerificationCounts() }
        var budget: CapacityBudget?
        for number in 0..<parts {
            let part = try part(number)
            let history = facts.completed(part.history)
            let index = HistoryIndex(history, foreign: part.foreign)
            let requests = RequestOrder(history.calls, index)
            var result = examine(history, index, requests, whole)
            if let ceiling = ceiling(of: requests) {
                budget = budget ?? CapacityBudget(capacity: ceiling.capacity, phases: whole.phases)
                budget?.add(ceiling.figures)
            }
            // What is later than all that are kept is not proved.
            result.violations.removeAll { violation in
                sum.violations.count { $0.kind == violation.kind && $0.time <= violation.time } >= examplesPerKind
            }
            var shown = history
            shown.executions += part.foreign
            prove(&result, in: shown, fullFrom: whole.fullFrom)
            sum.add(result)
        }
        facts.complete(&sum)
        budget?.add(to: &sum)
        addCounters(counters, to: &sum)
        return sum.keeping(examplesPerKind)
    }
}

extension VerificationResult {
    /// The same with so many violations of each kind at most, the earliest.
    fileprivate func keeping(_ count: Int) -> VerificationResult {
        var (result, kept) = (self, [ViolationKind: Int]())
        result.violations = violations.byTime
        result.violations.removeAll { violation in
            kept[violation.kind, default: 0] += 1
            return kept[violation.kind, default: 0] > count
        }
        return result
    }
}
