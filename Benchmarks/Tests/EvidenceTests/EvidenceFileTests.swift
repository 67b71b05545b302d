import DedupVerification
import Evidence
import EvidenceFixture
import Foundation
import Measurement
import Testing
import Workloads

@Suite struct EvidenceFileTests {
    /// A run in which everything is there that evidence can hold, and names that want to break the file.
    private static var run: RunEvidence {
        var sound = EvidenceFixture.subject(strategy: [StrategySetting(parameter: "cache.policy", value: "\"lru\"\n")])
        sound.seed = .max
        sound.phases[1].load.herds = HerdEvidence()
        sound.phases[1].load.herds?.skew.record(123_456)
        sound.phases[1].load.backlogged = 3
        sound.phases[1].load.meanConcurrency = 0.1 + 0.2
        sound.phases[1].load.observations = [Self.observations, [.history(isComplete: true)]]
        var stalls = StallReport()
        stalls.note(5, 60_000_000, wanted: 1_000_000)
        sound.phases[1].load.stalls = stalls
        sound.phases[1].edge = EdgeEvidence(event: "publication", steps: [-100..<0, 0..<100])
        sound.phases[1].edge?.steps[1].herds = 7
        var warmUp = WarmUpEvidence()
        warmUp.add(requests: 10, served: 7, hitP50: 3, liveEntries: nil)
        sound.phases[0].warmUp = warmUp
        sound.phases[1].stuck = [StuckCall(request: 1, key: 2, age: 3)]
        sound.phases.append(PhaseEvidence.sum([sound.phases[1], sound.phases[1]]))
        var broken = EvidenceFixture.subject("=broken\u{1B}[2J", broken: true)
        broken.ending = .hung("no call returned")
        var run = EvidenceFixture.run([sound, broken])
        run.interruption = RunInterruption("interrupted by Ctrl-C", exitCode: 130)
        run.skipped = ["reference"]
        return run
    }

    /// One of each kind.
    private static var observations: [GeneratorObservation] {
        var requests = RequestFit(made: 7)
        (requests.position, requests.mistake) = (3, .key(asked: 1, prepared: 2))
        var arrivals = GeneratorObservation.Arrivals(released: 6, intended: 7)
        arrivals.number = NumberFit(7, to: RateCourse(perSecond: 7, for: 1_000_000_000), limit: nil, isPoisson: true)
        arrivals.gaps = GapFit([0, 5, 1_000], to: RateCourse(perSecond: 7))
        return [
            .memory(problem: "ü"), .history(isComplete: false),
            .concurrency(
                .init(clients: 8, workers: 2, workersAreThreads: true, most: 3, mean: 1.5, overlapping: 4, service: 9)),
            .keys(
                .init(
                    requests: requests, expected: 8,
                    drawn: KeyFit(countsOfKeys: [3, 4], to: KeySampler(.uniform(count: 2), seed: 1)))),
            .arrivals(arrivals), .pace(.init(intended: 1, released: 2, rested: 3)), .lag(4),
            .backlog(
                .init(
                    requests: 1, wait: 2, subjectShare: 0.5, openShare: 0.9, madeRequests: 9, variation: 1.5,
                    intended: 3,
                    started: 4)),
            .threads(least: 3, most: 4),
        ]
    }

    @Test func whatIsReadBackIsWhatWasWritten() throws {
        let run = Self.run
        let text = EvidenceFile.text(run)
        let read = try EvidenceFile.read(Array(text.utf8), from: "evidence.json")
        #expect(read == run)
        #expect(EvidenceFile.text(read) == text)
        #expect(read.subjects[1].verification?.violations.first?.description.contains("[==") == true)
    }

