import DedupBenchKit
import DedupVerification
import LoadGeneration
import Measurement
import Simulation
import Synchronization
import Testing
import Workloads

/// What a run tells beside latencies: excuses, the subject's own numbers, progress, integrity.
@Suite(.timeLimit(.minutes(10))) struct RunReportTests {
    @Test func excusesAndRefusalsNamedByEpochAreTranslated() async throws {
        let run = try await TestLoad.run(
            { EpochSubject($0.excuses) }, EpochSubject.promises, requests: TestLoad.requests(20, keys: 20),
            clients: 1)
        let executions = run.history.executions
        #expect(executions.count == 10 && executions.allSatisfy { $0.epoch == 5_000 + UInt64($0.key) })
        #expect(run.history.excuses.count == 10)
        for excuse in run.history.excuses {
            #expect(executions.first { $0.id == excuse.execution }?.key == excuse.key && excuse.kind == .evicted)
        }
        let refused = run.history.calls.filter { $0.outcome == .rejected }
        #expect(refused.count == 10)
        // A refused call for an odd key names the execution of the even key before it.
        #expect(refused.allSatisfy { call in executions.first { $0.id == call.execution }?.key == call.key - 1 })
    }

    @Test(arguments: [0, 1, 8, 15, 16, 17, 4_096])
    func aValueProvesItsExecution(size: Int) {
        let value = WorkValue(execution: 17, size: size)
        #expect(value.verifiedExecution == 17)
        #expect(Answer.value(value, .hit).value == 17)
        let again = WorkValue(bytes: value.bytes)
        #expect(again.execution == 17 && again.verifiedExecution == 17 && again.bytes == value.bytes)
    }

    @Test(arguments: [0, 8, 40]) func aValueWhoseBytesWereDamagedIsNoneAnyMore(size: Int) {
        let bytes = WorkValue(execution: 17, size: size).bytes
        #expect(bytes.count == 24 + size)
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= 0x10
            #expect(WorkValue(bytes: damaged).verifiedExecution == .max, "byte \(position)")
        }
        for count in bytes.indices { #expect(WorkValue(bytes: bytes.prefix(count)).verifiedExecution == .max) }
        #expect(WorkValue(bytes: bytes + [0]).verifiedExecution == .max)
    }

    @Test func aValueOfAnotherExecutionIsSeenByTheChecker() async throws {
        let run = try await TestLoad.run(
            { _ in MixingSubject() }, MixingSubject.promises, requests: TestLoad.requests(4, keys: 4), clients: 1)
        #expect(run.verify().violationsByKind[.corruptValue] == 4)
    }

    @Test func progressIsReportedWhileAPhaseRuns() async throws {
        let reports = Reports()
        // One call after the other, of 10 ms each.
        let requests = TestLoad.requests(50, keys: 50, latency: .milliseconds(10))
        let runner = try LoadRunner(
            TestLoad.closed(requests, clients: 1), streams: [RequestStream(requests, limit: 50)],
            configuration: LoadConfiguration(workers: 1, progressInterval: .milliseconds(100)),
            machine: SimulatedMachine()
        ) { reports.add($0) }
        _ = try await runner.run(ExecutingSubject.blueprint())
        let progress = reports.all
        #expect(progress.count == 5)
        #expect(progress.allSatisfy { $0.subject == "executing" && $0.phase == "phase" && $0.phaseCount == 1 })
        // A look at a moment in which a call returns comes before the return.
        #expect(progress.map { $0.tally.counts.returned } == [9, 19, 29, 39, 49])
        #expect(progress.map(\.fraction) == progress.map { Double($0.tally.counts.returned) / 50 })
        #expect(progress.map(\.rate) == [90, 100, 100, 100, 100])
        #expect(progress.allSatisfy { $0.tally.counts.count(of: .executed) == $0.tally.counts.returned })
        #expect(
            progress.allSatisfy { $0.tally.all.percentile(50).map { (10_000_000...10_625_000).contains($0) } == true })
        #expect(progress.allSatisfy { $0.tally.hits.percentile(50) == nil })
    }

    @Test func bodiesAreMadeOnceAnOperationAndCleanedUp() async throws {
        let body = CountingBody()
        let requests = TestLoad.requests(30, keys: 30)
        var scenario = TestLoad.closed(requests, clients: 2)
        scenario.phases.append(scenario.phases[0])
        let stream = RequestStream(requests, limit: 30)
        let runner = try LoadRunner(
            scenario, streams: [stream, stream], configuration: LoadConfiguration(workers: 2),
            machine: SimulatedMachine())
        let made = Counter()
        let run = try await runner.run(
            ExecutingSubject.blueprint(),
            operations: { _ in
                made.add()
                return body
            })
        #expect(made.count == 1)
        #expect(run.figures == [OperationFigure(name: "executed", count: 60)])
        #expect(body.cleaned.count > 0)
    }
}

/// Executes even keys under numbers of its own and reports each as evicted at once; refuses odd keys.
private final class EpochSubject: Subject {
    static let promises = Promises(duplicates: .reject, eviction: .reported, namesExecutionsByEpoch: true)
    private let excuses: Excuses

    init(_ excuses: Excuses) { self.excuses = excuses }

    func call(_ work: Work) async -> Answer {
        guard work.key.isMultiple(of: 2) else { return .rejected(inTheWay: 5_000 + UInt64(work.key) - 1) }
        do {
            let epoch = 5_000 + UInt64(work.key)
            let value = try await work.run(epoch: epoch)
            excuses.record(.evicted, execution: epoch)
            return .value(value, .executed)
        } catch {
            return .failed(error)
        }
    }
}

/// Executes, but says that the value is that of the execution before.
private final class MixingSubject: Subject {
    static let promises = Promises(duplicates: .none)

    func call(_ work: Work) async -> Answer {
        do {
            var answer = Answer.value(try await work.run(), .executed)
            answer.value += 1
            return answer
        } catch {
            return .failed(error)
        }
    }
}

private final class CountingBody: OperationBody {
    let executed = Counter()
    let cleaned = Counter()

    func execute(_ request: Request, blocking: Bool) async throws -> Int {
        executed.add()
        return 8
    }

    var figures: [OperationFigure] {
        [OperationFigure(name: "executed", count: executed.count)]
    }

    func cleanUp() async { cleaned.add() }
}

private final class Reports: Sendable {
    private let reports = Mutex<[LoadProgress]>([])

    var all: [LoadProgress] { reports.withLock(\.self) }

    func add(_ progress: LoadProgress) { reports.withLock { $0.append(progress) } }
}
