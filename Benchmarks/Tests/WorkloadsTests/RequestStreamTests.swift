internal import Foundation
internal import Testing
internal import Workloads

@Suite struct RequestStreamTests {
    private func scenario(_ changes: String..., yaml: String = minimal) throws -> Scenario {
        try ScenarioLoader.load(
            yaml: yaml, named: "test",
            overrides: changes.map { change throws(ScenarioError) in
                try ScenarioOverride(change)
            })
    }

    private func stream(_ scenario: Scenario, phase: Int = 0) throws -> RequestStream {
        try StreamBuilder(scenario).stream(for: scenario.phases[phase])
    }

    static let minimal = """
        schema_version: 1
        name: test
        seed: 42
        workload:
          keys: {distribution: zipf, count: 1000, skew: 0.9}
          operation: {latency: "lognormal:2ms,sigma:0.5", failures: 10%, value_size: "uniform:100B..4KiB"}
        phases:
          - {name: load, model: closed, clients: 8, operations: 20000}
        """

    /// Draws quickly, for streams of full length.
    static let cheap = "workload={keys: {distribution: burst, count: 10, burst: 100000}}"

    /// A change of this number changes what every recorded result was measured with. FNV-1a over all columns.
    @Test func theSameSeedGivesTheSameRequestsForEver() throws {
        let requests = try stream(scenario())
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for position in 0..<requests.count {
            let request = requests[position]
            let words = [
                UInt64(request.key), UInt64(request.latency), UInt64(request.valueSize), request.fails ? 1 : 0,
                request.intended,
            ]
            for word in words { hash = (hash ^ word) &* 0x100_0000_01B3 }
        }
        #expect(hash == 4_490_988_942_639_310_867)
    }

    @Test func theSystemDoesNotChangeTheRequests() throws {
        let plain = try stream(scenario())
        let matrix = try ScenarioMatrix(["cache.policy=lru,sieve", "cache.ttl=fixed:1s,sliding:1s,max:2s"])
        #expect(matrix.combinations.count == 4)
        for combination in matrix.combinations {
            let other = try ScenarioLoader.load(yaml: Self.minimal, named: "test", overrides: combination)
            #expect(try equal(stream(other), plain))
        }
        #expect(try equal(stream(scenario("duplicates=reject", "subjects=[none]")), plain))
    }

