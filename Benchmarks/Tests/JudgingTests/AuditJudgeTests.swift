import DedupVerification
import Evidence
import EvidenceFixture
import Judging
import Testing
import Workloads

/// What the audits say of figures that are made up.
@Suite struct AuditJudgeTests {
    private static func phase(_ observations: [GeneratorObservation]) -> PhaseEvidence {
        var phase = EvidenceFixture.phase("storm", hits: 900, service: 1_000)
        phase.load.observations = [observations]
        return phase
    }

    private static func finding(_ observation: GeneratorObservation, lag: Duration = .milliseconds(50)) throws
        -> AuditFinding
    {
        let findings = AuditJudge(AuditLimits(lag: lag)).findings(of: phase([observation]))
        return try #require(findings.count == 1 ? findings.first : nil)
    }

    @Test(
        arguments: [
            (100, 100, true), (99, 100, true), (98, 100, false), (101, 100, false), (0, 0, true),
        ] as [(Int, Int, Bool)])
    func missingRequestsAreNoticed(sent: Int, intended: Int, passes: Bool) throws {
        let finding = try Self.finding(.arrivals(.init(released: sent, intended: intended)))
        #expect(finding.passed == passes && finding.name == "arrivals", "\(finding)")
        #expect((finding.blame == .generator) == !passes)
    }

    /// 2,000 a second for a second, or the first so many of them.
    @Test(
        arguments: [
            (2_000, nil, false, true), (1_999, nil, false, true), (1_998, nil, false, false),
            (1_000, 1_000, false, true), (998, 1_000, false, false), (2_000, nil, true, true),
            (1_900, nil, true, true), (1_700, nil, true, false), (2_300, nil, true, false), (500, 500, true, true),
            (490, 500, true, false),
        ] as [(Int, Int?, Bool, Bool)])
    func theNumberOfArrivalsIsThatOfTheRate(intended: Int, limit: Int?, isPoisson: Bool, passes: Bool) throws {
        var arrivals = GeneratorObservation.Arrivals(released: intended, intended: intended)
        arrivals.number = NumberFit(
            intended, to: RateCourse(perSecond: 2_000, for: 1_000_000_000), limit: limit, isPoisson: isPoisson)
        #expect(try Self.finding(.arrivals(arrivals)).passed == passes)
    }

    /// Regular arrivals where random ones are declared: of a few nothing is said.
    @Test(arguments: [(99, true), (10_000, false)])
    func gapsOfAnotherKindAreNoticedWhereThereAreEnough(count: Int, passes: Bool) throws {
        let offsets = ArrivalDraws(regular: RateCourse(perSecond: 5_000), count: count).all
        var intended = GeneratorObservation.Arrivals(released: count, intended: count)
        intended.gaps = GapFit(offsets, to: RateCourse(perSecond: 5_000))
        #expect(try Self.finding(.arrivals(intended)).passed == passes)
        var released = GeneratorObservation.Arrivals(released: count, intended: count)
        released.releases = GapFit(offsets, to: RateCourse(perSecond: 5_000))
        #expect(try Self.finding(.arrivals(released)).passed == passes)
        // Releases need not be a sample of it, only near one.
        released.releases?.distance = AuditLimits.releaseDistance
        #expect(try Self.finding(.arrivals(released)).passed)
    }

    static let fine = RequestFit(made: 300)
    static let keys: [(keys: GeneratorObservation.AskedKeys, problem: String?)] = [
        (.init(requests: fine, expected: nil, drawn: nil), nil),
        (.init(requests: fine, expected: 300, drawn: nil), nil),
        (.init(requests: fine, expected: 301, drawn: nil), "300 requests were made instead of 301"),
        (.init(requests: wrong(.twice), expected: 300, drawn: nil), "request 7 was made twice"),
        (
            .init(requests: wrong(.key(asked: 1, prepared: 2)), expected: nil, drawn: nil),
            "request 7 asked for key 1, prepared was 2"
        ),
        (.init(requests: fine, expected: nil, drawn: drawn([500, 500])), nil),
        (.init(requests: fine, expected: nil, drawn: drawn([900, 100])), "G-test p = below 0.001"),
        (.init(requests: fine, expected: nil, drawn: drawn([9, 0])), nil),
        (.init(requests: fine, expected: nil, drawn: drawn([5, 5, 1])), "key 2 does not belong"),
    ]

