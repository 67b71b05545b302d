import Caching
import StrategyLab
import Synchronization
import Testing

@Suite struct SimulationRunTests {
    private let simulation = CacheSimulation(keys: [0, 1, 0, 2, 0, 1, 3, 0], keyCount: 4)

    private func run(_ policies: [SimulatedPolicy], _ capacities: [SimulatedCapacity]) -> SimulationRun {
        SimulationRun(simulation, policies: policies, capacities: capacities)
    }

    @Test func everyPolicyHasARowForEachCapacityInTheirOrder() throws {
        let run = run(SimulatedPolicy.all, [.units(2), .percent(25), .units(4)])
        let rows = run.rows(clock: { 0 })
        #expect(rows.count == SimulatedPolicy.all.count * 3)
        #expect(rows.map(\.policy) == SimulatedPolicy.all.flatMap { [$0, $0, $0] })
        #expect(rows.prefix(3).map(\.capacity) == [2, 1, 4] && rows.prefix(3).map(\.share) == [0.5, 0.25, 1])
        #expect(rows.allSatisfy { $0.capacity < 4 || $0.hits == 4 }, "With room for all, every repetition is a hit.")
        let lru = try #require(rows.first { $0.policy == .cache(.lru) && $0.capacity == 2 })
        #expect(lru.hits == 2 && lru.hitRatio == 0.25 && lru.counts?.evictions == 4)
        let belady = try #require(rows.first { $0.policy == .belady && $0.capacity == 2 })
        #expect(belady.hits == 4 - 1 && belady.counts == nil)
    }

    @Test func nothingIsBegunOnceItIsStopped() {
        let asked = Atomic(0)
        let rows = run([.cache(.lru)], [.units(1), .units(2), .units(3)]).rows(
            isStopped: { asked.add(1, ordering: .relaxed).newValue > 2 }, clock: { 0 })
        #expect(rows.count == 2 && asked.load(ordering: .relaxed) == 3)
    }

    @Test func aShareIsOfWhatAllKeysWeigh() {
        let weighed = CacheSimulation(keys: [0, 1, 0], weights: [10, 30, 99], keyCount: 2)
        let run = SimulationRun(weighed, policies: [.cache(.fifo)], capacities: [.percent(50)])
        #expect(run.totalWeight == 40, "Each key weighs what its first request does.")
        #expect(run.rows(clock: { 0 }).map(\.capacity) == [20])
    }

    @Test(arguments: [
        ("5000", SimulatedCapacity.units(5_000)), ("1%", .percent(1)), ("0.5%", .percent(0.5)), ("100%", .percent(100)),
    ])
    func capacitiesAreReadAsTheyAreWritten(text: String, capacity: SimulatedCapacity) throws {
        #expect(try SimulatedCapacity(text) == capacity)
    }

    @Test(arguments: [(29.0, 100, 29), (57, 100, 57), (0.7, 1_000, 7), (69, 10_000, 6_900), (0.1, 100, 1)])
    func aShareIsRoundedDownAndLosesNothing(percent: Double, total: Int, units: Int) {
        #expect(SimulatedCapacity.percent(percent).units(of: total) == units)
    }

    @Test func capacitiesThatComeToTheSameAreSimulatedOnce() {
        let run = run([.cache(.lru)], [.percent(1), .units(1), .percent(30), .units(2)])
        #expect(run.capacities == [1, 2] && run.rows(clock: { 0 }).map(\.capacity) == [1, 2])
    }

    @Test(arguments: ["", "0", "-1", "1.5", "0%", "101%", "%", "nan%", "inf%", "1 %%", "many"])
    func aCapacityThatMakesNoSenseIsRefused(text: String) {
        #expect(throws: SimulationError.badCapacity(text)) { try SimulatedCapacity(text) }
    }

    @Test func aMistypedPolicyIsAskedFor() throws {
        #expect(try SimulatedPolicy(named: "s3-fifo") == .cache(.s3FIFO) && SimulatedPolicy(named: "belady") == .belady)
        let error = #expect(throws: SimulationError.self) { try SimulatedPolicy(named: "seive") }
        #expect(error?.description.contains("did you mean `sieve`? known: fifo, ") == true)
    }
}
