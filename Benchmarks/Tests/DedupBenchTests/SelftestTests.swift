import DedupBenchCLI
import DedupBenchKit
import DedupVerification
import Foundation
import Judging
import LoadGeneration
import Reporting
import Simulation
import Testing
import Workloads

@Suite(.serialized) final class SelftestTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    /// Everything but memory, which is not what it seems in simulated time, and clients that block each other, of which one begins there
    /// at the time at which another one ends.
    static let cases = SelftestCase.all.filter {
        $0.scenario != .memory && $0.scenario != .capacity && $0.defect != .starvedClients
    }

    /// Driven in simulated time the defects show, whatever the machine is at; and the honest subject passes.
    @Test(arguments: cases) func aDefectIsCaughtByItsOwnRule(_ item: SelftestCase) async throws {
        let machine = SimulatedMachine(movesWhenStuck: item.defect == .lostWaiter)
        let outcome = try await item.run(in: Printed().context(machine))
        #expect(item.isBorneOut(by: outcome), "\(outcome)")
    }

    /// What the real machine does with one thread for four clients is no matter of its speed.
    @Test(arguments: SelftestCase.all.filter { [.starvedClients, .unreadableMemory].contains($0.defect) })
    func aHarnessThatCannotDoWhatItSaysIsInvalid(_ item: SelftestCase) async throws {
        let outcome = try await item.run(in: Printed().context(RealMachine()))
        #expect(item.isBorneOut(by: outcome), "\(outcome)")
    }

    /// The defects of memory, as far as they do not need an allocator: what leaks is still there, and what is bounded is not.
    @Test(arguments: [
        (Defect.honest, 0, 0, 10), (.leakedObject, 400, 400, 10), (.unboundedMap, 400, 0, 10),
        (.ignoredCapacity, 0, 0, 40),
    ])
    func leakedMemoryIsStillLive(_ defect: Defect, held: Int, leaked: Int, entries: Int) async throws {
        let before = Leftover.alive
        let counts = try await Self.drive(defect)
        #expect(counts.held - before == held && counts.entries == entries)
        // The tasks of the run have returned, and let go of the subject a little later.
        for _ in 0..<1_000_000 where Leftover.alive - before != leaked { await Task.yield() }
        #expect(Leftover.alive - before == leaked, "the subject is gone")
    }

    /// 400 calls for 40 keys by one client, with room for ten results.
    private static func drive(_ defect: Defect) async throws -> (held: Int, entries: Int?) {
        let scenario = try ScenarioLoader.load(
            yaml: """
                schema_version: 1
                name: memory
                system: {cache: {capacity: 10, policy: lru, ttl: forever}}
                workload:
                  keys: {distribution: burst, count: 40, burst: 1}
                  operation: {latency: 0s, value_size: 8B}
                phases: [{name: all, model: closed, clients: 1, operations: 400}]
                """, named: "memory")
        let requests = (0..<400).map { Request(key: UInt32($0 % 40), valueSize: 8) }
        let runner = try LoadRunner(
            scenario, streams: [RequestStream(requests, limit: 400)], machine: SimulatedMachine())
        let blueprint = DefectiveSubject.blueprint(defect)
        var counts: (held: Int, entries: Int?) = (0, nil)
        do {
            let kept = Kept()
            var keeping = blueprint
            keeping.make = { settings in
                let subject = try await blueprint.make(settings)
                kept.subject = subject
                return subject
            }
            let run = try await runner.run(keeping)
            #expect(run.history.calls.count == 400)
            counts = (Leftover.alive, kept.subject?.liveEntries)
        }
        return counts
    }

    /// Keeps a subject alive after its run. Unchecked: it is written before the run and read after it.
    private final class Kept: @unchecked Sendable {
        var subject: (any Subject)?
    }

    // MARK: - What is made of outcomes

    private static let checkThenAct = cases.filter { $0.defect == .checkThenAct }
    private static let honest = cases.filter { $0.defect == .honest && $0.scenario == .herds }

    @Test func expectedVerdictsExitWithZero() async throws {
        let printed = Printed()
        let selftest = Selftest(Self.honest + Self.checkThenAct, in: printed.context()) { item throws(Failure) in
            .init(caught: item.catchers, verdict: item.defect == .honest ? .pass : .fail)
        }
        #expect(try await selftest.run() == 0)
        #expect(printed.out.contains("every one of 1 defects was caught, and nothing else"))
        #expect(printed.error.contains("selftest 2/2: check-then-act, herds"))
    }

    @Test(arguments: [RunVerdict.pass, .fail, .hung, .inconclusive])
    func aDefectThatStaysUnseenIsTwo(_ verdict: RunVerdict) async throws {
        let printed = Printed()
        let selftest = Selftest(Self.checkThenAct, in: printed.context()) { item throws(Failure) in
            // One of the two that must catch it does.
            .init(caught: Array(item.catchers.prefix(1)), verdict: verdict, doubts: ["too few samples"])
        }
        #expect(try await selftest.run() == 2)
        #expect(printed.out.contains("NOT CAUGHT") && printed.out.contains("too few samples"))
        #expect(printed.out.contains("1 of 1 did not come out as they must"))
    }

    /// What must catch a defect does, and so does something else: with a reason, or without one.
    @Test(
        arguments: [
            (.gate("hit_rate.repeat > 80%"), 0), (.violation(.wrongKey), 2), (.audit("lag"), 0),
            (.gate("dedup.prevented == 100%"), 0),
        ] as [(SelftestCase.Catcher, Int32)])
    func aCheckThatFiresWithoutAReasonIsTwo(_ beside: SelftestCase.Catcher, _ code: Int32) async throws {
        let printed = Printed()
        let selftest = Selftest(Self.checkThenAct, in: printed.context()) { item throws(Failure) in
            .init(caught: item.catchers + [beside], verdict: .fail)
        }
        #expect(try await selftest.run() == code)
        #expect(printed.out.contains("without a reason: \(beside.description)") == (code == 2))
    }

    /// All cases come out as they must but for one check, which is switched off: the self-test fails, whichever it is.
    @Test(arguments: SelftestCase.checks) func aCheckThatIsSwitchedOffIsNoticed(_ check: SelftestCase.Catcher)
        async throws
    {
        let selftest = Selftest(SelftestCase.all, in: Printed().context()) { item throws(Failure) in
            let verdict: RunVerdict = item.defect == .honest ? .pass : item.defect.isInvalid ? .invalid : .fail
            return .init(caught: item.catchers.filter { $0 != check }, verdict: verdict)
        }
        #expect(try await selftest.run() == 2)
    }

    @Test func theMatrixSaysWhatEachCheckMadeOfEachDefect() async throws {
        var written: CSVTable?
        let selftest = Selftest(Self.honest + Self.checkThenAct, in: Printed().context()) { item throws(Failure) in
            let caught: [SelftestCase.Catcher] = [.violation(.overlap), .gate("hit_rate.repeat > 80%"), .hang]
            return .init(caught: item.defect == .honest ? [] : caught, verdict: item.defect == .honest ? .pass : .fail)
        }
        _ = try await selftest.run { table throws(Failure) in written = table }
        let lines = try #require(written).text.split(separator: "\r\n", omittingEmptySubsequences: false)
            .flatMap { $0.split(separator: "\n") }.map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        #expect(lines.count == 3 && lines.allSatisfy { $0.count == 3 + SelftestCase.checks.count })
        let cell = { (check: String) in lines[2][try #require(lines[0].firstIndex(of: check))] }
        #expect(lines[1].dropFirst(3).allSatisfy(\.isEmpty) && lines[1][2] == "pass")
        #expect(try cell("overlap") == "caught" && cell("hit_rate.repeat > 80%") == "follows")
        #expect(try cell("dedup.prevented == 100%") == "MISSED" && cell("hang") == "WITHOUT A REASON")
        #expect(try cell("wrong_key").isEmpty)
    }

    @Test func withAllChecksNoneIsIdle() async throws {
        let printed = Printed()
        let selftest = Selftest(SelftestCase.all, in: printed.context()) { item throws(Failure) in
            let verdict: RunVerdict = item.defect == .honest ? .pass : item.defect.isInvalid ? .invalid : .fail
            return .init(caught: item.catchers, verdict: verdict)
        }
        #expect(try await selftest.run() == 0)
        #expect(printed.out.contains("each of \(SelftestCase.checks.count) checks is needed"))
    }

    @Test func anHonestSubjectThatDoesNotPassIsTwo() async throws {
        let printed = Printed()
        let selftest = Selftest(Self.honest, in: printed.context()) { _ throws(Failure) in
            .init(caught: [.violation(.overlap)], verdict: .fail)
        }
        #expect(try await selftest.run() == 2)
        #expect(printed.out.contains("NOT PASSED") && printed.out.contains("overlap"))
    }

    /// A second try, and no third.
    @Test(arguments: [(RunVerdict.invalid, 2), (.inconclusive, 2), (.fail, 1), (.pass, 1)])
    func anInconclusiveSubjectIsDrivenOnceMore(_ first: RunVerdict, _ tries: Int) async throws {
        var count = 0
        let selftest = Selftest(Self.checkThenAct, in: Printed().context()) { item throws(Failure) in
            count += 1
            return .init(caught: item.catchers, verdict: count == 1 ? first : .fail)
        }
        #expect(try await selftest.run() == (first == .pass ? 2 : 0))
        #expect(count == tries)
    }

    @Test func anInterruptionEndsItWithItsOwnCode() async throws {
        let interruption = Interruption()
        let printed = Printed()
        var count = 0
        let selftest = Selftest(
            Self.checkThenAct + Self.honest, in: printed.context(interruption: interruption)
        ) { item throws(Failure) in
            count += 1
            interruption.interrupt(SIGTERM)
            return .init(caught: [], verdict: .interrupted)
        }
        #expect(try await selftest.run() == 143)
        #expect(count == 1 && !printed.out.contains("did not come out"))
    }

    // MARK: - The command

    @Test func theCommandDrivesTheSubjectsOfItsFilter() async throws {
        let result = await bench.run(["selftest", "--filter", "check-then-act"])
        #expect(result.code == 0, "\(result.out)\(result.error)")
        #expect(result.out.contains("check-then-act") && result.out.contains("every one of 1 defects was caught"))
    }

    @Test func everyDefectIsDriven() {
        #expect(Set(SelftestCase.all.map(\.defect)) == Set(Defect.allCases))
        let honest = SelftestCase.all.filter { $0.defect == .honest }
        #expect(Set(honest.map(\.scenario)) == Set(SelftestScenario.allCases))
        #expect(SelftestCase.all.allSatisfy { $0.catchers.isEmpty == ($0.defect == .honest) })
    }

    @Test func everyGateOfTheMainScenarioHasADefectThatFailsIt() async throws {
        let list = await bench.run(["selftest", "--list"])
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let scenario = root.appending(path: "Fixtures/scenarios/duplicate-storm.yaml")
        let lines = try String(contentsOf: scenario, encoding: .utf8).split(separator: "\n")
        let gates = lines.drop { !$0.hasPrefix("gates:") }.dropFirst().prefix { $0.hasPrefix("  - ") }.map {
            $0.dropFirst(4)
        }
        try #require(gates.count >= 5, "\(gates)")
        for gate in gates { #expect(list.out.contains(gate), "\(gate)") }
        #expect(list.out.contains("must be caught by") && list.out.contains("lost_call"))
    }

    @Test func aFilterThatFindsNothingIsSixtyFour() async throws {
        let result = await bench.run(["selftest", "--filter", "nothing like it"])
        #expect(result.code == 64 && result.error.contains("nothing like it"))
    }
}

extension SelftestCase: CustomTestStringConvertible {
    /// The defect and where it must show.
    public var testDescription: String { "\(defect.rawValue) in \(scenario.rawValue)" }
}
