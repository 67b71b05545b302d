package import DedupVerification
internal import Measurement
package import Workloads

/// Computes the results of all phases from the history, after the run: nothing is computed on the measured path.
package struct PhaseAnalysis {
    private let scenario: Scenario
    private let configuration: LoadConfiguration
    private let history: History
    private let traces: [PhaseTrace]

    /// An analysis of what the phases of a run left behind.
    package init(
        _ scenario: Scenario, _ configuration: LoadConfiguration, _ history: History, _ traces: [PhaseTrace]
    ) {
        self.scenario = scenario
        self.configuration = configuration
        self.history = history
        self.traces = traces
    }

    /// One result for each phase that was begun.
    package var results: [PhaseResult] {
        traces.indices.map { result(of: traces[$0], until: $0 + 1 < traces.count ? traces[$0 + 1].start : .max) }
    }

    private func result(of trace: PhaseTrace, until next: UInt64) -> PhaseResult {
        let calls = history.calls.filter { $0.phase == trace.plan.number }
        let executions = history.executions.filter { $0.begin >= trace.start && $0.begin < next }
        let concurrency = concurrency(calls, trace)
        let latencies = latencies(calls, executions, trace)
        return PhaseResult(
            name: trace.plan.phase.name, number: trace.plan.number, isWarmup: trace.plan.phase.warmup,
            isOpen: trace.plan.stream.isOpen, ending: trace.ending, start: trace.start, end: trace.end,
            intendedOperations: trace.plan.isBoundByHistory ? nil : trace.plan.limit, operations: calls.count,
            executions: executions.count, latencies: latencies, concurrency: concurrency,
            herds: trace.plan.hasHerds ? HerdReport(calls, clients: trace.plan.clients) : nil, hiccups: trace.hiccups,
            memory: trace.memory, threads: trace.threads,
            foreignProcessors: trace.foreignProcessors, allocatedEnd: trace.allocatedEnd,
            audits: trace.findings
                + PhaseAudit(scenario, configuration, trace).findings(
                    calls, latencies: latencies, concurrency: concurrency, isComplete: history.isComplete),
            stuck: stuck(calls, trace))
    }

    private func stuck(_ calls: [Call], _ trace: PhaseTrace) -> [StuckCall] {
        calls.filter { !$0.hasReturned }.prefix(100).map {
            StuckCall(request: $0.request, key: $0.key, age: trace.end - min(trace.end, $0.start))
        }
    }

    // MARK: - Latencies

    private func latencies(_ calls: [Call], _ executions: [Execution], _ trace: PhaseTrace) -> PhaseLatencies {
        var latencies = PhaseLatencies()
        var byOutcome = OutcomeHistograms()
        var responses = OutcomeHistograms()
        for call in calls where call.hasReturned {
            let service = call.end - call.start
            byOutcome.record(service, call.outcome)
            latencies.service.record(service)
            if let releases = trace.releases {
                latencies.lag.record(releases.lag(of: Int(call.request), intended: call.intended))
                latencies.wait.record(releases.wait(of: Int(call.request), start: call.start))
                latencies.response.record(call.end - min(call.intended, call.end))
                responses.record(call.end - min(call.intended, call.end), call.outcome)
            }
            if call.outcome == .joined, let execution = execution(call.execution), execution.ended {
                latencies.joinedWakeup.record(call.end - min(execution.end, call.end))
            }
        }
        for execution in executions where execution.ended {
            latencies.execution.record(execution.end - execution.begin)
        }
        latencies.byOutcome = byOutcome.recorded
        latencies.responseByOutcome = responses.recorded
        return latencies
    }

    /// The recorder numbers executions from 1 on, in the order in which it keeps them.
    private func execution(_ id: UInt64) -> Execution? {
        guard id > 0, id <= history.executions.count else { return nil }
        return history.executions[Int(id) - 1]
    }

    // MARK: - Concurrency

    private func concurrency(_ calls: [Call], _ trace: PhaseTrace) -> AchievedConcurrency {
        var concurrency = AchievedConcurrency()
        concurrency.clients = trace.plan.clients
        concurrency.workers = trace.plan.workers
        concurrency.backlogged = trace.releases?.backlogged ?? 0
        concurrency.subjectShareOfWaiting =
            trace.releases.map { WaitingTime(calls, releases: $0, workers: trace.plan.workers).subjectShare } ?? 0
        let open = calls.map { ($0.start, $0.hasReturned ? $0.end : trace.end) }
        let total = open.reduce(0.0) { $0 + Double($1.1 - min($1.0, $1.1)) }
        concurrency.mean = trace.end > trace.start ? total / Double(trace.end - trace.start) : 0
        concurrency.maximum = Self.maximum(starts: open.map(\.0).sorted(), ends: open.map(\.1).sorted())
        concurrency.overlappingDuplicates = Self.overlaps(calls)
        return concurrency
    }

    /// The most intervals that are open at one time.
    private static func maximum(starts: [UInt64], ends: [UInt64]) -> Int {
        var (ended, most) = (0, 0)
        for (started, start) in starts.enumerated() {
            while ended < ends.count, ends[ended] <= start { ended += 1 }
            most = max(most, started + 1 - ended)
        }
        return most
    }

    /// Calls that began while an earlier one for the same key was open.
    private static func overlaps(_ calls: [Call]) -> Int {
        let byStart = calls.indices.sorted { calls[$0].start < calls[$1].start }
        var openUntil = [UInt64](repeating: 0, count: Int(calls.map(\.key).max() ?? 0) + 1)
        var overlaps = 0
        for index in byStart {
            let call = calls[index]
            if openUntil[Int(call.key)] > call.start { overlaps += 1 }
            openUntil[Int(call.key)] = max(openUntil[Int(call.key)], call.hasReturned ? call.end : .max)
        }
        return overlaps
    }
}

