/// When each result was surely fresh, and from when on it surely was not.
struct FreshnessTimeline {
    private let rule: FreshnessRule
    private let index: HistoryIndex
    private let excuses: ExcuseIndex
    /// By position: from when on a hit of the result is stale, whatever happened in between.
    private(set) var staleFrom: [UInt64]
    /// By position: when a result that began after this one had ended was first answered.
    private(set) var outdatedAfter: [UInt64]
    /// By index into `byEnd`: the last index of the group, up to this one, whose result was published; -1 for none.
    private var lastPublished: [Int32]
    private let slides: SlideIndex

    init(rule: FreshnessRule, index: HistoryIndex, excuses: ExcuseIndex, answers: AnswerFacts, calls: [Call]) {
        self.rule = rule
        self.index = index
        self.excuses = excuses
        slides = rule.slides ? SlideIndex(calls, index: index) : SlideIndex()
        staleFrom = index.executions.indices.map { position in
            answers.earliest[position].saturatingAdd(rule.longest)
        }
        outdatedAfter = [UInt64](repeating: .max, count: index.executions.count)
        lastPublished = [Int32](repeating: -1, count: index.executions.count)
        var earliestFrom = outdatedAfter
        for group in index.allGroups {
            findPublished(in: group, answers)
            findOutdated(in: group, answers: answers, &earliestFrom)
        }
        if rule.slides { extendBySliding(answers) }
    }

    /// The result that was surely in the cache at `time`; nil when none surely was.
    ///
    /// With `limit` only results of executions at positions before it count: an execution without duration that begins
    /// and ends at `time` is not its own predecessor.
    func freshResult(at time: UInt64, in group: Range<Int>, before limit: Int = .max) -> Int? {
        var next = index.firstEnding(after: time, in: group) - 1
        while next >= group.lowerBound, lastPublished[next] >= 0 {
            let position = Int(index.byEnd[Int(lastPublished[next])])
            let execution = index.executions[position]
            // A detached execution published nothing, so the result before it may still be there. Any other replaced
            // what was there before.
            if position >= limit || excuses.detaches(execution, at: position, by: time) {
                next = Int(lastPublished[next]) - 1
                continue
            }
            let isFresh = time < surelyFreshUntil(position, at: time) && !excuses.evicts(execution, by: time)
            return isFresh ? position : nil
        }
        return nil
    }

    /// Until when the result is surely fresh, as far as that was known at `time`.
    func surelyFreshUntil(_ position: Int, at time: UInt64) -> UInt64 {
        let execution = index.executions[position]
        guard execution.succeeded else { return execution.end.saturatingAdd(rule.shortened(rule.failureLifetime)) }
        let untouched = execution.end.saturatingAdd(rule.shortest)
        guard case .sliding(let lifetime, _) = rule.lifetime, let hit = slides.latestStart(position, endingBy: time)
        else {
            return untouched
        }
        let oldest = execution.end.saturatingAdd(rule.maximumAge == .max ? .max : rule.shortened(rule.maximumAge))
        return max(untouched, min(hit.saturatingAdd(rule.shortened(lifetime)), oldest))
    }

    /// What every caller has left may have been cancelled: its result counts only if it was answered at some time.
    private mutating func findPublished(in group: Range<Int>, _ answers: AnswerFacts) {
        var last: Int32 = -1
        for place in group {
            let position = Int(index.byEnd[place])
            let execution = index.executions[position]
            let isLeft = answers.earliest[position] == .max && answers.abandonedKeys.contains(execution.key)
            if execution.ended, !isLeft, execution.succeeded || rule.failureLifetime > 0 { last = Int32(place) }
            lastPublished[place] = last
        }
    }

    private mutating func findOutdated(in group: Range<Int>, answers: AnswerFacts, _ earliestFrom: inout [UInt64]) {
        for position in group.reversed() {
            let execution = index.executions[position]
            let counts = execution.succeeded && !excuses.detaches(execution, at: position, by: .max)
            let answered = counts ? answers.earliest[position] : .max
            let later = position + 1 < group.upperBound ? earliestFrom[position + 1] : .max
            earliestFrom[position] = min(answered, later)
        }
        for position in group where index.executions[position].ended {
            let next = index.firstBeginning(atOrAfter: index.executions[position].end, in: group)
            let newer = max(next, position + 1)
            outdatedAfter[position] = newer < group.upperBound ? earliestFrom[newer] : .max
        }
    }

    /// A hit that may have come in time lengthens the life of its result; one that cannot have does not.
    private mutating func extendBySliding(_ answers: AnswerFacts) {
        guard case .sliding(let time, _) = rule.lifetime else { return }
        for position in index.executions.indices where answers.earliest[position] != .max {
            let oldest = answers.earliest[position].saturatingAdd(rule.maximumAge)
            var deadline = staleFrom[position]
            for hit in slides.hits(position) {
                if hit.start >= deadline { break }
                deadline = max(deadline, min(hit.end.saturatingAdd(rule.lengthened(time)), oldest))
            }
            staleFrom[position] = deadline
        }
    }
}
