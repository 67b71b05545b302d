import Evidence
import EvidenceFixture
import Judging
import Testing

/// What may be part of a baseline, and what it is called.
@Suite struct BaselineTests {
    /// A run with an id of its own.
    private static func run(_ number: Int, _ subjects: [SubjectEvidence] = [EvidenceFixture.subject()]) -> RunEvidence {
        var run = EvidenceFixture.run(subjects)
        run.identity.id = "run-\(number)"
        run.resolvedScenario = "name: storm\nseed: 1\nphases:\n- name: storm\ngates:\n- \"a > 1\"\nsubjects:\n- dedup\n"
        return run
    }

    @Test(arguments: ["main", "v1.2_3-x", "9", String(repeating: "a", count: 100)])
    func aPlainNameIsFine(_ name: String) {
        #expect(Baseline.problem(ofName: name) == nil)
    }

    @Test(arguments: [
        ("", "needs a name"), (".main", "begin with"), ("-main", "begin with"), ("a/b", "use letters"),
        ("..", "begin with"), ("a b", "use letters"), ("ü", "use letters"), ("a\n", "use letters"),
        (String(repeating: "a", count: 101), "at most 100"),
    ])
    func aNameThatIsNoFileIsRefused(_ name: String, _ problem: String) {
        #expect(Baseline.problem(ofName: name)?.contains(problem) == true)
    }

    @Test func theOldestRunGoesWhereThereAreTooMany() throws {
        var baseline = Baseline(name: "main")
        let subjects = [EvidenceFixture.subject(hits: 2)]
        for number in 0..<Baseline.capacity + 2 { try baseline.add(Self.run(number, subjects)) }
        #expect(baseline.runs.count == Baseline.capacity && baseline.runs[0].identity.id == "run-2")
    }

    @Test func runsStandInTheOrderInWhichTheyWereMade() throws {
        var baseline = Baseline(name: "main")
        for hour in [15, 11, 13] {
            var run = Self.run(hour)
            run.identity.startedAt = "2026-11-28T\(hour):00:00Z"
            try baseline.add(run)
        }
        #expect(baseline.runs.map(\.identity.id) == ["run-11", "run-13", "run-15"])
    }

    @Test func gatesAndSubjectsDoNotMakeAnotherScenario() throws {
        var baseline = Baseline(name: "main")
        try baseline.add(Self.run(1))
        let first = Self.run(1).resolvedScenario
        let same = first.replacing("a > 1", with: "b > 2").replacing("- dedup", with: "- none") + "# a comment\n"
        #expect(baseline.mismatch(with: same) == nil)
        let digests = [first, same, first.replacing("seed: 1", with: "seed: 2")].map {
            ScenarioLines.load(of: $0).digest
        }
        #expect(digests[0] == digests[1] && digests[0] != digests[2] && digests[0].count == 12)
        let seed = try #require(baseline.mismatch(with: first.replacing("seed: 1", with: "seed: 2")))
        #expect(seed == "it has `seed: 2` where that has `seed: 1`")
        let longer = try #require(baseline.mismatch(with: first + "more: 1\n"))
        #expect(longer == "it has `more: 1` where that has nothing")
    }

    @Test func whatARunWasHeldAgainstIsNotKept() throws {
        var run = Self.run(1)
        run.baseline = BaselineEvidence(name: "other", runs: [], isDemanded: true)
        var baseline = Baseline(name: "main")
        try baseline.add(run)
        #expect(baseline.runs[0].baseline == nil)
    }

    @Test(arguments: [
        ("interrupted", "did not come to its end"), ("skipped", "did not come to its end"),
        ("hung", "did not come to its end"), ("merged", "merged from several"), ("invalid", "is invalid"),
        ("twice", "would count twice"), ("other", "another scenario"),
    ])
    func aRunThatNothingCanBeHeldAgainstIsRefused(_ kind: String, _ problem: String) throws {
        var baseline = Baseline(name: "main")
        try baseline.add(Self.run(1))
        var run = Self.run(kind == "twice" ? 1 : 2)
        switch kind {
        case "interrupted": run.interruption = RunInterruption("interrupted by Ctrl-C", exitCode: 130)
        case "skipped": run.skipped = ["none"]
        case "hung": run.subjects[0].ending = .hung("no call returned")
        case "merged":
            run = try RunMerge.merge([("one", Self.run(2)), ("two", Self.run(3))], arguments: [], replay: "")
        case "other": run.resolvedScenario += "more: 1\n"
        case "invalid":
            run.subjects[0].phases[1].load.observations = [[.lag(60_000_000)]]
        default: break
        }
        let error = #expect(throws: BaselineRefusal.self) { try baseline.add(run) }
        #expect(error?.description.contains(problem) == true && baseline.runs.count == 1)
    }

    @Test func theRecordOfARunHasWhatWasMeasuredAndNothingElse() throws {
        let record = RunRecord(RunReport(Self.run(1), gates: []))
        #expect(record.id == "run-1" && record.verdict == "pass" && record.subjects.map(\.name) == ["dedup"])
        let phase = try #require(record.phase("storm", of: "dedup"))
        #expect(phase.operations == 501 && phase.figures["hit.latency.p50"]?.value == 1_000)
        #expect(phase.figures["memory.leak_bytes_per_op"]?.high != nil && phase.figures["joined.wakeup.p99"] == nil)
        #expect(record.phase("all", of: "dedup")?.figures["dedup.violations"]?.value == 0)
        #expect(record.phase("warm", of: "dedup") == nil, "a warm-up is not judged")
    }
}
