import DedupVerification
import Evidence
import EvidenceFixture
import Measurement
import Testing

@Suite struct RunMergeTests {
    private static func merge(_ runs: RunEvidence...) throws -> RunEvidence {
        // Each is a run of its own, whatever the test gives it to hold.
        var runs = runs
        for index in runs.indices where runs[index].parts.isEmpty && runs[index].identity.seed == 42 {
            runs[index].identity.seed = UInt64(index) + 100
        }
        return try RunMerge.merge(
            runs.enumerated().map { ("run \($0 + 1)", $1) }, arguments: ["merge", "a b"],
            replay: "dedupbench merge 'a b'")
    }

    private static func run(hits: Int, latency: UInt64, start: UInt64, seconds: UInt64) -> RunEvidence {
        var subject = EvidenceFixture.subject(hits: hits, latency: latency)
        for index in subject.phases.indices { subject.phases[index].start = start }
        subject.phases[1].duration = seconds * 1_000_000_000
        subject.phases[1].load.backlogged = 3
        var stalls = StallReport()
        stalls.note(start + 5, start + 20_000_005, wanted: 1_000_000)
        subject.phases[1].load.stalls = stalls
        subject.phases[1].allocatedEnd = 100
        return EvidenceFixture.run([subject])
    }

    @Test func whatAddsUpIsAddedAndPercentilesAreThoseOfAllCalls() throws {
        let merged = try Self.merge(
            Self.run(hits: 900, latency: 1_000, start: 7, seconds: 2),
            Self.run(hits: 100, latency: 1_000_000, start: 1 << 40, seconds: 4))
        let phase = merged.subjects[0].phases[1]
        #expect(phase.counts.operations == 1_002 && phase.counts.executions == 2 && phase.isVerified)
        let hits = try #require(phase.latencies.waits(.hit))
        #expect(hits.count == 1_000 && hits.percentile(90) == 1_000 && hits.percentile(91) ?? 0 >= 999_000)
        #expect(phase.duration == 4_000_000_000 && phase.throughput == 1_002 / 4.0)
        #expect(phase.load.backlogged == 6 && phase.allocatedEnd == 200 && phase.memory.count == 2)
        #expect(phase.start == 0 && phase.load.stalls?.windows.map(\.start) == [5, 5], "clocks do not compare")
        #expect(merged.subjects[0].verification?.total.operations == 1_002)
        #expect(merged.identity.id == "20260101T000000Z-storm-abc1234-merged" && merged.parts.count == 2)
        #expect(merged.identity.replay == "dedupbench merge 'a b'")
    }

    @Test func theFloorsOfTheHarnessAddUpPhaseByPhase() throws {
        let floors = [["storm": 3, "calm": 5], ["storm": 10], [:]].map { (floors: [String: Int]) in
            floors.sorted { $0.key < $1.key }.map { phase, latency in
                var hits = LatencyHistogram()
                hits.record(UInt64(latency))
                return PhaseFloor(phase: phase, hits: hits)
            }
        }
        let runs = floors.map { floors in
            var run = Self.run(hits: 1, latency: 1, start: 1, seconds: 1)
            run.subjects[0].floors = floors.isEmpty ? nil : floors
            return run
        }
        let sum = try Self.merge(runs[2], runs[0], runs[1]).subjects[0].floors ?? []
        #expect(sum.map(\.phase) == ["calm", "storm"] && sum.map(\.hits.count) == [1, 2])
        #expect(sum[1].hits.maximum == 10)
    }

    /// Which of them was steady is judged of each, not here.
    @Test func theWarmUpOfEachProcessIsKept() throws {
        func warmUp(_ requests: Int) -> WarmUpEvidence {
            var warmUp = WarmUpEvidence()
            warmUp.add(requests: requests, served: 1, hitP50: nil, liveEntries: nil)
            return warmUp
        }
        let runs = (1...4).map { number in
            var run = Self.run(hits: 1, latency: 1, start: 1, seconds: 1)
            if number != 2 { run.subjects[0].phases[0].warmUp = warmUp(number) }
            return run
        }
        let pairs = [try Self.merge(runs[0], runs[1]), try Self.merge(runs[2], runs[3])]
        #expect(pairs[0].subjects[0].phases[0].otherWarmUps == nil)
        #expect(pairs[1].subjects[0].phases[0].warmUps == [warmUp(3), warmUp(4)])
        #expect(try Self.merge(runs[1], runs[1]).subjects[0].phases[0].warmUps.isEmpty)
        let all = try Self.merge(runs[0], runs[1], runs[2], runs[3]).subjects[0].phases[0]
        #expect(all.warmUps == [warmUp(1), warmUp(3), warmUp(4)])
    }

    @Test func herdsAtAnEventAddUpStepByStepIfTheSameWasSwept() throws {
        let runs = [-50..<0, -50..<0, -60..<0].map { (first: Range<Int64>) in
            var run = Self.run(hits: 1, latency: 1, start: 1, seconds: 1)
            var edge = EdgeEvidence(event: "expiry", steps: [first, 0..<50])
            (edge.steps[1].herds, edge.steps[1].violations, edge.steps[1].outcomes[0]) = (2, 1, 3)
            (edge.outside, edge.missed) = (4, 5)
            run.subjects[0].phases[1].edge = edge
            return run
        }
        let sum = try #require(try Self.merge(runs[0], runs[1]).subjects[0].phases[1].edge)
        #expect(sum.steps[0] == EdgeEvidence.Step(-50..<0) && sum.total.herds == 4 && sum.total.violations == 2)
        #expect(sum.steps[1].calls == 6 && sum.outside == 8 && sum.missed == 10)
        #expect(try Self.merge(runs[0], runs[2]).subjects[0].phases[1].edge == nil)
    }

