import DedupBenchKit
import DedupVerification
import Evidence
import Judging
import LoadGeneration
import Measurement
import Testing
import Workloads

/// The arithmetic of a phase, over records made by hand.
@Suite struct PhaseAnalysisTests {
    /// A request of an open loop as it went, in milliseconds from the start of the phase.
    struct Record {
        var intended: UInt64
        var release: UInt64
        var backlogged = false
        var start: UInt64
        var end: UInt64
    }

    private static let start: UInt64 = 1_000_000_000
    private static let subject = SubjectBlueprint(name: "made by hand", summary: "") { _ in ExecutingSubject() }

    /// What is found in a phase of an open loop with these requests, each for a key of its own.
    private func open(
        _ records: [Record], workers: Int = 1, configuration: LoadConfiguration = LoadConfiguration(),
        stalls: [ClosedRange<UInt64>] = []
    ) throws -> PhaseEvidence {
        let time = { (milliseconds: UInt64) in Self.start + milliseconds * 1_000_000 }
        let requests = records.enumerated().map {
            Request(key: UInt32($0), intended: $1.intended * 1_000_000)
        }
        let releases = ReleaseTimes(count: records.count)
        var history = History()
        for (number, record) in records.enumerated() {
            releases.note(number, at: time(record.release), backlogged: record.backlogged)
            history.calls.append(
                Call(
                    request: UInt32(number), key: UInt32(number), intended: time(record.intended),
                    start: time(record.start), end: time(record.end), outcome: .hit, execution: 1))
        }
        try releases.finish()
        var configuration = configuration
        configuration.workers = workers
        let scenario = TestLoad.closed(requests, clients: workers * 4) { $0.isReplayed() }
        let plan = try LoadPlan(
            scenario, streams: [RequestStream(requests, isOpen: true)], blocks: false, configuration: configuration)
        var trace = PhaseTrace(plan: plan.phases[0], releases: releases)
        (trace.start, trace.end) = (Self.start, time(records.map(\.end).max() ?? 0))
        var report = StallReport()
        for stall in stalls { report.note(time(stall.lowerBound), time(stall.upperBound), wanted: 0) }
        trace.stalls = report
        return try #require(try PhaseAnalysis(scenario, history, [trace]).evidence.first)
    }

    private func finding(_ name: String, in phase: PhaseEvidence) throws -> AuditFinding {
        try #require(phase.audits.first { $0.name == name })
    }

    @Test func whatMetAStallIsToldFromWhatDidNot() throws {
        let records = [
            Record(intended: 0, release: 0, start: 0, end: 2), Record(intended: 10, release: 10, start: 10, end: 40),
            // Its caller waited from within the stall on.
            Record(intended: 20, release: 41, start: 41, end: 43),
            Record(intended: 44, release: 44, start: 44, end: 50),
            Record(intended: 70, release: 70, start: 70, end: 73),
            Record(intended: 80, release: 80, start: 80, end: 99),
        ]
        let phase = try open(records, stalls: [20...40, 85...97])
        let waited = { (latencies: LatencyDistributions?) in
            latencies?.waits(.hit).map { ($0.count, $0.maximum.map { $0 / 1_000_000 }) }
        }
        #expect(try #require(waited(phase.latencies)) == (6, 30))
        #expect(try #require(waited(phase.undisturbed)) == (3, 6))
        #expect(try open(records).undisturbed == nil, "There was no stall.")
        // Two phases together, of which one had no stall.
        let both = PhaseEvidence.sum([phase, try open(records)])
        #expect(try #require(waited(both.undisturbed)) == (9, 30))
    }

    @Test func lagIsThePacersAndWaitIsForAClient() throws {
        let phase = try open([
            Record(intended: 0, release: 3, start: 3, end: 10),
            Record(intended: 5, release: 5, backlogged: true, start: 9, end: 12),
            Record(intended: 8, release: 7, start: 8, end: 8),
        ])
        #expect(phase.latencies.all(.lag).maximum.map { $0 / 10_000 } == 300, "only the first was released late")
        #expect(phase.latencies.all(.wait).count == 3 && phase.latencies.all(.wait).minimum == 0)
        #expect(phase.load.backlogged == 1)
        #expect(phase.latencies.all(.response).count == 3 && phase.latencies.all(.response).minimum == 0)
        #expect(phase.duration == 12_000_000)
    }

