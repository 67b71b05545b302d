import DedupBenchKit
import DedupVerification
import Evidence
import Foundation
import Judging
import LoadGeneration
import Simulation
import Synchronization
import Testing
import Workloads

/// Herds that come at an event, in simulated time, in which they come when they are to.
@Suite(.timeLimit(.minutes(10))) struct EdgeHerdTests {
    /// Drives a subject with herds that come up to 1 ms before and after an event of executions that take 4 ms.
    ///
    /// - Returns: With the evidence the analysis to which nothing is added yet.
    private func run(
        _ event: EdgeSettings.Event, operations: Int? = 1_000, lifetime: Duration = .seconds(3_600),
        stop: StopSignal = StopSignal(), duration: Duration? = nil, pieceLimit: Int = RequestStream.pieceLimit,
        historyLimit: Int? = nil, _ make: @escaping @Sendable (SimulatedMachine, SubjectSettings) -> any Subject
    ) async throws -> (run: SubjectRun, edge: EdgeEvidence, analysis: EdgeAnalysis) {
        var scenario = Scenario()
        scenario.name = "edges"
        scenario.system.cache.timeToLive = TimeToLiveSetting(.fixed(lifetime))
        if event == .eviction { scenario.system.cache.capacity = .entries(20) }
        scenario.workload.operation.latency = .constant(.milliseconds(4))
        scenario.workload.keys.count = 1
        var phase = Phase()
        phase.name = "edge"
        phase.clients = 5
        phase.operations = operations
        phase.duration = duration
        var edge = EdgeSettings()
        (edge.at, edge.sweep, edge.steps) = (event, .milliseconds(1), 20)
        phase.edge = edge
        scenario.phases = [phase]
        let machine = SimulatedMachine()
        let runner = try LoadRunner(
            scenario, streams: [try StreamBuilder(scenario, pieceLimit: pieceLimit).stream(for: phase)],
            configuration: LoadConfiguration(
                workers: 2, historyLimit: historyLimit ?? 4_000_000,
                historyFolder: historyLimit.map { _ in FileManager.default.temporaryDirectory.path }),
            machine: machine, stop: stop)
        let blueprint = SubjectBlueprint(
            name: "tested", summary: "", promises: Promises(), verbs: [.invalidate, .deadline, .cancel]
        ) { make(machine, $0) }
        let run = try await runner.run(blueprint)
        let checker = HistoryChecker(
            freshness: FreshnessRule(.fixed(lifetime.nanoseconds)), capacityBounded: false, duplicateMode: .join)
        var facts = run.stored?.facts ?? HistoryFacts()
        if run.stored == nil { facts.add(run.history) }
        let schedule = try #require(EdgeSchedule(phase, in: scenario))
        let analysis = EdgeAnalysis(schedule, phase: 0, checker, facts)
        var whole = analysis
        for number in 0..<(run.stored == nil ? 1 : HistoryStore.parts) {
            whole.add(try run.stored?.part(number) ?? HistoryPart(run.history))
        }
        #expect(run.phases[0].audits.allSatisfy { $0.passed })
        return (run, whole.evidence, analysis)
    }

    @Test(arguments: [EdgeSettings.Event.start, .publication, .failure, .expiry])
    func herdsOfAnHonestSubjectFindNothing(event: EdgeSettings.Event) async throws {
        let lifetime: Duration = event == .expiry ? .milliseconds(20) : .seconds(3_600)
        let (run, edge, _) = try await run(event, lifetime: lifetime) { machine, _ in
            JoiningSubject(on: machine, lifetime: lifetime)
        }
        #expect(run.history.calls.count == 1_000)
        #expect(edge.total.herds == 200 && edge.outside == 0 && edge.missed == 0)
        #expect(edge.steps.allSatisfy { $0.herds == 10 && $0.calls == 40 })
        #expect(edge.total.violations == 0 && edge.total.duplicates == 0)
        // After a failure, and after the expiry, it has to be done again; before, it has not.
        let again = event == .failure || event == .expiry
        for step in edge.steps { #expect(step.executions == (again && step.low >= 0 ? 20 : 10)) }
        let before = edge.steps.filter { $0.high <= 0 }
        let outcome: OutcomeClass =
            switch event {
            case .start, .publication: .joined
            case .failure: .failed
            default: .hit
            }
        // The first of a herd that comes before the start executes.
        let others = event == .start ? 30 : 40
        #expect(before.allSatisfy { $0.outcomes[Int(outcome.rawValue)] == others })
    }

    /// The execution goes on, and a call that comes while it does joins it.
    @Test(arguments: [EdgeSettings.Event.deadline, .cancellation])
    func aHerdThatComesWhenTheFirstCallerLeavesJoinsWhatRuns(event: EdgeSettings.Event) async throws {
        let (run, edge, _) = try await run(event) { machine, _ in LeavingSubject(JoiningSubject(on: machine), machine) }
        #expect(run.phases[0].counts.count(of: .abandoned) == 200)
        #expect(edge.total.herds == 200 && edge.missed == 0 && edge.outside == 0)
        #expect(edge.steps.allSatisfy { $0.outcomes[Int(OutcomeClass.joined.rawValue)] == 40 && $0.executions == 10 })
        #expect(edge.total.violations == 0)
    }

    /// A round takes two milliseconds and more; the deadline falls into one, whose herd is not waited for.
    @Test func aPhaseEndsAtItsDeadlineHoweverLongTheEventIsAhead() async throws {
        let (run, edge, _) = try await run(.expiry, lifetime: .seconds(5), duration: .seconds(12)) { machine, _ in
            JoiningSubject(on: machine, lifetime: .seconds(5))
        }
        // Two rounds of five seconds, and the leader of a third.
        #expect(run.history.calls.count == 11 && run.history.calls.allSatisfy { $0.hasReturned })
        #expect(run.phases[0].ending == .completed && edge.total.herds == 2 && edge.missed == 1)
        let duration = try #require(run.phases.first?.duration)
        #expect(duration >= 12_000_000_000 && duration < 12_100_000_000)
    }

    @Test func whatIsWrongForSomeMicrosecondsIsFoundThereAndOnlyThere() async throws {
        let (_, edge, _) = try await run(.publication) { machine, _ in
            GapSubject(JoiningSubject(on: machine), machine, .microseconds(300))
        }
        // Steps of 100 us: the gap is the first three after the publication.
        for step in edge.steps {
            let isInGap = step.low >= 0 && step.high <= 300_000
            #expect((step.violations > 0) == isInGap, "from \(step.low) to \(step.high)")
            #expect((step.duplicates > 0) == isInGap)
        }
    }

    @Test func aHistoryInPartsComesToTheSame() async throws {
        var (run, edge, analysis) = try await run(.publication, operations: 400) { machine, _ in
            GapSubject(JoiningSubject(on: machine), machine, .microseconds(300))
        }
        #expect(edge.total.violations > 0)
        var parts = [History](repeating: History(), count: 7)
        for call in run.history.calls { parts[Int(call.key % 7)].calls.append(call) }
        for execution in run.history.executions { parts[Int(execution.key % 7)].executions.append(execution) }
        for part in parts { analysis.add(HistoryPart(part)) }
        #expect(analysis.evidence == edge)
    }

    /// Pieces of two rounds, and a history that holds hardly more: herds meet the same as where everything is drawn and held at once.
    @Test(arguments: [EdgeSettings.Event.publication, .expiry, .eviction, .failure])
    func herdsMeetTheSameHoweverTheirRequestsAreDrawnAndKept(event: EdgeSettings.Event) async throws {
        let lifetime: Duration = event == .expiry ? .milliseconds(20) : .seconds(3_600)
        let turns = event == .eviction ? 6 : 1
        var seen: [EdgeEvidence] = []
        for (pieceLimit, historyLimit) in [(1_000_000, nil), (10 * turns + 1, nil), (10 * turns + 1, 85)]
            as [(Int, Int?)]
        {
            let (run, edge, _) = try await run(
                event, operations: 1_200, lifetime: lifetime, pieceLimit: pieceLimit, historyLimit: historyLimit
            ) { machine, _ in
                GapSubject(JoiningSubject(on: machine, lifetime: lifetime), machine, .microseconds(300))
            }
            #expect((run.stored != nil) == (historyLimit != nil) && run.calls == 1_200)
            #expect(run.phases[0].ending == .completed && run.phases[0].counts.operations == 1_200)
            seen.append(edge)
        }
        #expect(seen[0] == seen[1] && seen[0] == seen[2], "\(seen)")
        // This subject reports no evictions, which are what herds are counted from.
        if event != .eviction { #expect(seen[0].total.herds == 240) }
    }

    /// The deadline falls into a round of a later piece, of a history that goes through a file.
    @Test func aDeadlineInALaterPieceEndsThePhase() async throws {
        let (run, edge, _) = try await run(
            .publication, operations: nil, duration: .milliseconds(501), pieceLimit: 11, historyLimit: 85
        ) { machine, _ in JoiningSubject(on: machine) }
        #expect(run.stored != nil && run.phases[0].ending == .completed)
        #expect(edge.total.herds > 80 && edge.outside == 0 && run.calls - 5 * edge.total.herds < 5)
        let duration = try #require(run.phases.first?.duration)
        #expect(duration >= 501_000_000 && duration < 520_000_000, "\(duration)")
    }

    @Test func aRoundForWhichTheHistoryHasNoRoomIsRefused() async throws {
        var scenario = Scenario()
        scenario.system.cache.capacity = .entries(200)
        var (phase, edge) = (Phase(), EdgeSettings())
        edge.at = .eviction
        (phase.name, phase.clients, phase.duration, phase.edge) = ("edge", 5, .seconds(1), edge)
        scenario.phases = [phase]
        let stream = try StreamBuilder(scenario).stream(for: phase)
        let error = #expect(throws: LoadError.self) {
            try LoadPlan(
                scenario, streams: [stream], blocks: false, configuration: LoadConfiguration(historyLimit: 100))
        }
        #expect(error.map { "\($0)".contains("a round of its herds takes") } == true)
    }

    @Test func aPhaseThatIsStoppedEndsWithAWholeHerd() async throws {
        let (stop, calls) = (StopSignal(), Counter())
        let (run, edge, _) = try await run(.publication, stop: stop) { machine, _ in
            let subject = JoiningSubject(on: machine)
            return CountingSubject(subject) { if calls.add() == 302 { stop.stop() } }
        }
        #expect(run.phases[0].ending == .stopped)
        #expect(run.history.calls.count == 305 && run.history.calls.allSatisfy { $0.hasReturned })
        #expect(edge.total.herds == 61)
    }

    /// A round has six turns of five calls: in the second one of the eleventh round the signal is given, and no turn comes after it.
    @Test func aStopEndsARoundWhoseCacheIsBeingFilled() async throws {
        let (stop, calls) = (StopSignal(), Counter())
        let (run, _, _) = try await run(.eviction, operations: 3_000, stop: stop) { machine, _ in
            let subject = JoiningSubject(on: machine)
            return CountingSubject(subject) { if calls.add() == 307 { stop.stop() } }
        }
        #expect(run.phases[0].ending == .stopped && run.history.calls.allSatisfy { $0.hasReturned })
        #expect((307...310).contains(run.history.calls.count))
    }

    @Test func aStopIsNoticedWhileAnEventIsWaitedFor() async throws {
        let (stop, calls) = (StopSignal(), Counter())
        let (run, edge, _) = try await run(.expiry, lifetime: .seconds(5), stop: stop) { machine, _ in
            let subject = JoiningSubject(on: machine, lifetime: .seconds(5))
            return CountingSubject(subject) { if calls.add() == 6 { stop.stop() } }
        }
        // One round, and the leader of the next: its herd would have come five seconds later.
        #expect(run.phases[0].ending == .stopped && run.history.calls.count == 6 && edge.total.herds == 1)
        let duration = try #require(run.phases.first?.duration)
        #expect(duration < 5_200_000_000)
    }
}

/// Lets callers go that have a deadline or are cancelled; the execution goes on.
private final class LeavingSubject: Subject {
    private let inner: JoiningSubject
    private let machine: SimulatedMachine

    init(_ inner: JoiningSubject, _ machine: SimulatedMachine) { (self.inner, self.machine) = (inner, machine) }

    func call(_ work: Work) async -> Answer {
        // Only the leader's call is ever cancelled, and it is when it has waited half of what the execution takes.
        if work.request.verb == .cancel { return await call(work, within: .nanoseconds(Int64(work.request.patience))) }
        return await inner.call(work)
    }

    func call(_ work: Work, within limit: Duration) async -> Answer {
        _ = machine.start { [inner] in await inner.call(work) }
        try? await machine.sleep(until: machine.now() + limit.nanoseconds)
        return .abandoned
    }
}

/// Does something before each call.
private final class CountingSubject: Subject {
    private let inner: any Subject
    private let before: @Sendable () -> Void

    init(_ inner: any Subject, before: @escaping @Sendable () -> Void) { (self.inner, self.before) = (inner, before) }

    func call(_ work: Work) async -> Answer {
        before()
        return await inner.call(work)
    }
}

/// Answers a call for a key whose execution has just ended by executing again, for as long as the gap is.
private final class GapSubject: Subject {
    private let inner: JoiningSubject
    private let machine: SimulatedMachine
    private let gap: Duration
    private let ended = Mutex<[UInt32: UInt64]>([:])

    init(_ inner: JoiningSubject, _ machine: SimulatedMachine, _ gap: Duration) {
        (self.inner, self.machine, self.gap) = (inner, machine, gap)
    }

    func call(_ work: Work) async -> Answer {
        if let end = ended.withLock({ $0[work.key] }), machine.now() - end < gap.nanoseconds {
            do { return .value(try await work.run(), .executed) } catch { return .failed(error) }
        }
        let answer = await inner.call(work)
        if answer.outcome == .executed { ended.withLock { $0[work.key] = machine.now() } }
        return answer
    }
}
