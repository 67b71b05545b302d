import DedupBenchCLI
import DedupBenchKit
import Foundation
import Synchronization
import Testing

@Suite(.serialized) final class InterruptionTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    deinit { bench.remove() }

    @Test(arguments: [(SIGINT, 130, "Ctrl-C"), (SIGTERM, 143, "SIGTERM")] as [(Int32, Int32, String)])
    func phasesThatDidNotRunAreListedAndTheBundleIsMarked(_ signal: Int32, _ code: Int32, _ reason: String) async throws
    {
        let interruption = Interruption()
        interruption.interrupt(signal)
        let result = try await bench.run(scenario: Scenarios.storm, interruption: interruption)
        #expect(result.code == code && result.out.contains("PARTIAL") && result.out.contains("not run: dedup"))
        let manifest = try bench.manifest()
        #expect(manifest["partial"] as? Bool == true && manifest["verdict"] as? String == "interrupted")
        #expect((manifest["partial_reason"] as? String)?.contains(reason) == true)
    }

    /// The floor of the second phase is known by then, and the phase is not.
    @Test func aRunThatIsInterruptedInItsFirstPhaseCanBeReadAgain() async throws {
        let interruption = Interruption()
        var service = DefectiveSubject.blueprint(.honest)
        let make = service.make
        service.make = { settings in InterruptedSubject(try await make(settings), interruption) }
        let second = "  - {name: second, model: closed, clients: 2, operations: 100}\ngates:"
        let path = try bench.write(Scenarios.storm.replacing("gates:", with: second))
        let result = await bench.run(
            ["run", path, "--subject", "honest", "--out", bench.results], interruption: interruption,
            subjects: try SubjectCatalog(adding: [service]))
        #expect(result.code == 130, "\(result.error)")
        #expect(try bench.rows("summary.csv").map { $0["phase"] } == ["storm"])
        let again = await bench.run(["report", bench.results + "/latest"])
        #expect(again.code == 130 && again.error.isEmpty, "\(again.error)\(again.out)")
    }

    @Test func anErrorKeepsTheResultsFinishedBeforeIt() async throws {
        let settings = ["--set", "cache.capacity=100", "--set", "cache.shards=500"]
        let subjects = ["--subject", "none", "--subject", "dedup", "--subject", "noop"]
        let result = try await bench.run(scenario: Scenarios.storm, settings + subjects)
        #expect(result.code == 65)
        #expect(result.out.contains("shards is 500") && result.out.contains("not run: dedup, noop"))
        #expect(try bench.rows("summary.csv").map { $0["subject"] } == ["none"])
        #expect(try bench.manifest()["partial"] as? Bool == true)
        // With nothing finished there is nothing to keep.
        let alone = try await bench.run(scenario: Scenarios.storm, settings)
        #expect(alone.code == 65 && alone.out.isEmpty && alone.error.contains("shards is 500"))
    }
}

/// Gets Ctrl-C in its tenth call.
private final class InterruptedSubject: Subject {
    private let subject: any Subject
    private let interruption: Interruption
    private let calls = Atomic<Int>(0)

    init(_ subject: any Subject, _ interruption: Interruption) {
        (self.subject, self.interruption) = (subject, interruption)
    }

    func call(_ work: Work) async -> Answer {
        if calls.add(1, ordering: .relaxed).newValue == 10 { interruption.interrupt(SIGINT) }
        return await subject.call(work)
    }

    func quiesce() async { await subject.quiesce() }
    func shutdown() async { await subject.shutdown() }
}
