import DedupBenchKit
import DedupVerification
import Evidence
import Judging
import LoadGeneration
import Measurement
import Simulation
import Testing
import Workloads

/// Runs that generate load in turn.
@Suite(.timeLimit(.minutes(10))) struct TurnTests {
    /// Against a model: in a rotation each run has one turn, and those that have left have none.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func everyRunHasOneTurnInEachRotation(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "test/turns")
        let runs = 1 + Int(random.below(6))
        var order = TurnOrder(runs: runs, seed: seed)
        var (left, had): (Set<Int>, Set<Int>) = (Set(0..<runs), [])
        var orders: Set<[Int]> = []
        var (rotation, whole): ([Int], Int) = ([], 0)
        for _ in 0..<400 {
            guard let holder = order.holder else { break }
            #expect(left.contains(holder) && !had.contains(holder), "seed \(seed)")
            had.insert(holder)
            rotation.append(holder)
            if had.isSuperset(of: left) {
                if left.count == runs {
                    orders.insert(rotation)
                    whole += 1
                }
                (had, rotation) = ([], [])
            }
            if random.below(60) == 0, let leaver = left.sorted().any(&random) {
                left.remove(leaver)
                had.remove(leaver)
                #expect(order.leave(leaver) && !order.leave(leaver))
                if leaver != holder { order.advance() }
                if had.isSuperset(of: left) { (had, rotation) = ([], []) }
            } else {
                order.advance()
            }
        }
        #expect(order.holder == nil || left.contains(order.holder ?? -1))
        if runs >= 3, whole >= 20 { #expect(orders.count > 1, "seed \(seed): always \(orders)") }
    }

    private static func runner(
        _ machine: any Machine, burst: Int? = nil, stop: StopSignal = StopSignal(),
        configure: (inout Phase) -> Void = { _ in }
    ) throws -> LoadRunner {
        var scenario = TestLoad.closed(TestLoad.requests(1, keys: 100), clients: 4) { phase in
            phase.operations = 6_400
            configure(&phase)
        }
        scenario.workload.operation.latency = .constant(.milliseconds(1))
        if let burst { (scenario.workload.keys.distribution, scenario.workload.keys.burst) = (.burst, burst) }
        scenario.workload.keys.count = 100
        var warmUp = scenario.phases[0]
        (warmUp.name, warmUp.warmup, warmUp.operations, warmUp.duration) = ("warm-up", true, 200, nil)
        scenario.phases.insert(warmUp, at: 0)
        let builder = try StreamBuilder(scenario)
        return try LoadRunner(
            scenario, streams: scenario.phases.map { builder.stream(for: $0) },
            configuration: LoadConfiguration(workers: 2, watchdog: .seconds(5)), machine: machine, stop: stop)
    }

    private static func joining(
        _ fault: JoiningSubject.Fault = .none, on machine: any Machine, blocks: Bool = false,
        lifetime: Duration = .seconds(3_600)
    ) -> SubjectBlueprint {
        SubjectBlueprint(name: "joining", summary: "", promises: JoiningSubject.promises, blocks: blocks) { _ in
            JoiningSubject(fault, on: machine, lifetime: lifetime)
        }
    }

    /// Runs so many subjects in turn.
    private static func run(
        _ count: Int, on machine: any Machine, burst: Int? = nil, blocks: Bool = false,
        lifetime: Duration = .seconds(3_600),
        configure: (inout Phase) -> Void = { _ in }
    ) async throws -> [SubjectRun] {
        let runner = try runner(machine, burst: burst, configure: configure)
        let table = TurnTable(runs: count, seed: 7)
        return try await withThrowingTaskGroup(of: (Int, SubjectRun).self) { group in
            for number in 0..<count {
                let blueprint = joining(on: machine, blocks: blocks, lifetime: lifetime)
                group.addTask { (number, try await runner.run(blueprint, turns: table.turns(of: number))) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The runs in the order of their slices, which must not overlap: what is open at a time belongs to one run.
    private static func slices(_ runs: [SubjectRun]) -> [Int]? {
        let calls = runs.enumerated().flatMap { number, run in
            run.history.calls.map { (number: number, start: $0.start, end: $0.end) }
        }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        var slices: [Int] = []
        var end: UInt64 = 0
        for call in calls {
            if slices.last != call.number {
                if call.start < end { return nil }
                slices.append(call.number)
            }
            end = max(end, call.end)
        }
        return slices
    }

    @Test(arguments: [(nil, false), (4, false), (3, false), (nil, true), (4, true)] as [(Int?, Bool)])
    func oneRunAtATimeMakesRequests(burst: Int?, blocks: Bool) async throws {
        let runs = try await Self.run(3, on: RealMachine(), burst: burst, blocks: blocks)
        for run in runs {
            let phase = run.phases[1]
            #expect(
                phase.counts.operations == 6_400 && phase.ending == .completed && run.phases[0].counts.operations == 200
            )
            #expect(phase.audits.allSatisfy { $0.passed }, "\(phase.audits)")
            #expect(run.verify().violationCount == 0)
            #expect((phase.load.herds?.released ?? 1_600) == 1_600)
            #expect(phase.paused ?? 0 > 0 && phase.paused ?? 0 < phase.duration)
        }
        let slices = try #require(Self.slices(runs), "calls of two runs overlap")
        // Of 64 slices each, some follow one of the same run: the last of a rotation and the first of the next one.
        #expect(slices.count > 120, "\(slices)")
    }

    /// Each run has its time: 100 ms, in slices of 20 ms. Each call executes, and takes 1 ms.
    @Test func timeIsSharedToo() async throws {
        let machine = SimulatedMachine()
        let runs = try await Self.run(2, on: machine, lifetime: .zero) { phase in
            phase.operations = nil
            phase.duration = .milliseconds(100)
        }
        for phase in runs.map({ $0.phases[1] }) {
            let active = phase.duration - (phase.paused ?? 0)
            #expect(active >= 100_000_000 && active <= 112_000_000, "\(active)")
        }
        let slices = try #require(Self.slices(runs), "calls of two runs overlap")
        #expect((6...14).contains(slices.count), "\(slices)")
    }

    /// Run 0 gives the signal in the middle of its slice, while all others wait.
    @Test func aStopReachesThoseThatWaitForTheirTurn() async throws {
        let (machine, stop, made) = (SimulatedMachine(), StopSignal(), Counter())
        let runner = try Self.runner(machine, stop: stop)
        let table = TurnTable(runs: 3, seed: 7)
        let runs = try await withThrowingTaskGroup(of: SubjectRun.self) { group in
            for number in 0..<3 {
                let subject = ExecutingSubject { _ in
                    if number == 0, made.add() == 2_500 { stop.stop() }
                }
                group.addTask {
                    try await runner.run(ExecutingSubject.blueprint(subject), turns: table.turns(of: number))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(runs.count == 3 && runs.allSatisfy { $0.phases.last?.ending == .stopped })
        #expect(runs.allSatisfy { $0.history.isComplete && $0.history.calls.count < 3_000 })
    }

    /// The first subject loses a waiter in one of its turns. When the watchdog has given it up, the other one goes on.
    @Test func aRunThatHangsHoldsNoOtherUp() async throws {
        let machine = SimulatedMachine(movesWhenStuck: true)
        let runner = try Self.runner(machine, burst: 4)
        let table = TurnTable(runs: 2, seed: 7)
        let broken = Task { try await runner.run(Self.joining(.lostWaiter, on: machine), turns: table.turns(of: 0)) }
        let whole = Task { try await runner.run(Self.joining(on: machine), turns: table.turns(of: 1)) }
        #expect(try await broken.value.hang == .call)
        #expect(try await whole.value.phases.last?.counts.operations == 6_400)
    }

    /// What would become another load in slices is made in one turn.
    @Test func thinkTimesAreNotCut() async throws {
        let machine = SimulatedMachine()
        let runs = try await Self.run(2, on: machine) { phase in
            phase.operations = nil
            phase.duration = .milliseconds(400)
            phase.thinkTime = .constant(.milliseconds(50))
        }
        let slices = try #require(Self.slices(runs), "calls of two runs overlap")
        // The warm-ups, and the phases.
        #expect(slices.count <= 4, "\(slices)")
        // Each of four clients makes a call, and thinks for 50 ms, in 400 ms: eight times at most.
        #expect(runs.allSatisfy { $0.phases[1].counts.operations <= 4 * 8 })
    }

    @Test func aRunThatCannotBeMadeEndsItsTurns() async throws {
        struct Refusal: Error {}
        let machine = SimulatedMachine()
        let runner = try Self.runner(machine)
        let table = TurnTable(runs: 2, seed: 7)
        let broken = SubjectBlueprint(name: "broken", summary: "", promises: Promises()) { _ -> ExecutingSubject in
            throw Refusal()
        }
        let first = Task { try await runner.run(broken, turns: table.turns(of: 0)) }
        let second = Task { try await runner.run(ExecutingSubject.blueprint(), turns: table.turns(of: 1)) }
        #expect(try await second.value.phases[1].counts.operations == 6_400)
        await #expect(throws: Refusal.self) { _ = try await first.value }
    }
}

extension [Int] {
    fileprivate func any(_ random: inout RandomStream) -> Int? {
        isEmpty ? nil : self[Int(random.below(UInt64(count)))]
    }
}
