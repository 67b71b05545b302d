import DedupBenchKit
import DedupVerification
import Evidence
import LoadGeneration
import Measurement
import Simulation
import Synchronization
import Testing
import Workloads

/// History and checker catch what is broken, through the real load path.
@Suite(.timeLimit(.minutes(10))) struct BrokenSubjectTests {
    /// Eight clients ask for the same key at the same time, twenty times, and each execution takes 2 ms: duplicates meet.
    private func storm(_ fault: JoiningSubject.Fault) async throws -> SubjectRun {
        let machine = SimulatedMachine()
        return try await TestLoad.run(
            { _ in JoiningSubject(fault, on: machine) }, JoiningSubject.promises, requests: Self.herds,
            clients: 8, machine: machine, configure: Self.isHerded)
    }

    private static let herds = (0..<160).map { Request(key: UInt32($0 / 8), latency: 2_000_000, valueSize: 64) }

    private static func isHerded(_ phase: inout Phase) {
        phase.keys = KeySettings()
        phase.keys?.distribution = .burst
        phase.keys?.count = 20
        phase.keys?.skew = 0
        phase.keys?.burst = 8
    }

    @Test func aCorrectSubjectPassesAndItsHerdsMeet() async throws {
        let run = try await storm(.none)
        let result = run.verify()
        #expect(result.violationCount == 0, "\(result.violations)")
        #expect(result.total.executions == 20 && result.total.preventedRatio == 1)
        #expect(result.total.count(of: .joined) == 140)
        let herds = try #require(run.phases[0].load.herds)
        #expect(herds.released == 20 && herds.overlapping == 20 && herds.skew.count == 20)
        #expect(run.phases[0].load.overlappingDuplicates == 140)
        #expect(run.phases[0].latencies.all(.wakeup).count == 140)
    }

    @Test func checkThenActIsCaughtAsOverlap() async throws {
        let result = try await storm(.checkThenAct).verify()
        #expect(result.verdict == .fail && (result.violationsByKind[.overlap] ?? 0) > 0)
        #expect(result.total.executions == 160 && result.total.preventedRatio == 0)
    }

    @Test func errorsInsteadOfCachedResultsAreCaught() async throws {
        let machine = SimulatedMachine()
        let run = try await TestLoad.run(
            { _ in JoiningSubject(.throwsInsteadOfHits, on: machine) }, JoiningSubject.promises,
            requests: TestLoad.requests(400, keys: 4), clients: 2, machine: machine)
        let result = run.verify()
        // Of 396 hits every seventh.
        #expect(result.total.count(of: .failed) == 56 && result.total.preventedRatio == 1)
        #expect(result.violationsByKind == [.unexplainedFailure: 56] && result.verdict == .fail)
    }

    @Test func aLostWaiterIsAHangThatNamesItsCall() async throws {
        // The other seven clients wait for the lost one, and nothing happens any more.
        let machine = SimulatedMachine(movesWhenStuck: true)
        let run = try await TestLoad.run(
            { _ in JoiningSubject(.lostWaiter, on: machine) }, JoiningSubject.promises, requests: Self.herds,
            clients: 8, configuration: LoadConfiguration(workers: 2, watchdog: .seconds(3)), machine: machine,
            configure: Self.isHerded)
        #expect(run.isHung && run.isPartial && run.phases[0].ending == .hung)
        #expect(run.phases[0].stuck.count == 1)
        let stuck = try #require(run.phases[0].stuck.first)
        #expect(stuck.description.contains("key \(stuck.key)"))
        let result = run.verify()
        #expect((result.violationsByKind[.lostCall] ?? 0) == 1)
    }

    @Test func resultsServedPastTheirTimeToLiveAreCaught() async throws {
        // Promised is a lifetime of 10 ms. The same key is asked for again when ten executions of 1 ms each lie between.
        var requests: [Request] = [Request(key: 0, valueSize: 8)]
        requests += (1...10).map { Request(key: UInt32($0), latency: 1_000_000, valueSize: 8) }
        requests.append(Request(key: 0, valueSize: 8))
        for (fault, stale, executions) in [(JoiningSubject.Fault.staleForEver, 1, 11), (.none, 0, 12)] {
            let machine = SimulatedMachine()
            let run = try await TestLoad.run(
                { _ in JoiningSubject(fault, on: machine, lifetime: .milliseconds(10)) }, JoiningSubject.promises,
                requests: requests, clients: 1, machine: machine)
            let result = run.verify(FreshnessRule(.fixed(9_000_000)))
            #expect((result.violationsByKind[.staleHit] ?? 0) == stale)
            #expect(result.total.executions == executions)
        }
    }

    @Test(arguments: [SubjectHang.quiesce, .shutdown]) func aHangOutsideOfCallsIsOneToo(_ hang: SubjectHang)
        async throws
    {
        let run = try await TestLoad.run(
            { _ in RestlessSubject(hang) }, RestlessSubject.promises, requests: TestLoad.requests(20, keys: 20),
            clients: 2, configuration: LoadConfiguration(workers: 2, watchdog: .seconds(3)),
            machine: SimulatedMachine(movesWhenStuck: true))
        #expect(run.isHung && run.isPartial && run.hang == hang)
        #expect(run.phases.allSatisfy { $0.ending == .completed } && run.history.calls.count == 20)
        // A subject that hangs may hold the lock of its counters: if it does not come to rest, it is not asked for them.
        #expect((run.counters.executions == nil) == (hang == .quiesce))
    }
}

/// Executes every call, and does not return from one of the other two things that are asked of it.
private final class RestlessSubject: Subject {
    static let promises = Promises(duplicates: .none)
    private let hang: SubjectHang
    private let executions = Counter()
    private let kept = Mutex<[CheckedContinuation<Void, Never>]>([])

    init(_ hang: SubjectHang) { self.hang = hang }

    var counters: SubjectCounters { SubjectCounters(executions: executions.count) }

    func call(_ work: Work) async -> Answer {
        executions.add()
        do { return .value(try await work.run(), .executed) } catch { return .failed(error) }
    }

    func quiesce() async { if hang == .quiesce { await forEver() } }

    func shutdown() async { if hang == .shutdown { await forEver() } }

    private func forEver() async {
        await withCheckedContinuation { continuation in kept.withLock { $0.append(continuation) } }
    }
}
