import DedupTesting
import DedupVerification

/// What a simulated run is made of.
struct SimulationPlan {
    var rule: FreshnessRule
    var mode: DuplicateMode
    var keys: UInt32 = 6
    var callsPerKey = 60
    var span: UInt64 = 400_000
    var failureRate = 0.1
    var evictionRate = 0.2
    var invalidations = 2
    var timeout: UInt64 = .max
    var namesEvictions = true

    /// A plan that depends on the seed alone and covers every rule and mode.
    init(seed: UInt64) {
        var random = SplitMix64(seed: seed ^ 0xABCD)
        let lifetimes: [FreshnessRule.Lifetime] = [
            .none, .fixed(20_000), .fixed(150_000), .sliding(15_000), .sliding(15_000, maximumAge: 60_000), .unbounded,
        ]
        rule = FreshnessRule(
            lifetimes[Int(seed % 6)], jitter: seed % 4 == 0 ? 0.3 : 0, failureLifetime: seed % 5 == 0 ? 5_000 : 0)
        mode = [DuplicateMode.join, .reject, .either][Int(seed / 6 % 3)]
        failureRate = random.chance(0.5) ? 0.15 : 0
        evictionRate = random.chance(0.5) ? 0.3 : 0
        invalidations = random.chance(0.5) ? 3 : 0
        timeout = random.chance(0.3) ? 3_000 : .max
        namesEvictions = random.chance(0.7)
    }

    var checker: HistoryChecker {
        HistoryChecker(freshness: rule, capacityBounded: true, duplicateMode: mode)
    }

    /// A plan of a few short runs of calls, and a checker whose further promises depend on the seed, too: together they break
    /// every rule once histories are scrambled.
    static func small(seed: UInt64, keys: UInt32) -> (plan: SimulationPlan, checker: HistoryChecker) {
        var plan = SimulationPlan(seed: seed)
        plan.keys = keys
        plan.callsPerKey = 15
        plan.span = 60_000
        var checker = plan.checker
        checker.capacity = [nil, 1, 2, 3][Int(seed / 3 % 4)]
        checker.reportsEvictions = seed % 5 != 0
        checker.staleAllowance = [nil, 0, 30_000][Int(seed / 2 % 3)]
        return (plan, checker)
    }
}

/// A correct deduplicator on paper: it decides every call at one instant, and logs what a harness would have seen.
///
/// The true times (claim, publish, removal) stay inside; the history gets only bounds of them, shifted at random.
struct SimulatedDeduplicator {
    private struct Flight {
        var execution: Execution
        var removed: UInt64
        var detachedAt: UInt64?
    }

    private struct Entry {
        var execution: Execution
        var published: UInt64
        var deadline: UInt64
        var evictedAt: UInt64
    }

    private let plan: SimulationPlan
    private var random: SplitMix64
    private var history = History()
    private var flight: Flight?
    private var entry: Entry?

    init(plan: SimulationPlan, seed: UInt64) {
        self.plan = plan
        random = SplitMix64(seed: seed)
    }

    /// The history of one run.
    static func run(_ plan: SimulationPlan, seed: UInt64) -> History {
        var simulation = SimulatedDeduplicator(plan: plan, seed: seed)
        for key in 0..<plan.keys { simulation.simulate(key) }
        simulation.history.calls.shuffle(using: &simulation.random)
        simulation.history.executions.shuffle(using: &simulation.random)
        return simulation.history
    }

    private mutating func simulate(_ key: UInt32) {
        (flight, entry) = (nil, nil)
        var events = (0..<plan.callsPerKey).map { _ in (random.time(1_000...plan.span), true) }
        events += (0..<plan.invalidations).map { _ in (random.time(1_000...plan.span), false) }
        for (time, isCall) in events.sorted(by: { $0.0 < $1.0 }) {
            settle(by: time)
            if isCall { call(key, decision: time) } else { invalidate(key, at: time) }
        }
        settle(by: 1 << 60)
    }

    /// Brings flight and entry up to `time`.
    private mutating func settle(by time: UInt64) {
        if let current = flight {
            let overdue = current.execution.begin.addingReportingOverflow(plan.timeout)
            if current.detachedAt == nil, !overdue.overflow, overdue.partialValue < min(current.removed, time) {
                log(.superseded, current.execution, truly: overdue.partialValue, named: true)
                flight = nil
            } else if current.removed <= time {
                flight = nil
                publish(current)
            }
        }
        if let current = entry, min(current.evictedAt, current.deadline) <= time {
            let isExpiry = current.deadline <= current.evictedAt
            let at = min(current.evictedAt, current.deadline)
            if !isExpiry || random.chance(0.5) {
                log(
                    isExpiry ? .expired : .evicted, current.execution, truly: at, named: isExpiry || plan.namesEvictions
                )
            }
            entry = nil
        }
    }