    @Test func callsThatAreOpenAtOnceAreCountedByTheirTimes() throws {
        let phase = try open([
            Record(intended: 0, release: 0, start: 0, end: 10), Record(intended: 0, release: 0, start: 5, end: 20),
            // Begins when the second ends, which is no overlap.
            Record(intended: 0, release: 0, start: 20, end: 25),
        ])
        #expect(phase.load.maximumConcurrency == 2 && phase.load.meanConcurrency == 30.0 / 25)
    }

    private static func call(released: UInt64, _ start: UInt64, _ end: UInt64) -> Record {
        Record(intended: 0, release: released, start: start, end: end)
    }

    static let long = call(released: 0, 0, 90)
    static let short = call(released: 0, 0, 1)
    static let waits: [(records: [Record], share: Double)] = [
        // The second worker has nothing to do, and lets its request wait.
        ([long, call(released: 0, 80, 81)], 0),
        // The first worker is busy all the time, or half of it.
        ([long, short, call(released: 10, 90, 91)], 1), ([long, short, call(released: 60, 120, 121)], 0.5),
        ([long], 0),
    ]

    /// Two workers have even and odd requests. While a call of its own is open the subject holds a worker up, at any other
    /// time the generator does, whatever the other worker is at.
    @Test(arguments: waits)
    func waitingIsTheSubjectsWhileItsWorkerHasACallOpen(records: [Record], share: Double) throws {
        let phase = try open(records, workers: 2)
        #expect(phase.load.subjectShareOfWaiting == share)
    }

    @Test func waitingWhileNoCallIsOpenIsTheGenerators() throws {
        let phase = try open([Record(intended: 0, release: 0, start: 70, end: 71)])
        let backlog = try finding("backlog", in: phase)
        #expect(!backlog.passed && backlog.blame == .generator && backlog.explanation.contains("saturated"))
    }

    /// Calls of 100 ms, and a request every 50 ms: of four hundred, the last one begins twenty seconds late. Or there are pauses in which
    /// the one client catches up.
    @Test(arguments: [(0, true), (10, false)] as [(UInt64, Bool)])
    func whatTheSubjectHoldsUpInTheEndItDoesNotKeepUpWith(pause: UInt64, isBehind: Bool) throws {
        var free: UInt64 = 0
        let records = (0..<UInt64(400)).map { number in
            let intended = 50 * number + (pause > 0 ? number / 10 * 500 : 0)
            let start = max(intended, free)
            free = start + 100
            return Record(intended: intended, release: intended, backlogged: start > intended, start: start, end: free)
        }
        let backlog = try finding("backlog", in: try open(records))
        #expect(!backlog.passed && (backlog.blame == .subject) == isBehind && backlog.blame != .generator, "\(backlog)")
        #expect(backlog.explanation.contains(isBehind ? "does not keep up" : "chance may explain"), "\(backlog)")
    }

    @Test func aWaitWithinTheLimitIsNoBacklog() throws {
        let phase = try open([Record(intended: 0, release: 0, start: 50, end: 51)])
        #expect(try finding("backlog", in: phase).passed && phase.audits.allSatisfy { $0.passed })
    }

    @Test func aGeneratorThatCannotKeepUpMakesThePhaseInvalid() throws {
        // A request is intended every millisecond and released every two; the last one is 100 ms late.
        let late = (0...100).map { Record(intended: $0, release: 2 * $0, start: 2 * $0, end: 2 * $0) }
        let phase = try open(late)
        let failed = phase.audits.filter { !$0.passed }
        #expect(failed.map(\.name) == ["pace", "lag"] && failed.allSatisfy { $0.blame == .generator })
        #expect(failed.allSatisfy { $0.explanation.contains("saturated") })
        // The same, judged again by a larger limit.
        #expect(AuditJudge(AuditLimits(lag: .milliseconds(100))).findings(of: phase).allSatisfy { $0.passed })
    }

