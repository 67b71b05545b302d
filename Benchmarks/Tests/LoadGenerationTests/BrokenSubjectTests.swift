import DedupVerification
import Gates
import LoadGeneration
import Measurement
import Synchronization
import Testing
import Workloads

/// History and checker catch what is broken, through the real load path.
@Suite(.timeLimit(.minutes(1))) struct BrokenSubjectTests {
    private func storm(_ fault: JoiningSubject.Fault, watchdog: Duration = .seconds(60)) async throws -> SubjectRun {
        // Eight clients ask for the same key at the same time, and each execution takes 2 ms: duplicates always meet.
        let requests = (0..<160).map { Request(key: UInt32($0 / 8), latency: 2_000_000, valueSize: 64) }
        return try await TestLoad.run(
            { _ in JoiningSubject(fault) }, JoiningSubject.information, requests: requests,
            clients: 8, configuration: LoadConfiguration(workers: 2, watchdog: watchdog)
        ) { phase in
            phase.keys = KeySettings()
            phase.keys?.distribution = .burst
            phase.keys?.count = 20
            phase.keys?.skew = 0
            phase.keys?.burst = 8
        }
    }

    @Test func aCorrectSubjectPassesAndItsHerdsMeet() async throws {
        let run = try await storm(.none)
        let result = run.verify()
        #expect(result.violationCount == 0, "\(result.violations)")
        #expect(result.total.executions == 20 && result.total.preventedRatio == 1)
        let herds = try #require(run.phases[0].herds)
        #expect(herds.herds == 20 && herds.overlapping > 0 && herds.skew.count == 20)
        #expect(run.phases[0].concurrency.overlappingDuplicates > 0)
        #expect(run.phases[0].latencies.joinedWakeup.count == result.total.count(of: .joined))
    }

    @Test func checkThenActIsCaughtAsOverlap() async throws {
        let result = try await storm(.checkThenAct).verify()
        #expect(result.verdict == .fail && (result.violationsByKind[.overlap] ?? 0) > 0)
        #expect(result.total.preventedRatio < 1)
    }

    @Test func errorsInsteadOfCachedResultsAreCaught() async throws {
        let run = try await TestLoad.run(
            { _ in JoiningSubject(.throwsInsteadOfHits) }, JoiningSubject.information,
            requests: TestLoad.requests(400, keys: 4), clients: 2)
        let result = run.verify()
        let failed = result.total.count(of: .failed)
        #expect(failed > 0 && result.total.preventedRatio == 1)
        #expect(result.violationsByKind == [.unexplainedFailure: failed] && result.verdict == .fail)
    }

    @Test func aLostWaiterIsAHangThatNamesItsCall() async throws {
        let run = try await storm(.lostWaiter, watchdog: .seconds(3))
        #expect(run.isHung && run.isPartial && run.phases[0].ending == .hung)
        #expect(run.phases[0].stuck.count == 1)
        let stuck = try #require(run.phases[0].stuck.first)
        #expect(stuck.description.contains("key \(stuck.key)"))
        let result = run.verify()
        #expect((result.violationsByKind[.lostCall] ?? 0) == 1)
    }

    @Test func resultsServedPastTheirTimeToLiveAreCaught() async throws {
        // Promised is a lifetime of 1 ms. The same key is asked for over 10 ms at least: ten executions of another key
        // lie between, one after the other.
        var requests: [Request] = [Request(key: 0, valueSize: 8)]
        requests += (1...10).map { Request(key: UInt32($0), latency: 1_000_000, valueSize: 8) }
        requests.append(Request(key: 0, valueSize: 8))
        let run = try await TestLoad.run(
            { _ in JoiningSubject(.staleForEver, lifetime: .milliseconds(1)) }, JoiningSubject.information,
            requests: requests, clients: 1)
        let result = run.verify(FreshnessRule(.fixed(1_000_000)))
        #expect((result.violationsByKind[.staleHit] ?? 0) == 1)
    }

    @Test(arguments: [SubjectHang.quiesce, .shutdown]) func aHangOutsideOfCallsIsOneToo(_ hang: SubjectHang)
        async throws
    {
        let run = try await TestLoad.run(
            { _ in RestlessSubject(hang) }, RestlessSubject.information, requests: TestLoad.requests(20, keys: 20),
            clients: 2, configuration: LoadConfiguration(workers: 2, watchdog: .milliseconds(200)))
        #expect(run.isHung && run.isPartial && run.hang == hang)
        #expect(run.phases.allSatisfy { $0.ending == .completed } && run.history.calls.count == 20)
        // Whoever hangs may hold the lock of its counters, so a subject that does not come to rest is not asked for them.
        #expect((run.counters.executions == nil) == (hang == .quiesce))
    }
}

/// Executes every call, and does not return from one of the other two things that are asked of it.
private final class RestlessSubject: Subject {
    static let information = SubjectInformation(name: "restless", summary: "hangs at rest", duplicates: .none)
    let information: SubjectInformation = RestlessSubject.information
    private let hang: SubjectHang
    private let executions = AtomicBox(Atomic<Int>(0))
    private let kept = Mutex<[CheckedContinuation<Void, Never>]>([])

    init(_ hang: SubjectHang) { self.hang = hang }

    var counters: SubjectCounters { SubjectCounters(executions: executions.value.load(ordering: .relaxed)) }

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        executions.value.add(1, ordering: .relaxed)
        do { return .value(try await operation.run(), .executed) } catch { return .failed(error) }
    }

    func quiesce() async { if hang == .quiesce { await forEver() } }

    func shutdown() async { if hang == .shutdown { await forEver() } }

    private func forEver() async {
        await withCheckedContinuation { continuation in kept.withLock { $0.append(continuation) } }
    }
}