    @Test(arguments: [("key,time_us", "a,1", true), ("key,time_us,size", "a,1,9", false)])
    func recordedSizesHaveToBeRecorded(header: String, line: String, isRefused: Bool) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("sizes-\(UUID().uuidString)").path
        try "\(header)\n\(line)\n".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let scenario = try scenario(
            "keys={distribution: trace, file: \(file)}", "operation={latency: 0s, value_size: recorded}")
        guard isRefused else {
            #expect(try stream(scenario)[0].valueSize == 9)
            return
        }
        let error = try #require(throws: TraceError.self) { try stream(scenario) }
        #expect(error.reason == .noSizes(phase: "load"))
        #expect(error.description.hasPrefix("\(file):size: no such column"), "\(error)")
    }

    @Test(arguments: [("speed: 2x", true), ("speed: max", false)])
    func recordedTimesHaveToBeRecordedWhereTheyMatter(speed: String, isRefused: Bool) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("times-\(UUID().uuidString)").path
        try "key\na\nb\n".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let scenario = try scenario(
            "keys={distribution: trace, file: \(file)}", "phases=[{name: load, model: trace, clients: 4, \(speed)}]")
        guard isRefused else {
            #expect(try stream(scenario).count == 2)
            return
        }
        let error = try #require(throws: TraceError.self) { try stream(scenario) }
        #expect(error.reason == .noTimes(phase: "load") && error.description.contains("speed: max"), "\(error)")
    }

    @Test(arguments: ["seed=43", "phases.load.name=other"])
    func seedAndPhaseChangeTheRequests(change: String) throws {
        #expect(try !equal(stream(scenario(change)), stream(scenario())))
    }

    @Test func oneColumnDoesNotShiftAnother() throws {
        let plain = try stream(scenario())
        let other = try stream(scenario("operation.failures=50%", "operation.latency=exponential:1ms"))
        #expect((0..<plain.count).allSatisfy { plain[$0].key == other[$0].key })
        #expect((0..<plain.count).allSatisfy { plain[$0].valueSize == other[$0].valueSize })
        // More failures are the old ones and others, because both compare the same draws with the share.
        #expect((0..<plain.count).allSatisfy { !plain[$0].fails || other[$0].fails })
    }

    @Test func columnsFollowTheirSettings() throws {
        let requests = try stream(scenario())
        let failures = (0..<requests.count).count { requests[$0].fails }
        // 20,000 requests at 10 %: a standard deviation of 42.
        #expect((1800...2200).contains(failures))
        let latencies = (0..<requests.count).map { requests[$0].latency }.sorted()
        #expect((1_960_000...2_040_000).contains(latencies[requests.count / 2]))
        var sizes: [UInt32: Set<UInt32>] = [:]
        for position in 0..<requests.count {
            sizes[requests[position].key, default: []].insert(requests[position].valueSize)
        }
        #expect(sizes.values.allSatisfy { $0.count == 1 })
        #expect(sizes.values.allSatisfy { $0.allSatisfy { (100...4096).contains($0) } })
        #expect(Set(sizes.values).count > 500)
    }

    @Test(arguments: [
        ("0s", 0 as UInt32, 0 as UInt32), ("4s", 4_000_000_000, 4_000_000_000),
        ("uniform:1ms..3ms", 1_000_000, 3_000_000), ("exponential:4s", 0, 4_000_000_000),
    ])
    func latenciesStayInTheirBounds(text: String, low: UInt32, high: UInt32) throws {
        let requests = try stream(scenario("operation.latency=\(text)"))
        #expect((0..<requests.count).allSatisfy { (low...high).contains(requests[$0].latency) })
    }

    /// A phase that asks for more requests than are drawn at a time, against one whose requests are drawn at once.
    @Test(arguments: [("zipf, skew: 0.9", "exponential:5ms"), ("burst, burst: 7", "null")])
    func whereTheRequestsAreCutMakesNoDifference(keys: String, thinkTime: String) throws {
        let changes = [
            "workload.keys={distribution: \(keys), count: 1000}", "workload.verbs={get: 10%, cancel: 5%}",
            "phases.load.think_time=\(thinkTime)",
        ]
        let scenario = try ScenarioLoader.load(
            yaml: Self.minimal, named: "test", overrides: changes.map { try ScenarioOverride($0) })
        let whole = try stream(scenario)
        #expect(!whole.goesOn && whole.next() == nil)
        // Four times as long for eight clients, and a little shorter, so that it is a multiple of their number.
        var piece = try StreamBuilder(scenario, pieceLimit: 751).stream(for: scenario.phases[0])
        #expect(piece.first == 0 && piece.count == 3_000 && piece.limit == 20_000 && piece.goesOn)
        for position in 0..<20_000 {
            if position == piece.first + piece.count {
                let again = try #require(piece.next())
                piece = try #require(piece.next())
                #expect(piece.first == position && piece.count == 3_000 && equal(piece, again))
            }
            try #require(piece[position] == whole[position], "request \(position)")
            try #require(piece.thinkTime(after: position) == whole.thinkTime(after: position))
        }
        #expect(equal(piece.copy, piece) && piece.copy.goesOn)
    }

    /// Arrivals of an open loop, too: the last piece is as long as what is left.
    @Test(arguments: ["poisson", "constant"], ["phases.load.operations=5000", "phases.load.operations=null"])
    func whereTheArrivalsAreCutMakesNoDifference(model: String, end: String) throws {
        let scenario = try scenario(
            "phases.load.model=\(model)", "phases.load.rate=1000/s", "phases.load.duration=6s", end)
        let whole = try stream(scenario)
        #expect(!whole.goesOn && whole.limit == whole.count && whole.count > 4_900)
        #expect(try !StreamBuilder(scenario, pieceLimit: whole.count / 4 + 1).stream(for: scenario.phases[0]).goesOn)
        var piece = try StreamBuilder(scenario, pieceLimit: 1_100).stream(for: scenario.phases[0])
        #expect(piece.isOpen && piece.count == 1_100 && piece.limit == whole.count)
        for position in 0..<whole.count {
            if position == piece.first + piece.count { piece = try #require(piece.next()) }
            try #require(piece[position] == whole[position], "request \(position)")
        }
        #expect(!piece.goesOn && piece.first + piece.count == whole.count)
    }

    @Test(arguments: ["phases.load.operations=null, phases.load.duration=1s", "phases.load.operations=5000000"])
    func longPhasesAreDrawnPieceByPiece(change: String) throws {
        let changes = [Self.cheap] + change.split(separator: ", ").map(String.init)
        let scenario = try ScenarioLoader.load(
            yaml: Self.minimal, named: "test", overrides: changes.map { try ScenarioOverride($0) })
        let requests = try stream(scenario)
        #expect(requests.limit == scenario.phases[0].operations)
        #expect(requests.count == RequestStream.pieceLimit && requests.goesOn)
    }

    /// Where a piece ends all clients wait for the slowest: many of them get a longer one.
    @Test(arguments: [(1, 1_000_000), (200, 1_000_000), (500, 2_048_000), (7_000, 3_997_000), (100_000, 4_000_000)])
    func piecesAreLongerWhereThereAreManyClients(clients: Int, length: Int) throws {
        let scenario = try scenario(Self.cheap, "phases.load.operations=9000000", "phases.load.clients=\(clients)")
        #expect(try stream(scenario).count == length)
    }

    @Test(arguments: [
        ("", 60_000, [30, 60, 120]), (", max_samples: 75", 37_500, [30, 60, 75]), (", max_samples: 30", 15_000, [30]),
    ])
    func memoryPhasesEndAfterTheMostSamples(most: String, limit: Int, looks: [Int]) throws {
        let scenario = try scenario(
            "phases.load.operations=null", "phases.load.memory={samples: 30\(most), operations: 500}")
        #expect(try stream(scenario).limit == limit)
        #expect(scenario.phases[0].memory?.looks == looks)
    }

    @Test func openLoopsKeepTheIntendedTimes() throws {
        let constant = try stream(
            scenario("phases.load.model=constant", "phases.load.rate=1000/s", "phases.load.duration=2s"))
        #expect(constant.isOpen)
        #expect(constant.count == 2000)
        #expect(constant.limit == 2000)
        #expect(constant[1999].intended == 1_999_000_000)
        let poisson = try stream(scenario("phases.load.model=poisson", "phases.load.rate=1000/s"))
        #expect(poisson.count == 20_000)
        #expect((1..<poisson.count).allSatisfy { poisson[$0 - 1].intended <= poisson[$0].intended })
    }

    @Test func stagesSayHowManyRequestsThereAreAndWhen() throws {
        let stages = "phases.load.stages=[{rate: 1000/s, duration: 2s}, {rate: 0/s..1000/s, duration: 2s}]"
        let constant = try stream(scenario("phases.load.model=constant", "phases.load.operations=null", stages))
        #expect(constant.count == 3_000 && constant.isOpen && constant.limit == 3_000)
        #expect(constant[1_999].intended == 1_999_000_000 && constant[2_250].intended == 3_000_000_000)
        #expect(try stream(scenario("phases.load.model=poisson", "phases.load.operations=500", stages)).count == 500)
    }

    @Test func clientsThinkAsLongAsIsDrawn() throws {
        let thinking = try stream(scenario("phases.load.think_time=exponential:5ms"))
        let times = (0..<thinking.count).map { Double(thinking.thinkTime(after: $0)) }
        #expect(thinking.hasThinkTimes && abs(times.reduce(0, +) / Double(times.count) / 5e6 - 1) < 0.05)
        #expect(thinking.thinkTime(after: thinking.count + 3) == thinking.thinkTime(after: 3))
        let plain = try stream(scenario())
        #expect(!plain.hasThinkTimes && plain.thinkTime(after: 3) == 0)
        #expect((0..<plain.count).allSatisfy { plain[$0] == thinking[$0] }, "the requests are the same")
    }

    @Test func gitOperationsHaveOneKeyForEachCommandInEachRepository() throws {
        let git = "operation={kind: git, repositories: 4, commits: 2, files: 3, steps: [status, log, show]}"
        let scenario = try scenario(git, "keys.count=null")
        let requests = try stream(scenario)
        #expect(requests.keyCount == 12)
        #expect(Set((0..<requests.count).map { requests[$0].key }) == Set(0..<12))
    }

    @Test func theAuditAcceptsAStreamAndItsPrefixes() throws {
        let scenario = try scenario()
        let sampler = KeySampler(try #require(scenario.distribution(of: scenario.phases[0])), seed: scenario.seed)
        for issued in [500, 20_000, 100_000] {
            #expect(try fits(stream(scenario), asked: 0..<issued, against: sampler))
        }
        let other = KeySampler(.zipf(count: 1000, skew: 0.7), seed: scenario.seed)
        #expect(try !fits(stream(scenario), asked: 0..<20_000, against: other))
        // A phase that time ends leaves gaps; which keys are in them must not depend on the keys.
        let requests = try stream(scenario)
        #expect(fits(requests, asked: (0..<20_000).filter { $0 % 4 != 1 }, against: sampler))
        let withoutTheHottest = (0..<20_000).filter { requests[$0].key != sampler.keyOfRank[0] }
        #expect(!fits(requests, asked: withoutTheHottest, against: sampler))
    }

    @Test func theAuditFollowsBursts() throws {
        let scenario = try scenario("keys={distribution: burst, count: 50, burst: 8}")
        let sampler = KeySampler(try #require(scenario.distribution(of: scenario.phases[0])), seed: scenario.seed)
        #expect(try fits(stream(scenario), asked: 0..<19_997, against: sampler))
        #expect(try fits(stream(scenario), asked: (0..<20_000).filter { $0 % 8 < 3 }, against: sampler))
        let torn = KeySampler(.burst(count: 50, skew: 0, size: 9), seed: scenario.seed)
        #expect(try !fits(stream(scenario), asked: 0..<20_000, against: torn))
    }

    @Test func lostAddedAndChangedRequestsAreNoticed() throws {
        let requests = try stream(scenario("phases.load.operations=300"))
        var asked = (0..<300).map { (position: $0, key: requests[$0].key) }
        #expect(fit(asked, of: requests) == RequestFit(made: 300))
        let again = fit(asked + [asked[7]], of: requests)
        #expect(again.made == 301 && again.position == 7 && again.mistake == .twice)
        #expect(fit(asked.dropLast(), of: requests) == RequestFit(made: 299))
        let prepared = asked[7].key
        asked[7].key += 1
        let changed = fit(asked, of: requests)
        #expect(changed.position == 7 && changed.mistake == .key(asked: prepared + 1, prepared: prepared))
    }

    /// More pieces than the audit keeps, in the order in which two workers asked for them.
    @Test func requestsOfEveryPieceAreKnownToTheAudit() throws {
        let scenario = try scenario()
        let whole = try stream(scenario)
        let first = try StreamBuilder(scenario, pieceLimit: 200).stream(for: scenario.phases[0])
        var asked = ([0, 1].flatMap { Array(stride(from: $0, to: 20_000, by: 2)) })
            .map { (position: $0, key: whole[$0].key) }
        #expect(fit(asked, of: first) == RequestFit(made: 20_000))
        let sampler = KeySampler(try #require(scenario.distribution(of: scenario.phases[0])), seed: scenario.seed)
        #expect(fits(first, asked: 0..<20_000, against: sampler, keys: whole))
        asked[19_500].key += 1
        #expect(fit(asked, of: first).position == asked[19_500].position)
    }

    /// What is drawn later counts, too: a run that repeated its first piece is not a sample of the distribution.
    @Test func laterPiecesAreEvidence() throws {
        let scenario = try scenario("keys.distribution=uniform", "keys.count=1000", "keys.skew=null")
        let sampler = KeySampler(try #require(scenario.distribution(of: scenario.phases[0])), seed: scenario.seed)
        let first = try StreamBuilder(scenario, pieceLimit: 400).stream(for: scenario.phases[0])
        var drawn = DrawnKeys(of: first, against: sampler)
        for position in 0..<20_000 { drawn.add(position, first[position % first.count].key) }
        #expect(try #require(drawn.fit.pValue) < 1e-6)
    }

    private func fit(_ asked: [(position: Int, key: UInt32)], of stream: RequestStream) -> RequestFit {
        var requests = AskedRequests(of: stream)
        for (position, key) in asked { requests.add(position, key) }
        return requests.fit
    }

    /// Whether the keys at some positions are a sample of a distribution.
    private func fits(
        _ stream: RequestStream, asked positions: some Sequence<Int>, against sampler: KeySampler,
        keys: RequestStream? = nil
    ) -> Bool {
        var drawn = DrawnKeys(of: stream, against: sampler)
        for position in positions { drawn.add(position, (keys ?? stream)[position].key) }
        let fit = drawn.fit
        return fit.tornBurst == nil && fit.foreignKey == nil && fit.pValue ?? 0 >= 1e-6
    }

    private func equal(_ left: RequestStream, _ right: RequestStream) -> Bool {
        left.first == right.first && left.count == right.count
            && (left.first..<left.first + left.count).allSatisfy { left[$0] == right[$0] }
    }
}
