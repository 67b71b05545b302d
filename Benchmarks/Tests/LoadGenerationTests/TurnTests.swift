import DedupBenchKit
import DedupVerification
import Evidence
import LoadGeneration
import Measurement
import Simulation
import Testing
import Workloads

/// Runs that generate load in turn.
@Suite(.timeLimit(.minutes(10))) struct TurnTests {
    /// Against a model: in a rotation each seat that is taken has one turn, and those that are given up have none.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func everySeatHasOneTurnInEachRotation(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "test/turns")
        let seats = 1 + Int(random.below(6))
        var order = TurnOrder(seats: seats, seed: seed)
        var (seated, had): (Set<Int>, Set<Int>) = (Set(0..<seats), [])
        var orders: Set<[Int]> = []
        var (rotation, whole): ([Int], Int) = ([], 0)
        for _ in 0..<400 {
            guard let holder = order.holder else { break }
            #expect(seated.contains(holder) && !had.contains(holder), "seed \(seed)")
            had.insert(holder)
            rotation.append(holder)
            if had.isSuperset(of: seated) {
                if seated.count == seats {
                    orders.insert(rotation)
                    whole += 1
                }
                (had, rotation) = ([], [])
            }
            if random.below(60) == 0, let leaver = seated.sorted().randomSeat(&random) {
                seated.remove(leaver)
                had.remove(leaver)
                #expect(order.leave(leaver) && !order.leave(leaver))
                if leaver != holder { order.advance() }
                if had.isSuperset(of: seated) { (had, rotation) = ([], []) }
            } else {
                order.advance()
            }
        }
        #expect(order.holder == nil || seated.contains(order.holder ?? -1))
        if seats >= 3, whole >= 20 { #expect(orders.count > 1, "seed \(seed): always \(orders)") }
    }

    private static func runner(
        _ machine: any Machine, burst: Int? = nil, configure: (inout Phase) -> Void = { _ in }
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
            configuration: LoadConfiguration(workers: 2), machine: machine)
    }

    /// Runs so many subjects in turn.
    private static func run(
        _ count: Int, on machine: any Machine, burst: Int? = nil, configure: (inout Phase) -> Void = { _ in }
    ) async throws -> [SubjectRun] {
        let runner = try runner(machine, burst: burst, configure: configure)
        let table = TurnTable(seats: count, seed: 7)
        return try await withThrowingTaskGroup(of: (Int, SubjectRun).self) { group in
            for seat in 0..<count {
                let blueprint = SubjectBlueprint(name: "joining", summary: "", promises: JoiningSubject.promises) { _ in
                    JoiningSubject(on: machine)
                }
                group.addTask { (seat, try await runner.run(blueprint, turns: table.turns(ofSeat: seat))) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The seats in the order of their slices, which must not overlap: what is open at a time belongs to one run.
    private static func slices(_ runs: [SubjectRun]) -> [Int]? {
        let calls = runs.enumerated().flatMap { seat, run in
            run.history.calls.map { (seat: seat, start: $0.start, end: $0.end) }
        }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        var slices: [Int] = []
        var end: UInt64 = 0
        for call in calls {
            if slices.last != call.seat {
                if call.start < end { return nil }
                slices.append(call.seat)
            }
            end = max(end, call.end)
        }
        return slices
    }

    @Test(arguments: [nil, 4, 3] as [Int?]) func oneRunAtATimeMakesRequests(burst: Int?) async throws {
        let runs = try await Self.run(3, on: RealMachine(), burst: burst)
        for run in runs {
            let phase = run.phases[1]
            #expect(
                phase.counts.operations == 6_400 && phase.ending == .completed && run.phases[0].counts.operations == 200
            )
            #expect(phase.load.audits.allSatisfy { $0.passed }, "\(phase.load.audits)")
            #expect(run.verify().violationCount == 0)
            #expect((phase.load.herds?.released ?? 1_600) == 1_600)
            #expect(phase.paused ?? 0 > 0 && phase.paused ?? 0 < phase.duration)
        }
        let slices = try #require(Self.slices(runs), "calls of two runs overlap")
        // Of 64 slices each, some follow one of the same run: the last of a rotation and the first of the next one.
        #expect(slices.count > 120, "\(slices)")
    }

    /// Each run has its time: 100 ms, in slices of 20 ms.
    @Test func timeIsSharedToo() async throws {
        let machine = SimulatedMachine()
        let runs = try await Self.run(2, on: machine) { phase in
            phase.operations = nil
            phase.duration = .milliseconds(100)
            phase.thinkTime = .constant(.microseconds(100))
        }
        for phase in runs.map({ $0.phases[1] }) {
            let active = phase.duration - (phase.paused ?? 0)
            #expect(active >= 100_000_000 && active <= 112_000_000, "\(active)")
        }
        let slices = try #require(Self.slices(runs), "calls of two runs overlap")
        #expect((6...14).contains(slices.count), "\(slices)")
    }

    @Test func aRunThatCannotBeMadeGivesItsSeatUp() async throws {
        struct Refusal: Error {}
        let machine = SimulatedMachine()
        let runner = try Self.runner(machine)
        let table = TurnTable(seats: 2, seed: 7)
        let broken = SubjectBlueprint(name: "broken", summary: "", promises: Promises()) { _ -> ExecutingSubject in
            throw Refusal()
        }
        let first = Task { try await runner.run(broken, turns: table.turns(ofSeat: 0)) }
        let second = Task { try await runner.run(ExecutingSubject.blueprint(), turns: table.turns(ofSeat: 1)) }
        #expect(try await second.value.phases[1].counts.operations == 6_400)
        await #expect(throws: Refusal.self) { _ = try await first.value }
    }
}

extension [Int] {
    fileprivate func randomSeat(_ random: inout RandomStream) -> Int? {
        isEmpty ? nil : self[Int(random.below(UInt64(count)))]
    }
}