    private static func wrong(_ mistake: RequestFit.Mistake) -> RequestFit {
        var fit = fine
        (fit.position, fit.mistake) = (7, mistake)
        return fit
    }

    private static func drawn(_ counts: [Int]) -> KeyFit {
        KeyFit(countsOfKeys: counts, to: KeySampler(.uniform(count: 2), seed: 1))
    }

    @Test(arguments: keys) func keysThatWereNotDeclaredAreNoticed(
        keys: GeneratorObservation.AskedKeys, problem: String?
    ) throws {
        let finding = try Self.finding(.keys(keys))
        #expect(finding.passed == (problem == nil) && finding.blame == nil, "\(finding)")
        if let problem { #expect(finding.explanation.contains(problem), "\(finding)") }
    }

    /// A rate of a thousand a second, for a second.
    @Test(arguments: [(1_100, true), (1_101, false)])
    func theLastRequestMayBeLateByATwentiethAndTheLimitOfLag(released: UInt64, passes: Bool) throws {
        let pace = GeneratorObservation.Pace(intended: 1_000_000_000, released: released * 1_000_000, rested: 5)
        let finding = try Self.finding(.pace(pace))
        #expect(finding.passed == passes && finding.explanation.contains("of rest"))
        #expect(try Self.finding(.pace(pace), lag: .milliseconds(51)).passed)
    }

    @Test func aLagIsJudgedByTheLimitThatIsGiven() throws {
        #expect(try Self.finding(.lag(50_000_000)).passed)
        let late = try Self.finding(.lag(50_000_001))
        #expect(!late.passed && late.blame == .generator)
        #expect(try Self.finding(.lag(50_000_001), lag: .milliseconds(60)).passed)
    }

    /// A thousand requests in ten seconds, the last of which began so many seconds late.
    private static func backlog(
        share: Double = 0.9, open: Double = 1, variation: Double = 1, late: Double, wait: UInt64 = 60_000_000,
        others: Double? = nil
    ) -> GeneratorObservation {
        .backlog(
            .init(
                requests: 9, wait: wait, subjectShare: share, openShare: open, madeRequests: 1_000,
                variation: variation, intended: 10_000_000_000, started: UInt64((10 + late) * 1e9),
                foreignProcessors: others, processors: 2))
    }

    static let verdicts:
        [(
            observations: [GeneratorObservation], verdict: RunVerdict, blame: AuditFinding.Blame?,
            text: String
        )] = [
            (
                [backlog(late: 5)], .fail, .subject,
                "does not keep up with the rate: the last call began 5000.0 ms late"
            ),
            // 50 ms, and four times what a thousand arrivals deviate by: 1.265 s.
            ([backlog(late: 1.32)], .fail, .subject, "does not keep up"),
            ([backlog(late: 1.31)], .invalid, nil, "which chance may explain"),
            // Regular arrivals and calls that are all alike leave nothing to chance; calls that vary much leave more.
            ([backlog(variation: 0, late: 0.051)], .fail, .subject, "does not keep up"),
            ([backlog(variation: 0, late: 0.049)], .invalid, nil, "chance may explain"),
            ([backlog(variation: 10, late: 4)], .invalid, nil, "chance may explain"),
            // What held requests up was the generator, or not the calls alone.
            ([backlog(share: 0.4, late: 5)], .invalid, .generator, "the generator is saturated"),
            ([backlog(open: 0.89, late: 5)], .invalid, nil, "89 % of what could be open"),
            ([.lag(60_000_000), backlog(late: 5)], .invalid, nil, "either, so that is not held against it"),
            // Other programs may have.
            ([backlog(late: 5, others: 0.9)], .invalid, nil, "other programs used 0.9"),
            ([backlog(late: 5, wait: 50_000_000)], .pass, nil, "within the limit of 50.0 ms"),
            ([.history(isComplete: false)], .invalid, nil, "no room"),
            ([.lag(1)], .pass, nil, "within the limit"),
        ]

    @Test(arguments: verdicts)
    func aSubjectThatDoesNotKeepUpWithTheRateFails(
        observations: [GeneratorObservation], verdict: RunVerdict, blame: AuditFinding.Blame?,
        text: String
    ) throws {
        let phase = Self.phase(observations)
        let subject = SubjectReport(EvidenceFixture.subject([phase]), gates: [])
        let last = try #require(subject.phases[0].audits.last)
        #expect(last.blame == blame && last.explanation.contains(text), "\(last)")
        #expect(subject.verdict == verdict && subject.verdict(of: subject.phases[0]) == verdict)
        #expect(subject.overload.isEmpty == (verdict != .fail) && subject.invalidity.isEmpty == (verdict != .invalid))
        if verdict == .fail { #expect(subject.overload[0].contains("phase storm: 9 requests found every client busy")) }
    }

    /// What FAILs alone is not to hide among other processes, however they ended.
    @Test func aFailureOfOneProcessIsOneOfAllTogether() throws {
        var run = EvidenceFixture.run([EvidenceFixture.subject([Self.phase([Self.backlog(late: 5)])])])
        for other in [
            Self.phase([Self.backlog(late: 1)]), Self.phase([.lag(60_000_000)]), Self.phase([]),
            Self.phase([Self.backlog(late: 0, wait: 1, others: 2)]),
        ] {
            var second = EvidenceFixture.run([EvidenceFixture.subject([other])])
            second.identity.seed = 1
            if other.load.observations[0].isEmpty { second.subjects[0].phases[0].ending = .stopped }
            let merged = try RunMerge.merge([("one", run), ("two", second)], arguments: [], replay: "")
            #expect(RunReport(merged, gates: []).verdict == .fail)
        }
        // What was disturbed alone is so among calm machines that have more processors.
        let disturbed = EvidenceFixture.run([
            EvidenceFixture.subject([Self.phase([Self.backlog(late: 5, others: 0.9)])])
        ])
        var calm = EvidenceFixture.run([EvidenceFixture.subject([Self.phase([])])])
        calm.identity.seed = 1
        (calm.subjects[0].phases[0].load.processors, calm.subjects[0].phases[0].load.foreignProcessors) = (64, 0)
        let both = try RunMerge.merge([("one", disturbed), ("two", calm)], arguments: [], replay: "")
        #expect(RunReport(both, gates: []).verdict == .invalid)
        // The strictest limit counts.
        run.lagLimit = 70_000_000
        var lenient = run
        (lenient.identity.seed, lenient.lagLimit) = (1, 90_000_000)
        let merged = try RunMerge.merge([("one", lenient), ("two", run)], arguments: [], replay: "")
        #expect(merged.lagLimit == 70_000_000)
    }

    /// Evidence of the version before this one has audits that were judged where they were made.
    @Test func whatAnEarlierVersionFoundStands() throws {
        let run = EvidenceFixture.run([EvidenceFixture.subject([Self.phase([])])])
        let text = EvidenceFile.text(run)
        let audit = #"{"name":"lag","passed":false,"explanation":"late","blamesGenerator":true}"#
        let earlier = text.replacing(#""observations":[[]]"#, with: #""audits":[\#(audit)]"#)
            .replacing(#""lagLimit":50000000,"#, with: "").replacing(#""version":4"#, with: #""version":2"#)
        #expect(!earlier.contains("observations") && !earlier.contains("lagLimit"))
        let read = try EvidenceFile.read(Array(earlier.utf8), from: "evidence.json")
        let report = RunReport(read, gates: [])
        #expect(report.verdict == .invalid && report.subjects[0].invalidity == ["phase storm: late"])
        // What is read is kept, whatever version it is written in.
        let again = try EvidenceFile.read(Array(EvidenceFile.text(read).utf8), from: "evidence.json")
        #expect(again == read)
    }

    @Test(arguments: [(3, false), (2, true)])
    func anEventThatMostHerdsMissedMakesThePhaseInvalid(missed: Int, passes: Bool) throws {
        var phase = Self.phase([])
        var edge = EdgeEvidence(event: "publication", steps: [-200 ..< -100, -100..<0, 0..<100, 100..<200])
        for step in missed..<4 { edge.steps[step].herds = 2 }
        phase.edge = edge
        #expect(AuditJudge().findings(of: phase).map(\.passed) == [passes])
        phase.isWarmup = true
        #expect(AuditJudge().findings(of: phase).isEmpty)
    }
}
