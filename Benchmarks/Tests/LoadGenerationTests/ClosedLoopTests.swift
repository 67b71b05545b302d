import DedupBenchKit
import DedupVerification
import Evidence
import Foundation
import Judging
import LoadGeneration
import Measurement
import Simulation
import Testing
import Workloads

@Suite(.timeLimit(.minutes(10))) struct ClosedLoopTests {
    @Test(arguments: [(1, 1), (1, 2), (7, 2), (64, 3)], [false, true])
    func everyRequestIsCalledExactlyOnceAndReturns(load: (clients: Int, workers: Int), blocks: Bool) async throws {
        let subject = ExecutingSubject()
        let requests = TestLoad.requests(1_003, keys: 10)
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises, blocks: blocks, requests: requests, clients: load.clients,
            configuration: LoadConfiguration(workers: load.workers))
        #expect(subject.calls.count == requests.count)
        #expect(run.history.calls.map(\.request).sorted() == (0..<1_003).map { UInt32($0) })
        #expect(run.history.calls.allSatisfy { $0.hasReturned && $0.key == requests[Int($0.request)].key })
        #expect(run.history.executions.count == requests.count && run.history.isComplete)
        let phase = try #require(run.phases.first)
        #expect(
            phase.ending == .completed && phase.counts.operations == requests.count
                && phase.audits.allSatisfy { $0.passed })
        #expect(phase.latencies.all(.service).count == requests.count)
        #expect(phase.latencies[.service, .executed]?.count == requests.count)
        #expect(!run.isPartial && !run.isHung)
        #expect(phase.allocatedEnd == 0)
    }

    @Test func memoryThatEarlierRunsHaveLeftIsNotTheSubjects() async throws {
        let machine = SimulatedMachine(memory: SimulatedMemory(growth: 640))
        for _ in 0..<2 {
            let subject = ExecutingSubject()
            let run = try await TestLoad.run(
                { _ in subject }, ExecutingSubject.promises, requests: TestLoad.requests(10, keys: 2), clients: 1,
                machine: machine)
            #expect(run.phases.map(\.allocatedEnd) == [640])
        }
    }

    @Test func blockingClientsHaveAThreadEach() async throws {
        // Each of the first four calls blocks its thread until all four are there: only four real threads get through.
        let machine = SimulatedMachine()
        let barrier = ThreadBarrier(4)
        let subject = ExecutingSubject { _ in
            // Time passes while all four calls are open.
            barrier.wait { machine.advance(by: .milliseconds(1)) }
        }
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises, blocks: true, requests: TestLoad.requests(40, keys: 4),
            clients: 4, machine: machine)
        #expect(run.phases[0].load.maximumConcurrency == 4 && run.phases[0].load.workers == 4)
        #expect(run.phases[0].counts.operations == 40)
    }

    @Test func clientsOfASubjectThatDoesNotBlockShareTheWorkers() async throws {
        // All wait for their executions at the same time, though there is one worker for them.
        let run = try await TestLoad.run(
            { _ in ExecutingSubject() }, ExecutingSubject.promises,
            requests: TestLoad.requests(64, keys: 64, latency: .milliseconds(5)), clients: 16,
            configuration: LoadConfiguration(workers: 1))
        let phase = run.phases[0]
        #expect(phase.load.maximumConcurrency == 16 && phase.load.meanConcurrency == 16 && phase.load.workers == 1)
        #expect(phase.duration == 20_000_000, "four executions of 5 ms one after the other, sixteen at a time")
        #expect(run.history.calls.allSatisfy { $0.end - $0.start == 5_000_000 })
    }

    /// Four clients, three calls of 5 ms each, and 10, 20 and 30 ms to think after them.
    @Test func clientsThinkBetweenAnAnswerAndTheNextRequest() async throws {
        let requests = TestLoad.requests(12, keys: 12, latency: .milliseconds(5))
        let thinkTimes = (0..<12).map { UInt32($0 / 4 + 1) * 10_000_000 }
        let runner = try LoadRunner(
            TestLoad.closed(requests, clients: 4),
            streams: [RequestStream(requests, thinkTimes: thinkTimes, limit: requests.count)],
            configuration: LoadConfiguration(workers: 2, watchdog: .milliseconds(8)), machine: SimulatedMachine())
        let run = try await runner.run(ExecutingSubject.blueprint(ExecutingSubject()))
        let phase = run.phases[0]
        #expect(phase.ending == .completed && phase.counts.operations == 12, "a client that thinks does not hang")
        for call in run.history.calls {
            #expect(call.start - phase.start == [0, 15, 40][Int(call.request) / 4] * 1_000_000)
            #expect(call.end - call.start == 5_000_000 && call.intended == call.start)
        }
        #expect(phase.duration == 45_000_000, "no client thinks after its last call")
    }

    @Test(arguments: [(nil, Duration.milliseconds(30), UInt64(30)), (Duration.milliseconds(120), .seconds(4), 150)])
    func aClientThatThinksNoticesTheEndOfThePhase(stopAfter: Duration?, duration: Duration, milliseconds: UInt64)
        async throws
    {
        let requests = TestLoad.requests(8, keys: 8, latency: .milliseconds(5))
        let stop = StopSignal()
        let machine = SimulatedMachine()
        let runner = try LoadRunner(
            TestLoad.closed(requests, clients: 2) { $0.duration = duration },
            streams: [RequestStream(requests, thinkTimes: Array(repeating: 3_000_000_000, count: 8), limit: 8)],
            configuration: LoadConfiguration(workers: 2), machine: machine, stop: stop)
        // Simulated time runs whenever nothing else does, so it is counted from the first call on.
        let calls = Counter()
        let subject = ExecutingSubject { _ in
            guard let stopAfter, calls.add() == 1 else { return }
            _ = machine.start {
                try? await machine.sleep(until: machine.now() + stopAfter.nanoseconds)
                stop.stop()
            }
        }
        let run = try await runner.run(ExecutingSubject.blueprint(subject))
        let phase = try #require(run.phases.first)
        #expect(phase.counts.operations == 2 && phase.duration <= milliseconds * 1_000_000 + 10_000_000)
        #expect(phase.ending == (stopAfter == nil ? .completed : .stopped))
    }

    @Test func failuresAreAnsweredAsFailed() async throws {
        var requests = TestLoad.requests(100, keys: 100)
        for index in stride(from: 0, to: 100, by: 4) { requests[index].fails = true }
        let subject = ExecutingSubject()
        let run = try await TestLoad.run({ _ in subject }, ExecutingSubject.promises, requests: requests, clients: 3)
        #expect(run.phases[0].latencies[.service, .failed]?.count == 25)
        #expect(run.history.executions.count { !$0.succeeded } == 25)
        #expect(run.verify().violationCount == 0)
    }

    @Test func aStopKeepsTheFinishedCallsAndBeginsNoFurtherPhase() async throws {
        // The signal is given in the eighth call, while the other seven wait for their executions.
        let stop = StopSignal()
        let calls = Counter()
        let subject = ExecutingSubject { _ in if calls.add() == 8 { stop.stop() } }
        let requests = TestLoad.requests(10_000, keys: 10, latency: .milliseconds(1))
        var scenario = TestLoad.closed(requests, clients: 8)
        scenario.phases.append(scenario.phases[0])
        let stream = RequestStream(requests, limit: requests.count)
        let runner = try LoadRunner(
            scenario, streams: [stream, stream], configuration: LoadConfiguration(workers: 2),
            machine: SimulatedMachine(), stop: stop)
        let run = try await runner.run(ExecutingSubject.blueprint(subject))
        #expect(run.phases.count == 1 && run.plannedPhases == 2 && run.isPartial && !run.isHung)
        #expect(run.phases[0].ending == .stopped && run.phases[0].isPartial)
        #expect(run.phases[0].counts.operations == 8)
        #expect(run.history.calls.allSatisfy { $0.hasReturned })
    }

    @Test func aPhaseBoundByTimeEndsWhenItsTimeIsOver() async throws {
        // Four clients whose calls take 10 ms: ten each begin within 100 ms, the last of them at 90 ms.
        let run = try await TestLoad.run(
            { _ in ExecutingSubject() }, ExecutingSubject.promises,
            requests: TestLoad.requests(100, keys: 10, latency: .milliseconds(10)), clients: 4,
            configuration: LoadConfiguration(workers: 2, historyLimit: 1_000)
        ) { phase in
            phase.operations = nil
            phase.duration = .milliseconds(100)
        }
        #expect(run.phases[0].ending == .completed && run.phases[0].counts.operations == 40)
        #expect(run.phases[0].duration == 100_000_000)
        // All calls took 10 ms, and as many ended in each tenth of the phase.
        let heat = try #require(run.phases[0].heat)
        #expect(
            heat.counts.map { $0[LatencyHeat.class(of: 10_000_000)] }.filter { $0 > 0 }
                == Array(repeating: 4, count: 10))
        #expect(heat.counts.joined().reduce(0, +) == 40)
        // What the test asks for are ten keys in turn; what the scenario declares is not its matter.
        let keys = run.phases[0].popularity
        #expect(keys.map(\.requests).reduce(0, +) == 40 && keys.last?.last == 10)
    }

    @Test func aPhaseBoundByTimeEndsWhenTheHistoryIsFull() async throws {
        let subject = ExecutingSubject()
        let scenario = TestLoad.closed(TestLoad.requests(100, keys: 10), clients: 4) { phase in
            phase.operations = nil
            phase.duration = .seconds(600)
        }
        let runner = try LoadRunner(
            scenario, streams: [RequestStream(TestLoad.requests(100, keys: 10))],
            configuration: LoadConfiguration(workers: 2, historyLimit: 1_000), machine: SimulatedMachine())
        let run = try await runner.run(ExecutingSubject.blueprint(subject))
        #expect(run.phases[0].ending == .historyFull && run.phases[0].counts.operations == 1_000)
        #expect(run.history.isComplete && run.phases[0].intendedOperations == nil && !run.isPartial)
    }

    /// Two phases of the same keys: the calls of one are drawn piece by piece, and none is left out or made twice.
    @Test(arguments: [true, false]) func requestsThatAreDrawnPieceByPieceAreAllMade(inHerds: Bool) async throws {
        var scenario = TestLoad.closed(TestLoad.requests(1, keys: 100), clients: 6)
        scenario.phases[0].operations = 2_000
        scenario.workload.keys = KeySettings()
        scenario.workload.keys.count = 100
        scenario.workload.operation.latency = .constant(.milliseconds(1))
        if inHerds { (scenario.workload.keys.distribution, scenario.workload.keys.burst) = (.burst, 6) }
        let phase = scenario.phases[0]
        let stream = try StreamBuilder(scenario, pieceLimit: 62).stream(for: phase)
        #expect(stream.count == 246 && scenario.hasHerds(in: phase) == inHerds)
        let machine = SimulatedMachine()
        let runner = try LoadRunner(
            scenario, streams: [stream], configuration: LoadConfiguration(workers: 2), machine: machine)
        let run = try await runner.run(ExecutingSubject.blueprint(ExecutingSubject()))
        let whole = try StreamBuilder(scenario).stream(for: phase)
        let calls = run.history.calls.sorted { $0.request < $1.request }
        #expect(calls.map { Int($0.request) } == Array(0..<2_000))
        #expect(calls.allSatisfy { $0.key == whole[Int($0.request)].key })
        #expect(run.phases[0].audits.allSatisfy { $0.passed })
        if inHerds { #expect(run.phases[0].load.herds?.released == (2_000 + 5) / 6) }
    }

    /// Four clients ask for ten keys: from the second stretch on everything is a hit, and the third one, which is as long as both
    /// before it, shows that it stays so.
    @Test(arguments: [(60_000, 4 * 64 * 4, true), (600, 600, false)])
    func aWarmUpEndsWhenTheSubjectIsSteady(operations: Int, made: Int, isSteady: Bool) async throws {
        let machine = SimulatedMachine()
        let run = try await TestLoad.run(
            { _ in JoiningSubject(on: machine) }, JoiningSubject.promises,
            requests: TestLoad.requests(operations, keys: 10, latency: .milliseconds(1)), clients: 4, machine: machine
        ) { phase in
            (phase.warmup, phase.until) = (true, .steady)
        }
        let phase = run.phases[0]
        #expect(phase.counts.operations == made && phase.intendedOperations == made && phase.ending == .completed)
        #expect(phase.audits.allSatisfy { $0.passed }, "\(phase.audits)")
        #expect(phase.warmUp?.isSteady == isSteady)
        #expect(phase.warmUp?.stretches.map(\.requests) == (isSteady ? [256, 256, 512] : [256, 256]))
        #expect(phase.warmUp?.stretches.last?.served == (isSteady ? 512 : 256))
    }

    /// Every second stretch asks for keys that it has never asked for: the warm-up goes on to its last request.
    @Test func aSubjectThatNeverIsSteadyIsWarmedUpToTheEnd() async throws {
        let machine = SimulatedMachine()
        var requests = TestLoad.requests(4_096, keys: 4_096)
        for position in requests.indices where (position / 256).leadingZeroBitCount % 2 == 0 {
            requests[position].key = 0
        }
        let run = try await TestLoad.run(
            { _ in JoiningSubject(on: machine) }, JoiningSubject.promises, requests: requests, clients: 4,
            machine: machine
        ) { phase in
            (phase.warmup, phase.until) = (true, .steady)
        }
        #expect(run.phases[0].counts.operations == 4_096 && run.phases[0].warmUp?.isSteady == false)
        #expect(run.phases[0].warmUp?.stretches.map(\.requests) == [256, 256, 512, 1_024, 2_048])
    }

    @Test func moreRequestsThanTheHistoryHoldsAreRefused() async throws {
        let scenario = TestLoad.closed(TestLoad.requests(100, keys: 10), clients: 4)
        let runner = try LoadRunner(
            scenario, streams: [RequestStream(TestLoad.requests(100, keys: 10), limit: 100)],
            configuration: LoadConfiguration(historyLimit: 99), machine: SimulatedMachine())
        let error = await #expect(throws: LoadError.self) {
            try await runner.run(ExecutingSubject.blueprint())
        }
        #expect(error?.description.contains("historyLimit 99") == true)
    }

    /// A phase of 1,000 blocking clients beside one client that makes nearly all calls, and one that divides badly.
    @Test func theHistoryHasRoomForTheCallsThatAreMadeAndNoMore() throws {
        let phases = [(clients: 1_000, calls: 1_000), (1, 100_000), (7, 10_003)]
        var scenario = TestLoad.closed(TestLoad.requests(1, keys: 1), clients: 1)
        scenario.phases = phases.map { clients, _ in
            var phase = scenario.phases[0]
            phase.clients = clients
            return phase
        }
        let streams = phases.map { RequestStream(TestLoad.requests($0.1, keys: 10), limit: $0.1) }
        for (blocks, workers) in [(true, 1_000), (false, 2), (false, 3)] {
            let configuration = LoadConfiguration(workers: blocks ? nil : workers)
            let plan = try LoadPlan(scenario, streams: streams, blocks: blocks, configuration: configuration)
            #expect(plan.lanes.count == workers && plan.lanes.reduce(0, +) == 111_003)
        }
    }

    @Test func answersThatDoNotTellAreClassifiedByTheirExecution() async throws {
        // Sixteen clients ask for four keys at once, and again when their executions are over.
        let machine = SimulatedMachine()
        let requests = TestLoad.requests(400, keys: 4, latency: .milliseconds(1))
        let run = try await TestLoad.run(
            { _ in JoiningSubject(on: machine, tellsOutcome: false) }, JoiningSubject.promises, requests: requests,
            clients: 16, machine: machine)
        let outcomes = run.phases[0].counts.outcomes
        #expect(outcomes.prefix(6) == [384, 12, 4, 0, 0, 0], "hits, joins, executions")
        #expect(run.verify().verdict == .pass)
    }

    /// What comes while the work is done has joined it or, where duplicates are refused, has found its result late: as the
    /// scenario says, if the subject can do either.
    @Test(
        arguments: [(.join, .reject, 12), (.reject, .join, 0), (.either, .join, 12), (.either, .reject, 0)]
            as [(DuplicateMode, SystemSettings.Duplicates, Int)])
    func aSubjectThatRefusesDuplicatesIsNotSaidToJoin(
        promised: DuplicateMode, scenario: SystemSettings.Duplicates, joined: Int
    ) async throws {
        let machine = SimulatedMachine()
        let run = try await TestLoad.run(
            { _ in JoiningSubject(on: machine, tellsOutcome: false) }, Promises(duplicates: promised), under: scenario,
            requests: TestLoad.requests(400, keys: 4, latency: .milliseconds(1)), clients: 16, machine: machine)
        let outcomes = run.phases[0].counts.outcomes
        #expect(outcomes.prefix(6) == [396 - joined, joined, 4, 0, 0, 0], "hits, joins, executions")
    }

    @Test(arguments: [
        ("workers", LoadConfiguration(workers: 0)), ("watchdog", LoadConfiguration(watchdog: .zero)),
        ("historyLimit", LoadConfiguration(historyLimit: 0)),
        ("historySharers", LoadConfiguration(historySharers: 0)),
        ("progressInterval", LoadConfiguration(progressInterval: .milliseconds(1))),
    ])
    func aWrongConfigurationNamesItsField(field: String, configuration: LoadConfiguration) {
        let error = #expect(throws: LoadError.self) { try configuration.validate() }
        #expect(error?.description.hasPrefix(field + " ") == true)
    }
}

/// Blocks threads until so many are there; open from then on.
private final class ThreadBarrier: @unchecked Sendable {
    // Unchecked: `missing` is touched with the condition's lock held.
    private let condition = NSCondition()
    private var missing: Int

    init(_ threads: Int) { missing = threads }

    /// Blocks; the last one to come does something before it lets all go.
    func wait(last: () -> Void) {
        condition.lock()
        defer { condition.unlock() }
        missing -= 1
        if missing == 0 {
            last()
            condition.broadcast()
        }
        while missing > 0 { condition.wait() }
    }
}
