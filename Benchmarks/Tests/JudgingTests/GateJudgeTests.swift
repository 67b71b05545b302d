import DedupVerification
import Evidence
import EvidenceFixture
import Judging
import Measurement
import Testing

@Suite struct GateJudgeTests {
    /// A phase that has measured enough for the gates that are about it, and no other, ends.
    @Test func aMemoryPhaseGoesOnUntilItsGatesAreDecided() throws {
        let rule = GateStoppingRule(
            try ["memory.leak_bytes_per_op < 2B in long", "memory.leak_bytes_per_op < 1000B", "hit.latency.p99 < 1s"]
                .map {
                    try Gate(parsing: $0)
                })
        #expect(rule.asksAboutGrowth(in: "long") && rule.asksAboutGrowth(in: "short"))
        #expect(
            !GateStoppingRule(try [Gate(parsing: "memory.leak_bytes_per_op < 1B in long")]).asksAboutGrowth(in: "short")
        )
        let flat = EvidenceFixture.memory(slope: 0)
        let few = EvidenceFixture.memory(slope: 0, samples: 12)
        let filling = EvidenceFixture.memory(slope: 64, capacity: 1_000) { 10 * $0 }
        #expect(rule.isDecided(flat, in: "long") && !rule.isDecided(few, in: "long"))
        #expect(!rule.isDecided(filling, in: "long") && rule.isDecided(filling, in: "short"))
        #expect(GateStoppingRule().isDecided(few, in: "long"), "nothing is asked")
    }

    @Test(arguments: [(0, 299, 0.009_969_146_792_899_269), (12, 4, 1), (0, 0, .nan)] as [(Int, Int, Double)])
    func theViolationBoundIsThatOfTheOpportunities(violations: Int, opportunities: Int, bound: Double) throws {
        var phase = PhaseEvidence(name: "storm", isWarmup: false)
        (phase.counts.violations, phase.counts.opportunities) = (violations, opportunities)
        let value = try #require(MetricSet(of: phase)[.proof(.violationBound)]?.value)
        #expect(bound.isNaN ? value.isNaN : abs(value / bound - 1) < 1e-8)
    }

    private static func phase(
        _ name: String, hits: Int, service: UInt64, response: UInt64? = nil
    ) -> PhaseEvidence {
        EvidenceFixture.phase(name, hits: hits, service: service, response: response)
    }

    /// A subject whose history is sound, with these phases.
    private static func subject(_ phases: [PhaseEvidence], gates: [String]) throws -> SubjectReport {
        SubjectReport(EvidenceFixture.subject(phases), gates: try gates.map { try Gate(parsing: $0) })
    }

    /// What is missing might justify what was found, so it says nothing of the subject; whether a phase is named makes no difference.
    @Test(
        arguments: ["dedup.prevented == 100%", "dedup.duplicates < 1 count", "dedup.duplicates < 1 count in storm"],
        [true, false])
    func whatTheCheckerCountedProvesNothingWhereTheHistoryIsNotComplete(gate: String, isComplete: Bool) throws {
        var phase = Self.phase("storm", hits: 100, service: 1_000)
        phase.counts.executions = 20
        phase.counts.duplicateExecutions = 12
        phase.load.observations = [[.history(isComplete: isComplete)]]
        let subject = try Self.subject([phase], gates: [gate])
        #expect(subject.gates.map(\.verdict) == [isComplete ? .fail : .invalid], "\(subject.gates)")
        #expect(subject.verdict == (isComplete ? .fail : .invalid))
        #expect(subject.gates[0].reason.contains("no room for everything") != isComplete)
    }

    private static func memory(_ verdict: LeakVerdict, slope: Double) -> MemoryEvidence {
        EvidenceFixture.memory(slope: slope, samples: verdict == .inconclusive ? 10 : 61)
    }

    @Test func aShortBrokenPhaseDoesNotHideBehindALongOne() throws {
        let phases = [
            Self.phase("long", hits: 20_000, service: 1_000), Self.phase("short", hits: 90, service: 60_000_000),
        ]
        let subject = try Self.subject(phases, gates: ["hit.latency.p99 < 50ms"])
        #expect(subject.metrics[.waited(.hit), .p99]?.value ?? .infinity < 50e6, "pooled, the slow phase does not show")
        #expect(subject.gates.map(\.phase) == ["long", "short"])
        #expect(subject.gates.map(\.verdict) == [.pass, .fail])
        #expect(subject.verdict == .fail)
        #expect(subject.decisiveGates.map(\.phase) == ["short"])
        #expect(subject.verdict(of: subject.phases[0]) == .pass && subject.verdict(of: subject.phases[1]) == .fail)
    }

    /// Hits that take 1 us and come 12 ms after they were intended, as they were released late or waited for a client. A lag that no
    /// limit of the generator's own is passed by spoils a gate of which it is a tenth.
    @Test(
        arguments: [
            (12_000_000, 0, "hit.latency.p99 < 10ms", .invalid), (0, 12_000_000, "hit.latency.p99 < 10ms", .fail),
            (4_000_000, 8_000_000, "hit.latency.p99 < 10ms", .fail), (900_000, 0, "hit.latency.p99 < 10ms", .fail),
            (1_000_000, 0, "response.latency.p50 < 10ms", .invalid), (12_000_000, 0, "hit.latency.p99 < 50ms", .pass),
            (12_000_000, 0, "hit.service.p99 < 500ns", .fail),
        ] as [(UInt64, UInt64, String, Verdict)])
    func aLagIsMeasuredByTheGateThatItSpoils(lag: UInt64, wait: UInt64, gate: String, verdict: Verdict) throws {
        var phase = Self.phase("open", hits: 1_000, service: 1_000, response: 12_001_000)
        for _ in 0..<1_000 {
            phase.latencies.record(lag, .lag)
            phase.latencies.record(wait, .wait)
        }
        let subject = try Self.subject([phase], gates: [gate])
        #expect(subject.gates.map(\.verdict) == [verdict], "\(subject.gates.map(\.reason))")
        #expect((subject.gates.first?.reason.contains("released more than") == true) == (verdict == .invalid))
    }

    @Test func hitRatesAreJudgedInEachPhase() throws {
        var cold = Self.phase("cold", hits: 700, service: 1_000)
        cold.counts.repeatedRequests = 1_000
        cold.counts.attainableHits = 1_000
        let subject = try Self.subject(
            [Self.phase("warm", hits: 90_000, service: 1_000), cold], gates: ["hit_rate.repeat > 80%"])
        #expect(subject.metrics[.hitRate(.repeated)]?.value ?? 0 > 0.8)
        #expect(subject.gates.map(\.verdict) == [.pass, .fail])
    }

    /// Of 1,000 repeated requests a perfect cache could have answered so many, and this one answered 700.
    @Test(arguments: [
        (1_000, "hit_rate.repeat > 80%", Verdict.fail), (800, "hit_rate.repeat > 80%", .invalid),
        (801, "hit_rate.repeat > 80%", .fail), (800, "hit_rate.repeat >= 80%", .fail),
        (750, "hit_rate.repeat > 60%", .pass), (800, "hit_rate.attained > 90%", .fail),
    ])
    func aGateAboveTheCeilingIsMeaningless(attainable: Int, gate: String, verdict: Verdict) throws {
        var phase = Self.phase("storm", hits: 700, service: 1_000)
        phase.counts.repeatedRequests = 1_000
        phase.counts.attainableHits = attainable
        let subject = try Self.subject([phase], gates: [gate])
        #expect(subject.gates.map(\.verdict) == [verdict])
        let reason = subject.gates.first?.reason ?? ""
        #expect(reason.contains("no cache could: the ceiling of these requests is 80.0 %") == (verdict == .invalid))
    }

    /// More than 900 could have been answered, but not with so little room.
    @Test func aGateAboveTheCeilingOfTheCapacityIsMeaninglessToo() throws {
        var phase = Self.phase("storm", hits: 700, service: 1_000)
        (phase.counts.repeatedRequests, phase.counts.attainableHits) = (1_000, 900)
        phase.counts.attainableWithinCapacity = 780
        let subject = try Self.subject([phase], gates: ["hit_rate.repeat > 80%", "hit_rate.repeat > 75%"])
        #expect(subject.gates.map(\.verdict) == [.invalid, .fail])
        #expect(subject.gates.first?.reason.contains("the ceiling of these requests is 78.0 %") == true)
        #expect(subject.metrics[.hitRate(.capacityCeiling)]?.value == 0.78)
    }

    /// Of hits, and of what is served, every request counts, also the first one for a key.
    @Test(arguments: [
        ("hit_rate.hits > 97%", Verdict.invalid), ("hit_rate.served >= 97%", .invalid), ("hit_rate.hits > 90%", .pass),
        ("hit_rate.served > 95%", .fail), ("hit_rate.joins > 97%", .fail),
    ])
    func theCeilingIsOneOfHitsAndOfWhatIsServedToo(gate: String, verdict: Verdict) throws {
        var phase = Self.phase("storm", hits: 940, service: 1_000)
        phase.counts.outcomes[Int(OutcomeClass.executed.rawValue)] = 60
        // Invalidations ask for nothing.
        phase.counts.outcomes[Int(OutcomeClass.invalidated.rawValue)] = 500
        phase.counts.operations = 1_500
        phase.counts.attainableHits = 960
        #expect(try Self.subject([phase], gates: [gate]).gates.map(\.verdict) == [verdict])
    }

    @Test func countsAreJudgedOverTheWholeRun() throws {
        var phases = [Self.phase("one", hits: 5, service: 1), Self.phase("two", hits: 5, service: 1)]
        for index in phases.indices { phases[index].counts.executions = 60 }
        let gates = ["dedup.executions < 100 count", "dedup.executions < 100 count in two"]
        let subject = try Self.subject(phases, gates: gates)
        #expect(subject.gates.map(\.verdict) == [.fail, .pass])
        #expect(subject.gates.map(\.phase) == [nil, "two"])
    }

    @Test func aGateMayNameThePhaseThatItMeans() throws {
        let phases = [
            Self.phase("slow", hits: 900, service: 60_000_000), Self.phase("fast", hits: 900, service: 1_000),
        ]
        let gates = ["hit.latency.p99 < 50ms in fast", "hit.latency.p99 < 50ms in none"]
        let subject = try Self.subject(phases, gates: gates)
        #expect(subject.gates.map(\.verdict) == [.pass, .invalid])
    }

    @Test func warmUpsAreNotHeldAgainstGates() throws {
        var warmUp = Self.phase("warm-up", hits: 900, service: 60_000_000)
        warmUp.isWarmup = true
        let subject = try Self.subject(
            [warmUp, Self.phase("fast", hits: 900, service: 1_000)], gates: ["hit.latency.p99 < 50ms"])
        #expect(subject.gates.map(\.verdict) == [.pass] && subject.verdict(of: subject.phases[0]) == nil)
    }

    @Test func aPhaseWithoutObservationsSaysNothingWhereAnotherHasSome() throws {
        let phases = [Self.phase("silent", hits: 0, service: 1), Self.phase("storm", hits: 900, service: 1_000)]
        #expect(try Self.subject(phases, gates: ["hit.latency.p99 < 50ms"]).gates.map(\.phase) == ["storm"])
        let silent = try Self.subject([phases[0]], gates: ["hit.latency.p99 < 50ms"])
        #expect(silent.gates.map(\.verdict) == [.inconclusive])
        // Unless it asks for nothing then, which is said.
        let asked = try Self.subject([phases[0]], gates: ["hit.latency.p99 < 50ms if any", "dedup.lost == 0 count"])
        #expect(asked.gates.map(\.verdict) == [.pass] && asked.unaskedGates.count == 1)
        let unmeasured = try Self.subject([phases[0]], gates: ["generator.lag.p50 < 50ms if any"])
        #expect(unmeasured.gates.map(\.verdict) == [.invalid] && unmeasured.unaskedGates.isEmpty)
        let slow = Self.phase("slow", hits: 9, service: 60_000_000)
        let found = try Self.subject([phases[0], slow], gates: ["hit.latency.p99 < 50ms if any"])
        #expect(found.gates.map(\.verdict) == [.fail] && found.unaskedGates.isEmpty)
    }

    /// A call may have taken as long as it did because it met the longest stall.
    @Test(
        arguments: [
            (nil, 1_000_000_000, "hit.latency.max < 50ms", .fail),
            (990, 1_000_000_000, "hit.latency.max < 50ms", .invalid),
            (900, 1_000_000_000, "hit.latency.max < 50ms", .fail),
            (990, 1_000_000_000, "hit.latency.p99 < 50ms", .fail),
            (990, 40_000_000, "hit.latency.max < 50ms", .pass),
        ] as [(UInt64?, UInt64, String, Verdict)])
    func theLongestTimeOfAllMayBeThatOfAStall(
        stall: UInt64?, service: UInt64, gate: String, verdict: Verdict
    ) throws {
        var phase = Self.phase("storm", hits: 900, service: service)
        var stalls = StallReport()
        if let stall { stalls.note(5, 5 + stall * 1_000_000, wanted: 0) }
        phase.load.stalls = stalls
        #expect(try Self.subject([phase], gates: [gate]).gates.map(\.verdict) == [verdict])
        // Where calls that met none took as long, the stall is none of the reasons.
        phase.undisturbed = phase.latencies
        let refuted = verdict == .invalid ? .fail : verdict
        let again = try Self.subject([phase], gates: [gate]).gates
        #expect(again.map(\.verdict) == [refuted], "\(again.map(\.reason))")
        phase.undisturbed = LatencyDistributions()
        phase.undisturbed?.record(1_000, .service, .hit)
        #expect(try Self.subject([phase], gates: [gate]).gates.map(\.verdict) == [verdict])
    }

    @Test func inAnOpenLoopAHitIsAsLateAsItsCallerHadToWait() throws {
        let closed = Self.phase("closed", hits: 900, service: 1_000)
        let open = Self.phase("open", hits: 900, service: 1_000, response: 70_000_000)
        let subject = try Self.subject([closed, open], gates: ["hit.latency.p99 < 50ms", "hit.service.p99 < 50ms"])
        #expect(subject.gates.map(\.verdict) == [.pass, .fail, .pass, .pass])
        #expect(subject.total.latencies.waits(.hit)?.count == 1_800)
        #expect(subject.total.latencies.waits(.hit)?.maximum ?? 0 > 69_000_000)
        #expect(subject.total.latencies.waits(.hit)?.minimum == 1_000)
        let onlyOpen = try Self.subject([closed, open], gates: ["response.latency.p99 > 50ms"])
        #expect(onlyOpen.gates.map(\.phase) == ["open"])
    }

    /// What excuses a run excuses it with others.
    @Test func whatTheMachineIsToBlameForStaysSoInAMerge() throws {
        var open = Self.phase("open", hits: 900, service: 1_000, response: 70_000_000)
        (open.load.processors, open.load.foreignProcessors) = (2, 1.5)
        let run = EvidenceFixture.run([EvidenceFixture.subject([open])])
        var other = run
        other.identity.seed = 1
        let merged = try RunMerge.merge([("one", run), ("two", other)], arguments: [], replay: "")
        let gates = [try Gate(parsing: "hit.latency.p99 < 50ms")]
        #expect(RunReport(run, gates: gates).subjects[0].gates.map(\.verdict) == [.invalid])
        #expect(RunReport(merged, gates: gates).subjects[0].gates.map(\.verdict) == [.invalid])
        #expect(merged.subjects[0].phases[0].latencies.waits(.hit)?.count == 1_800)
    }

    @Test(arguments: [
        (true, UInt64(1_000), Verdict.invalid, RunVerdict.invalid), (false, 1_000, .fail, .fail),
        (true, 60_000_000, .fail, .fail),
    ])
    func aSaturatedGeneratorSaysNothingAboutTheSubject(
        isBlamed: Bool, service: UInt64, gate: Verdict, verdict: RunVerdict
    ) throws {
        var open = Self.phase("open", hits: 900, service: service, response: 70_000_000)
        let share = isBlamed ? 0.1 : 0.9
        open.load.observations = [
            [
                .backlog(
                    .init(
                        requests: 9, wait: 60_000_000, subjectShare: share, openShare: 1, madeRequests: 9,
                        variation: 1,
                        intended: 1,
                        started: 2))
            ]
        ]
        for metric in ["hit.latency.p99", "response.latency.p99"] {
            let subject = try Self.subject([open], gates: ["\(metric) < 50ms"])
            #expect(subject.gates.map(\.verdict) == [gate])
            #expect(subject.verdict == verdict)
        }
    }

    /// Others use the machine, or they do not; the wait is too long, or the call itself is.
    @Test(
        arguments: [
            (1.2, UInt64(1_000), Verdict.invalid), (0.1, 1_000, .fail), (1.2, 60_000_000, .fail),
            (nil, 1_000, .fail),
        ] as [(Double?, UInt64, Verdict)])
    func waitingOnABusyMachineSaysNothingAboutTheSubject(others: Double?, service: UInt64, verdict: Verdict) throws {
        var open = Self.phase("open", hits: 900, service: service, response: 70_000_000)
        open.load.processors = 2
        open.load.foreignProcessors = others
        #expect(try Self.subject([open], gates: ["hit.latency.p99 < 50ms"]).gates.map(\.verdict) == [verdict])
    }

    @Test(arguments: [
        (LeakVerdict.inconclusive, 0.0, Verdict.inconclusive), (.leak, 9, .fail), (.clean, 0, .pass),
        (.inconclusive, 9, .inconclusive),
    ])
    func aLimitOnGrowthIsKeptOrBrokenAsTheMemoryVerdictSays(
        verdict: LeakVerdict, slope: Double, gate: Verdict
    ) throws {
        var phase = Self.phase("memory", hits: 900, service: 1_000)
        phase.memory = [Self.memory(verdict, slope: slope)]
        let subject = try Self.subject([phase], gates: ["memory.leak_bytes_per_op < 0.5B"])
        #expect(subject.gates.map(\.verdict) == [gate])
    }

    /// How many entries a cache that may hold 1,000 holds at each sample.
    enum Entries: CaseIterable {
        case filling, full, tooMany, comingAndGoing

        func callAsFunction(_ sample: Int) -> Int {
            switch self {
            case .filling: 100 + sample
            case .full: 1_000
            case .tooMany: 1_000 + sample
            case .comingAndGoing: 500 + sample % 7
            }
        }
    }

    @Test(arguments: Entries.allCases)
    func aCacheThatFillsIsNoLeak(entries: Entries) throws {
        var phase = Self.phase("memory", hits: 900, service: 1_000)
        phase.memory = [EvidenceFixture.memory(slope: 9, capacity: 1_000, entries: { entries($0) })]
        let growth = try #require(try Self.subject([phase], gates: []).growth)
        #expect(growth.verdict == (entries == .filling ? .inconclusive : .leak), "\(growth.explanation)")
        #expect(growth.explanation.contains("still filling") == (entries == .filling))
    }

    @Test func aGateThatAsksForGrowthIsHeldAgainstTheInterval() throws {
        var phase = Self.phase("memory", hits: 900, service: 1_000)
        phase.memory = [Self.memory(.leak, slope: 9)]
        let gates = ["memory.leak_bytes_per_op > 4B", "memory.leak_bytes_per_op < 20B"]
        #expect(try Self.subject([phase], gates: gates).gates.map(\.verdict) == [.pass, .pass])
    }

    @Test func theWorstOfSeveralMemoryPhasesDecides() throws {
        var first = Self.phase("first", hits: 900, service: 1_000)
        first.memory = [Self.memory(.leak, slope: 9)]
        var last = Self.phase("last", hits: 900, service: 1_000)
        last.memory = [Self.memory(.clean, slope: 0)]
        let subject = try Self.subject([first, last], gates: ["memory.leak_bytes_per_op < 0.5B"])
        #expect(subject.gates.map(\.verdict) == [.fail, .pass] && subject.verdict == .fail)
        #expect(subject.growth?.verdict == .leak && subject.total.growth?.slope == 9)
        #expect(subject.phases.map { subject.verdict(of: $0) } == [.fail, .pass])
    }

    @Test func aPhaseThatTheHistoryCutShortIsNoPass() throws {
        var phase = Self.phase("storm", hits: 900, service: 1_000)
        phase.ending = .historyFull
        let subject = try Self.subject([phase], gates: ["hit.latency.p99 < 50ms"])
        #expect(subject.verdict == .inconclusive && subject.gates.map(\.verdict) == [.pass])
        #expect(subject.phases[0].shortfall?.contains("--history-limit") == true)
    }

    @Test(arguments: [
        "dedup.prevented == 100%", "dedup.offered >= 0count", "dedup.duplicates == 0count",
        "dedup.opportunities >= 0count",
        "dedup.executions >= 0count", "dedup.violations == 0count", "dedup.violation_bound < 100%",
        "dedup.lost == 0count",
        "dedup.overlapping_calls >= 0count",
    ])
    func anUncheckedPromiseIsNotProven(_ expression: String) throws {
        let gate = try Gate(parsing: expression)
        var phase = Self.phase("storm", hits: 10, service: 1_000)
        #expect(gate.evaluate(MetricSet(of: phase)).verdict != .fail)
        phase.isVerified = false
        #expect(gate.evaluate(MetricSet(of: phase)).verdict == .inconclusive)
    }
}