/// A histogram for each outcome, made when the first call of that outcome is met.
private struct OutcomeHistograms {
    private(set) var recorded: [OutcomeClass: LatencyHistogram] = [:]

    mutating func record(_ time: UInt64, _ outcome: OutcomeClass) {
        recorded[outcome, default: LatencyHistogram()].record(time)
    }
}

extension HerdReport {
    /// The herds of a phase: client c of n takes the positions c, c + n, ..., so n neighbours were released together.
    init(_ calls: [Call], clients: Int) {
        var rounds: [Int: (first: UInt64, last: UInt64, end: UInt64, calls: Int, overlaps: Bool)] = [:]
        for call in calls.sorted(by: { $0.start < $1.start }) {
            let end = call.hasReturned ? call.end : .max
            let round = Int(call.request) / clients
            var seen = rounds[round] ?? (call.start, call.start, 0, 0, false)
            if seen.calls > 0, call.start < seen.end { seen.overlaps = true }
            seen = (seen.first, call.start, max(seen.end, end), seen.calls + 1, seen.overlaps)
            rounds[round] = seen
        }
        herds = rounds.count
        for round in rounds.values where round.calls > 1 {
            skew.record(round.last - round.first)
            if round.overlaps { overlapping += 1 }
        }
    }
}

/// Completes a history: finds the keys of excuses that only name an execution, and replaces a subject's own numbers of
/// executions by those of the history.
struct HistoryTranslation {
    private let byEpoch: Bool

    init(_ information: SubjectInformation) {
        byEpoch = information.namesExecutionsByEpoch
    }

    func translate(_ history: History) -> History {
        var history = history
        let number = numbers(history.executions)
        history.excuses = history.excuses.compactMap { excuse in
            guard excuse.key == .max else { return excuse }
            guard let index = number(excuse.execution) else { return nil }
            var excuse = excuse
            excuse.execution = history.executions[index].id
            excuse.key = history.executions[index].key
            return excuse
        }
        guard byEpoch else { return history }
        for index in history.calls.indices where history.calls[index].outcome == .rejected {
            let named = history.calls[index].execution
            history.calls[index].execution = number(named).map { history.executions[$0].id } ?? 0
        }
        return history
    }

    /// From the number by which the subject knows an execution to its place in the history.
    private func numbers(_ executions: [Execution]) -> (UInt64) -> Int? {
        let places = Dictionary(
            executions.enumerated().map { (byEpoch ? $1.epoch : $1.id, $0) }, uniquingKeysWith: { first, _ in first })
        return { places[$0] }
    }
}
