import DedupVerification
import Foundation
import Testing
import Workloads

@Suite struct EdgeTests {
    private func scenario(
        _ phases: String, cache: String = "{capacity: 100, policy: fifo, shards: 1, ttl: 'fixed:20ms'}",
        failures: String = "0%",
        latency: String = "5ms"
    ) throws -> Scenario {
        try ScenarioLoader.load(
            yaml: """
                schema_version: 1
                name: edges
                system: {cache: \(cache)}
                workload:
                  keys: {distribution: uniform, count: 50}
                  operation: {latency: '\(latency)', value_size: 8B, failures: \(failures)}
                phases:
                \(phases)
                """, named: "edges.yaml")
    }

    private func schedule(
        _ event: EdgeSettings.Event, clients: Int = 5, steps: Int = 40, capacity: Int = 100
    ) throws -> (EdgeSchedule, Scenario) {
        let scenario = try scenario(
            "  - {name: a, model: closed, clients: \(clients), operations: 3000, "
                + "edge: {at: \(event.rawValue), sweep: 1ms, steps: \(steps)}}",
            cache: "{capacity: \(capacity), policy: fifo, shards: 1, ttl: 'fixed:20ms'}")
        return (try #require(EdgeSchedule(scenario.phases[0], in: scenario)), scenario)
    }

    @Test(arguments: [2, 3, 7, 20, 40, 399, 400]) func eachStepHasItsTurnAndEachOffsetItsStep(steps: Int) throws {
        let (schedule, _) = try schedule(.publication, steps: steps)
        for turn in 0..<5 {
            let met = (0..<steps).map { schedule.step(of: schedule.offset(ofRound: turn * steps + $0)) }
            #expect(Set(met) == Set(0..<steps))
        }
        for step in 0..<steps {
            let bounds = schedule.bounds(of: step)
            #expect(schedule.step(of: bounds.lowerBound) == step && schedule.step(of: bounds.upperBound - 1) == step)
            #expect(step == 0 || bounds.lowerBound == schedule.bounds(of: step - 1).upperBound)
        }
        #expect(schedule.bounds(of: 0).lowerBound == -1_000_000)
        #expect(schedule.bounds(of: steps - 1).upperBound == 1_000_000)
        #expect(schedule.step(of: -1_000_001) == nil && schedule.step(of: 1_000_000) == nil)
    }

    @Test(arguments: EdgeSettings.Event.allCases) func eachRoundAsksForAKeyOfItsOwn(event: EdgeSettings.Event) throws {
        let (schedule, scenario) = try schedule(event)
        let stream = try StreamBuilder(scenario).stream(for: scenario.phases[0])
        #expect(stream.limit == stream.count && stream.count == schedule.wholeRounds(in: 3_000))
        var seen: [UInt32: Int] = [:]
        for position in 0..<stream.count {
            let key = stream[position].key
            let round = schedule.round(of: position)
            #expect(seen.updateValue(round, forKey: key) ?? round == round)
        }
        let herd = (0..<5 * schedule.turns).filter { schedule.isInHerd($0) }
        #expect(herd.count == (event == .invalidation ? 3 : 4))
        #expect(herd.allSatisfy { stream[$0].verb == .call && stream[$0].key == stream[0].key && !stream[$0].fails })
    }

    @Test func theLeaderMakesTheEvent() throws {
        for event in EdgeSettings.Event.allCases {
            let (schedule, scenario) = try schedule(event)
            let stream = try StreamBuilder(scenario).stream(for: scenario.phases[0])
            let first = (schedule.turns - 1) * 5
            #expect(stream[first].fails == (event == .failure))
            let maker = stream[first + (event == .invalidation ? 1 : 0)]
            #expect(maker.verb == event.verb ?? .call)
            #expect(maker.patience == (event.verb == nil ? 0 : maker.latency / 2))
        }
    }

    /// The last request of the leader is the one for which the first key of the round has to go.
    @Test(arguments: [(1, 5), (2, 5), (6, 5), (7, 5), (100, 3)])
    func asManyOthersAreCachedAsThereIsRoomFor(capacity: Int, clients: Int) throws {
        let (schedule, scenario) = try schedule(.eviction, clients: clients, capacity: capacity)
        let stream = try StreamBuilder(scenario).stream(for: scenario.phases[0])
        let last = (schedule.turns - 1) * clients
        let others = Set((0..<last).map { stream[$0].key }).subtracting([stream[0].key])
        #expect(others.count == capacity - 1)
        #expect((0..<clients).allSatisfy { stream[$0].key == stream[0].key })
        #expect(!others.contains(stream[last].key) && stream[last].key != stream[0].key)
        #expect((last + 1..<last + clients).allSatisfy { stream[$0].key == stream[0].key })
    }

    @Test func edgePhasesShareNoKeys() throws {
        let scenario = try scenario(
            """
              - {name: a, model: closed, clients: 4, operations: 400, edge: {at: start}}
              - {name: b, model: closed, clients: 4, operations: 400, edge: {at: eviction}}
              - {name: c, model: closed, clients: 4, operations: 400, edge: {at: expiry}}
              - {name: d, model: closed, clients: 4, operations: 400}
            """)
        let builder = try StreamBuilder(scenario)
        let keys = scenario.phases.map { phase -> Set<UInt32> in
            let stream = builder.stream(for: phase)
            return Set((0..<stream.count).map { stream[$0].key })
        }
        for (number, others) in keys.enumerated() {
            for other in keys[..<number] { #expect(others.isDisjoint(with: other)) }
        }
    }

    /// However many herds each phase has, of which only time may end some.
    @Test func edgePhasesThatGoOnShareNoKeys() throws {
        let scenario = try scenario(
            """
              - {name: a, model: closed, clients: 4, duration: 1s, edge: {at: start}}
              - {name: b, model: closed, clients: 4, duration: 1s, edge: {at: eviction}}
              - {name: c, model: closed, clients: 4, operations: 400, edge: {at: expiry}}
              - {name: d, model: closed, clients: 4, operations: 400}
            """)
        let builder = try StreamBuilder(scenario, pieceLimit: 500)
        let keys = scenario.phases.map { phase -> Set<UInt32> in
            var (piece, keys) = (builder.stream(for: phase) as RequestStream?, Set<UInt32>())
            for _ in 0..<40 {
                guard let drawn = piece else { break }
                keys.formUnion((drawn.first..<drawn.first + drawn.count).map { drawn[$0].key })
                piece = drawn.next()
            }
            return keys
        }
        // Pieces of 125 rounds; and of four rounds of 27 turns, each of 101 keys.
        #expect(keys[0].count == 5_000 && keys[1].count == 40 * 4 * 101 && keys[2].count == 100)
        for (number, others) in keys.enumerated() {
            for other in keys[..<number] { #expect(others.isDisjoint(with: other)) }
        }
    }

    private static let fifo = "capacity: 9, policy: fifo, shards: 1"

    @Test(arguments: [
        ("{at: start}", "{capacity: 9, policy: lru}", "1%", "without failures"),
        ("{at: expiry}", "{capacity: 9, policy: lru, ttl: 'sliding:1s'}", "0%", "`fixed:`"),
        ("{at: expiry}", "{capacity: 9, policy: lru, ttl: 'fixed:1s,jitter:10%'}", "0%", "`fixed:`"),
        ("{at: expiry}", "{capacity: 9, policy: lru, ttl: 'fixed:1h'}", "0%", "to 10s"),
        ("{at: expiry, sweep: 2s}", "{capacity: 9, policy: lru, ttl: 'fixed:1s'}", "0%", "from 2s (the sweep)"),
        ("{at: eviction}", "{capacity: 9MiB, policy: fifo, shards: 1}", "0%", "`capacity` in entries"),
        ("{at: eviction}", "{capacity: 9, policy: lru, shards: 1}", "0%", "`policy: fifo`"),
        ("{at: eviction}", "{capacity: 9, policy: fifo}", "0%", "`shards: 1`"),
        ("{at: eviction}", "{capacity: 1000, policy: fifo, shards: 1}", "0%", "more than the phase has"),
        ("{at: eviction}", "{capacity: 1000000000, policy: fifo, shards: 1}", "0%", "drawn together"),
        ("{at: publication, sweep: 6ms}", "{\(fifo)}", "0%", "of one value, 6ms or more"),
        ("{at: failure, sweep: 6ms}", "{\(fifo)}", "0%", "of one value, 6ms or more"),
        ("{at: cancellation, sweep: 3ms}", "{\(fifo)}", "0%", "of one value, 6ms or more"),
    ])
    func whatAnEdgeNeedsIsSaid(edge: String, cache: String, failures: String, said: String) throws {
        let error = try #require(throws: ScenarioError.self) {
            try scenario(
                "  - {name: a, model: closed, clients: 4, operations: 400, edge: \(edge)}", cache: cache,
                failures: failures)
        }
        #expect("\(error)".contains(said) && error.problems.count == 1, "\(error)")
    }

    @Test func aLatencyThatVariesMakesNoEventOfItsOwn() throws {
        let phase = "  - {name: a, model: closed, clients: 4, operations: 400, edge: {at: EVENT, sweep: 1us}}"
        for event in EdgeSettings.Event.allCases {
            let text = phase.replacingOccurrences(of: "EVENT", with: event.rawValue)
            let isPlanned = ![.start, .expiry, .invalidation].contains(event)
            do {
                _ = try scenario(text, latency: "exponential:1ms")
                #expect(!isPlanned)
            } catch {
                #expect(isPlanned && "\(error)".contains("of one value"))
            }
        }
    }

    /// A phase of so many herds is drawn some whole rounds at a time, and is the same as if it were drawn at once.
    @Test(arguments: EdgeSettings.Event.allCases) func herdsAreDrawnAsTheyGo(event: EdgeSettings.Event) throws {
        let (schedule, scenario) = try schedule(event)
        let whole = try StreamBuilder(scenario).stream(for: scenario.phases[0])
        var piece = try StreamBuilder(scenario, pieceLimit: 2 * schedule.requestsPerRound + 1).stream(
            for: scenario.phases[0])
        #expect(piece.count == 2 * schedule.requestsPerRound && piece.goesOn && !whole.goesOn)
        var asked = AskedRequests(of: piece)
        for position in 0..<whole.count {
            if position == piece.first + piece.count { piece = try #require(piece.next()) }
            #expect(piece[position] == whole[position], "request \(position)")
            asked.add(position, piece[position].key)
        }
        #expect(asked.fit.mistake == nil && asked.fit.made == whole.count)
    }

    @Test func timeAloneMayEndThem() throws {
        let scenario = try scenario("  - {name: a, model: closed, clients: 4, duration: 1s, edge: {at: eviction}}")
        let stream = try StreamBuilder(scenario).stream(for: scenario.phases[0])
        let schedule = try #require(EdgeSchedule(scenario.phases[0], in: scenario))
        #expect(stream.limit == nil && stream.goesOn && stream.count == schedule.wholeRounds(in: stream.count))
    }
}