    @Test(arguments: [
        ("", "it is not JSON"), ("{", "it is not JSON"), ("[]", "another type"), ("{}", "not the evidence"),
        (
            #"{"format": "dedupbench evidence", "version": 99}"#,
            "version 99, and this dedupbench reads versions 2 and 4"
        ),
        (#"{"format": "dedupbench evidence", "version": 4}"#, "run is missing"),
        (#"{"format": "dedupbench evidence", "version": 4, "run": {}}"#, "run.identity is missing"),
    ])
    func whatIsNoEvidenceIsRefusedByName(text: String, problem: String) {
        let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(Array(text.utf8), from: "some/file") }
        #expect(error?.description.contains("some/file") == true)
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }

    /// Each would end the process when it is added up or drawn, if it were taken.
    @Test(arguments: [
        (#""buckets":[1000,499,1000,1]"#, #""buckets":[1000]"#, "a latency has no count"),
        (#""buckets":[1000,499,1000,1]"#, #""buckets":[99999999999999,500]"#, "longer than an hour"),
        (#""sum":"500000""#, #""sum":"many""#, "not a whole number"),
        (#""kind":"service","outcome":"hit""#, #""kind":"service","outcome":"guessed""#, "there is no outcome guessed"),
        (#""counts":[],"samples""#, #""counts":[1],"samples""#, "not one count a sample"),
        (#""capacity":61,"counts""#, #""capacity":1,"counts""#, "no room for the samples"),
        (#""outcomes":[500,"#, #""outcomes":["#, "one figure an outcome"),
        (#""operations":501"#, #""operations":-1"#, "-1 is no count"),
        (#""operations":501"#, #""operations":9223372036854775807"#, "is no count"),
        (#""lost":0"#, #""lost":900"#, "more calls are lost"),
        (#""duplicateExecutions":0"#, #""duplicateExecutions":9"#, "duplicates"),
        (#""duration":2000000000"#, #""duration":18446744073709551615"#, "is no time"),
        (#""live":1000000"#, #""live":9223372036854775807"#, "no number of bytes"),
        (#""value":12.5"#, #""value":1e300"#, "no rate or share"),
        (#""discarded":1"#, #""discarded":-1"#, "is no count"),
        (#""name":"warm""#, #""name":"storm""#, "two phases have one name"),
        (#""sum":"500000""#, #""sum":"340282366920938463463374607431768211455""#, "can come to"),
        (#""time":10000000}"#, #""time":1}"#, "ends before it begins"),
    ])
    func figuresThatDoNotAddUpAreRefusedByField(original: String, spoilt: String, problem: String) {
        let text = EvidenceFile.text(EvidenceFixture.run([EvidenceFixture.subject()]))
        #expect(text.contains(original), "\(text.prefix(3_000))")
        let bytes = Array(text.replacingOccurrences(of: original, with: spoilt).utf8)
        let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(bytes, from: "evidence.json") }
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
        #expect(error?.problem.hasPrefix("run.subjects") == true, "\(error?.problem ?? "")")
    }

    /// A phase of which nothing was seen would have no audit that could fail.
    @Test(arguments: [
        (#""observations":[[{"history":{"isComplete":true}}]],"#, ""),
        (#"{"history":{"isComplete":true}}"#, #"{"lag":{"_0":4}}"#),
    ])
    func whetherTheHistoryIsCompleteMustBeSaid(original: String, spoilt: String) {
        let text = EvidenceFile.text(EvidenceFixture.run([EvidenceFixture.subject()]))
        #expect(text.contains(original))
        let bytes = Array(text.replacing(original, with: spoilt).utf8)
        let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(bytes, from: "evidence.json") }
        #expect(error?.problem.contains("observations: it is not said") == true, "\(error?.problem ?? "")")
    }

    /// Figures of the generator are added up and written out by the audits.
    @Test(arguments: [
        (#""subjectShare":0.5"#, #""subjectShare":1e300"#, "is no share"),
        (#""wait":2"#, #""wait":18446744073709551615"#, "is no time"), (#""made":7"#, #""made":-7"#, "is no count"),
        (#""service":9"#, #""service":"nan""#, "cannot be"),
    ])
    func observationsThatCannotBeAreRefusedByField(original: String, spoilt: String, problem: String) {
        let text = EvidenceFile.text(Self.run)
        #expect(text.contains(original))
        let bytes = Array(text.replacingOccurrences(of: original, with: spoilt).utf8)
        let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(bytes, from: "evidence.json") }
        #expect(error?.problem.contains("load.observations[") == true, "\(error?.problem ?? "")")
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }

    @Test(arguments: [
        (#""low":-100"#, #""low":0"#, "no stretch of time"), (#""herds":7"#, #""herds":-7"#, "is no count"),
        (#""event":"publication""#, #""event":"""#, "no name of an event"),
        (#""outside":0"#, #""outside":-1"#, "count"),
    ])
    func whatHerdsCannotHaveMetIsRefused(original: String, spoilt: String, problem: String) {
        let text = EvidenceFile.text(Self.run)
        #expect(text.contains(original))
        let bytes = Array(text.replacingOccurrences(of: original, with: spoilt).utf8)
        let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(bytes, from: "evidence.json") }
        #expect(error?.problem.hasPrefix("run.subjects[0].phases[1].edge") == true, "\(error?.problem ?? "")")
        #expect(error?.problem.contains(problem) == true)
    }

    @Test func aWarmUpThatCannotHaveBeenIsRefused() {
        let text = EvidenceFile.text(Self.run).replacingOccurrences(of: #""served":7"#, with: #""served":-7"#)
        let error = #expect(throws: EvidenceError.self) {
            try EvidenceFile.read(Array(text.utf8), from: "evidence.json")
        }
        #expect(error?.problem == "run.subjects[0].phases[0].warmUp: -7 is no count")
    }

    /// Each would be a folder somewhere else, or none.
    @Test(arguments: [
        "", ".", "../x", "/../../pwned", "latest", ".hidden", "a b", "a\nb", String(repeating: "x", count: 201),
    ])
    func anIdThatIsNoNameOfABundleIsRefused(id: String) {
        var run = Self.run
        run.identity.id = id
        let bytes = Array(EvidenceFile.text(run).utf8)
        let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(bytes, from: "evidence.json") }
        #expect(error?.problem.hasPrefix("run.identity.id") == true)
    }

    @Test func whatCannotBeARunIsRefused() {
        var (code, twice) = (Self.run, Self.run)
        code.interruption?.exitCode = 0
        twice.subjects[1] = twice.subjects[0]
        for (run, problem) in [(code, "exitCode"), (twice, "there twice")] {
            let bytes = Array(EvidenceFile.text(run).utf8)
            let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(bytes, from: "evidence.json") }
            #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
        }
    }

    @Test func aMachineWhoseFiguresAreNoNumbersIsRefused() {
        var run = Self.run
        run.environment.loadAverage = [.nan]
        let bytes = Array(EvidenceFile.text(run).utf8)
        let error = #expect(throws: EvidenceError.self) { try EvidenceFile.read(bytes, from: "evidence.json") }
        #expect(error?.problem == "run.environment: a figure is no number")
    }
}

@Suite struct EvidenceSumTests {
    @Test func percentilesOfSeveralPhasesAreThoseOfAllTheirCalls() {
        let sum = PhaseEvidence.sum([
            EvidenceFixture.phase("fast", hits: 900, service: 1_000),
            EvidenceFixture.phase("slow", hits: 100, service: 1_000_000),
        ])
        let hits = sum.latencies[.service, .hit]
        #expect(hits?.count == 1_000 && hits?.percentile(90) == 1_000 && hits?.maximum ?? 0 >= 1_000_000)
        #expect(sum.counts.operations == 1_000 && sum.duration == 2_000_000_000 && sum.isVerified)
    }

    @Test func aSumIsVerifiedOnlyIfAllOfItIs() {
        var unverified = EvidenceFixture.phase("two", hits: 1, service: 1)
        unverified.isVerified = false
        #expect(!PhaseEvidence.sum([EvidenceFixture.phase("one", hits: 1, service: 1), unverified]).isVerified)
    }

    @Test func loadsAddUpOrKeepTheirLargest() {
        var (one, two) = (
            EvidenceFixture.phase("one", hits: 1, service: 1), EvidenceFixture.phase("two", hits: 1, service: 1)
        )
        one.load.clients = 8
        one.load.backlogged = 2
        one.load.herds = HerdEvidence()
        one.load.herds?.released = 5
        var stalls = StallReport()
        for _ in 0..<StallReport.capacity { stalls.note(0, 20_000_000, wanted: 1_000_000) }
        one.load.stalls = stalls
        two.load = one.load
        two.load.clients = 4
        let load = PhaseEvidence.sum([one, two]).load
        #expect(load.clients == 8 && load.backlogged == 4 && load.herds?.released == 10)
        #expect(load.stalls?.windows.count == StallReport.capacity)
        #expect(load.stalls?.droppedWindows == StallReport.capacity && load.stalls?.delays.count == 2_048)
    }
}