    @Test func theOrderAndTheGroupingOfRunsMakeNoDifference() throws {
        let runs = [(300, 1_000, 1), (200, 5_000, 2), (100, 80_000, 3)].map { hits, latency, seconds in
            var run = Self.run(hits: hits, latency: UInt64(latency), start: 9, seconds: UInt64(seconds))
            run.identity.seed = UInt64(seconds)
            return run
        }
        let phases = try [
            Self.merge(runs[0], runs[1], runs[2]), Self.merge(runs[2], runs[0], runs[1]),
            Self.merge(Self.merge(runs[0], runs[1]), runs[2]),
        ].map { $0.subjects[0].phases[1] }
        for phase in phases.dropFirst() {
            #expect(phase.counts == phases[0].counts && phase.latencies == phases[0].latencies)
            #expect(phase.duration == phases[0].duration && phase.load.backlogged == phases[0].load.backlogged)
        }
        #expect(try Self.merge(Self.merge(runs[0], runs[1]), runs[2]).parts.count == 3)
    }

    @Test func aViolationInOneProcessIsOneOfTheWhole() throws {
        var broken = EvidenceFixture.subject(broken: true)
        broken.phases[0].start = 900
        broken.ending = .interrupted("by Ctrl-C")
        broken.phases[1].ending = .stopped
        let merged = try Self.merge(EvidenceFixture.run([EvidenceFixture.subject()]), EvidenceFixture.run([broken]))
        let subject = merged.subjects[0]
        #expect(subject.verification?.verdict == .fail && subject.verification?.violations.isEmpty == false)
        #expect(subject.verification?.violations.first?.executions.first?.begin == 100, "counted from the start")
        #expect(subject.ending == .interrupted("by Ctrl-C") && subject.phases[1].ending == .stopped)
        #expect(EvidenceFile.text(merged).contains("\"parts\""))
    }

    @Test func aRunThatIsThereTwiceIsRefused() throws {
        let run = EvidenceFixture.run([EvidenceFixture.subject()])
        var other = run
        other.identity.seed = 9
        for runs in [
            [("one", run), ("two", run)], [("one", run), ("two", other), ("three", run)],
            [
                ("one", try RunMerge.merge([("a", run), ("b", other)], arguments: [], replay: "")), ("two", other),
            ],
        ] {
            let error = #expect(throws: MergeError.self) { try RunMerge.merge(runs, arguments: [], replay: "") }
            #expect(error?.description.contains("hold one run") == true, "\(error?.description ?? "")")
        }
    }

    @Test func theWorstEndingCountsWhateverTheOrder() throws {
        let endings = [SubjectEnding.finished, .interrupted("b"), .interrupted("a"), .hung("c")]
        for first in endings {
            for second in endings {
                let runs = [first, second].map { ending -> RunEvidence in
                    var subject = EvidenceFixture.subject()
                    subject.ending = ending
                    var run = EvidenceFixture.run([subject])
                    if let reason = ending.reason { run.interruption = RunInterruption(reason, exitCode: 130) }
                    return run
                }
                let (one, two) = (try Self.merge(runs[0], runs[1]), try Self.merge(runs[1], runs[0]))
                #expect(one.subjects[0].ending == two.subjects[0].ending && one.interruption == two.interruption)
                #expect([first, second].contains(one.subjects[0].ending))
                if [first, second].contains(.hung("c")) { #expect(one.subjects[0].ending == .hung("c")) }
            }
        }
    }

    @Test func clientsAddUpAndWhatIsKnownOfOneOnlyIsNotKnown() throws {
        var (one, two) = (EvidenceFixture.subject(), EvidenceFixture.subject())
        (one.phases[1].load.clients, two.phases[1].load.clients) = (4, 5)
        one.phases[1].allocatedEnd = 7
        let phase = try Self.merge(EvidenceFixture.run([one]), EvidenceFixture.run([two])).subjects[0].phases[1]
        #expect(phase.load.clients == 9 && phase.allocatedEnd == nil)
    }

    @Test func runsThatDoNotCompareAreRefusedByName() throws {
        let run = EvidenceFixture.run([EvidenceFixture.subject()])
        var scenario = run
        scenario.resolvedScenario = "name: storm\nkeys: 5\n"
        var seed = run
        seed.resolvedScenario = "seed: 9\nname: storm\n# run with this and that\n"
        var phases = run
        phases.subjects[0].phases.removeLast()
        let subjects = EvidenceFixture.run([EvidenceFixture.subject("reference")])
        #expect(try Self.merge(run, seed).subjects.count == 1, "another seed is the same scenario")
        for (other, problem) in [
            (scenario, "another scenario than run 1: it has `keys: 5` where that has nothing"),
            (subjects, "run 2 drove reference, and run 1 drove dedup"), (phases, "did not run the same phases"),
        ] {
            let error = #expect(throws: MergeError.self) { try Self.merge(run, other) }
            #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        }
    }
}