    private mutating func publish(_ flight: Flight) {
        let execution = flight.execution
        let published = random.time(execution.end...flight.removed)
        var life = execution.succeeded ? lifetime : plan.rule.failureLifetime
        guard life > 0 else { return }
        if plan.rule.jitter > 0, life != .max {
            life -= UInt64(Double(life) * plan.rule.jitter * Double.random(in: 0...1, using: &random))
        }
        let evicted = random.chance(plan.evictionRate) ? published + random.time(1...30_000) : .max
        let deadline = published.addingReportingOverflow(life)
        entry = Entry(
            execution: execution, published: published, deadline: deadline.overflow ? .max : deadline.partialValue,
            evictedAt: max(evicted, flight.removed))
    }

    private var lifetime: UInt64 {
        switch plan.rule.lifetime {
        case .none: 0
        case .fixed(let time): time
        case .sliding(let time, let maximumAge): min(time, maximumAge ?? .max)
        case .unbounded: .max
        }
    }

    private mutating func call(_ key: UInt32, decision: UInt64) {
        let start = decision - random.time(0...200)
        if let current = flight {
            meet(current, key, start: start, decision: decision)
        } else if let current = entry {
            serve(current, key, start: start, decision: decision)
        } else {
            lead(key, start: start, decision: decision)
        }
    }

    private mutating func meet(_ flight: Flight, _ key: UInt32, start: UInt64, decision: UInt64) {
        let rejects = plan.mode == .reject || plan.mode == .either && random.chance(0.5)
        if rejects {
            record(key, start, decision + random.time(1...50), .rejected, 0)
        } else {
            let outcome: OutcomeClass = flight.execution.succeeded ? .joined : .failed
            record(key, start, flight.removed + random.time(1...300), outcome, flight.execution.id)
        }
    }

    private mutating func serve(_ current: Entry, _ key: UInt32, start: UInt64, decision: UInt64) {
        let outcome: OutcomeClass = current.execution.succeeded ? .hit : .failed
        record(key, start, decision + random.time(1...100), outcome, current.execution.id)
        guard case .sliding(let time, let maximumAge) = plan.rule.lifetime, current.execution.succeeded else { return }
        let oldest = maximumAge.map { current.published + $0 } ?? .max
        // Jitter shortens every slide as it shortened the first deadline.
        let shortened = plan.rule.jitter > 0 ? UInt64(Double(time) * (1 - plan.rule.jitter * 0.9)) : time
        let jitteredOldest =
            plan.rule.jitter > 0 && oldest != .max
            ? current.published + UInt64(Double(maximumAge ?? 0) * (1 - plan.rule.jitter * 0.9)) : oldest
        entry?.deadline = max(current.deadline, min(decision + shortened, jitteredOldest))
    }

    private mutating func lead(_ key: UInt32, start: UInt64, decision: UInt64) {
        let begin = decision + random.time(0...100)
        let end = begin + random.time(1...5_000)
        let execution = Execution(
            id: UInt64(history.executions.count) + 1, key: key, begin: begin, end: end,
            succeeded: !random.chance(plan.failureRate))
        let removed = end + random.time(0...60)
        history.executions.append(execution)
        flight = Flight(execution: execution, removed: removed)
        record(
            key, start, removed + random.time(0...200), execution.succeeded ? .executed : .failed, execution.id)
    }

    private mutating func invalidate(_ key: UInt32, at time: UInt64) {
        let since = time - random.time(0...100)
        let at = time + random.time(1...100)
        history.excuses.append(Excuse(.invalidated, key: key, since: since, at: at))
        flight = nil
        entry = nil
    }

    private mutating func log(_ kind: ExcuseKind, _ execution: Execution, truly: UInt64, named: Bool) {
        history.excuses.append(
            Excuse(kind, key: execution.key, at: truly + random.time(0...150), execution: named ? execution.id : 0))
    }

    private mutating func record(
        _ key: UInt32, _ start: UInt64, _ end: UInt64, _ outcome: OutcomeClass, _ execution: UInt64
    ) {
        history.calls.append(
            Call(
                request: UInt32(history.calls.count), key: key, start: start, end: end, outcome: outcome,
                execution: execution, value: outcome == .failed ? 0 : execution,
                phase: UInt16(start / (plan.span / 2 + 1))))
    }
}