    @Test func aFewReleasesMayBeLateButNotOneInAHundred() throws {
        let one = { (count: Int) in
            (0..<UInt64(count)).map { number in
                Record(
                    intended: number, release: number == 0 ? 60 : max(number, 60), start: max(number, 60),
                    end: max(number, 60))
            }
        }
        // Those of the first 9 milliseconds are released more than 50 ms late, of 2,000 or of 500.
        #expect(try finding("lag", in: try open(one(2_000))).passed)
        #expect(try !finding("lag", in: try open(one(500))).passed)
    }

    @Test func whatIsServedIsAsOldAsItsExecutionIsOver() throws {
        let requests = TestLoad.requests(4, keys: 4)
        var history = History()
        history.executions = [Execution(id: 1, key: 0, begin: Self.start, end: Self.start + 1_000)]
        for (number, (start, outcome)) in [
            (900, OutcomeClass.executed), (1_500, .hit), (4_000, .stale), (950, .hit),
        ].enumerated() {
            history.calls.append(
                Call(
                    request: UInt32(number), key: 0, start: Self.start + UInt64(start), end: Self.start + 5_000,
                    outcome: outcome, execution: 1))
        }
        let scenario = TestLoad.closed(requests, clients: 4)
        let plan = try LoadPlan(
            scenario, streams: [RequestStream(requests, limit: 4)], blocks: false, configuration: LoadConfiguration())
        var trace = PhaseTrace(plan: plan.phases[0])
        (trace.start, trace.end) = (Self.start, Self.start + 6_000)
        let analysis = try PhaseAnalysis(scenario, history, [trace])
        let phase = try #require(analysis.evidence.first)
        let (hits, stale) = (phase.latencies[.age, .hit], phase.latencies[.age, .stale])
        #expect(hits?.count == 2 && hits?.minimum == 0 && hits?.percentile(100) == 500)
        #expect(stale?.count == 1 && stale?.minimum ?? 0 > 2_990 && phase.latencies.all(.age).count == 3)
    }

    @Test func callsThatDidNotReturnAreStuckAndTheOthersAreNot() throws {
        let requests = TestLoad.requests(3, keys: 3)
        var history = History()
        for number in UInt32(0)..<3 {
            history.calls.append(
                Call(
                    request: number, key: number + 5, start: Self.start, end: number == 1 ? 0 : Self.start + 9,
                    outcome: .hit, execution: 1))
        }
        let scenario = TestLoad.closed(requests, clients: 1)
        let plan = try LoadPlan(
            scenario, streams: [RequestStream(requests, limit: 3)], blocks: false, configuration: LoadConfiguration())
        var trace = PhaseTrace(plan: plan.phases[0])
        (trace.start, trace.end, trace.ending) = (Self.start, Self.start + 7_000_000, .hung)
        let phase = try #require(
            try PhaseAnalysis(scenario, history, [trace]).evidence.first)
        #expect(phase.stuck.map(\.description) == ["request 1 for key 6, open for 7 ms"])
        #expect(phase.latencies.all(.service).count == 2 && phase.isPartial)
    }

    @Test func blockingCallsThatNeverOverlapAreASignOfStarvation() throws {
        let requests = TestLoad.requests(4, keys: 4)
        var history = History()
        for number in UInt64(0)..<4 {
            let start = Self.start + number * 2_000_000
            history.calls.append(
                Call(
                    request: UInt32(number), key: UInt32(number), start: start, end: start + 2_000_000, outcome: .hit,
                    execution: 1))
        }
        let scenario = TestLoad.closed(requests, clients: 2)
        for (blocks, isStarved) in [(true, true), (false, false)] {
            let plan = try LoadPlan(
                scenario, streams: [RequestStream(requests, limit: 4)], blocks: blocks,
                configuration: LoadConfiguration())
            var trace = PhaseTrace(plan: plan.phases[0])
            (trace.start, trace.end) = (Self.start, Self.start + 8_000_000)
            let phase = try #require(
                try PhaseAnalysis(scenario, history, [trace]).evidence.first)
            #expect(try finding("concurrency", in: phase).passed != isStarved)
        }
    }
}
