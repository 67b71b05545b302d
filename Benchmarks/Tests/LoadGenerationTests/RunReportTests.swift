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
            { EpochSubject($0.excuses) }, EpochSubject.information, requests: TestLoad.requests(20, keys: 20),
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
        let value = StepValue(execution: 17, size: size)
        #expect(value.payload.count == size && value.verifiedExecution == 17)
        #expect(Answer.value(value, .hit).value == 17)
    }

    @Test func aValueOfAnotherExecutionIsSeenByTheChecker() async throws {
        let run = try await TestLoad.run(
            { _ in MixingSubject() }, MixingSubject.information, requests: TestLoad.requests(4, keys: 4), clients: 1)
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
        _ = try await runner.run(SubjectBlueprint(ExecutingSubject().information) { _ in ExecutingSubject() })
        let progress = reports.all
        #expect(progress.count == 5)
        #expect(progress.allSatisfy { $0.subject == "executing" && $0.phase == "phase" && $0.phaseCount == 1 })
        // A look at a moment in which a call returns comes before the return.
        #expect(progress.map(\.operations) == [9, 19, 29, 39, 49])
        #expect(progress.map(\.fraction) == progress.map { Double($0.operations) / 50 })
        #expect(progress.map(\.rate) == [90, 100, 100, 100, 100])
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
            SubjectBlueprint(ExecutingSubject().information) { _ in ExecutingSubject() },
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
    static let information = SubjectInformation(
        name: "epochs", summary: "numbers its executions itself", duplicates: .reject, isCapacityBounded: true,
        namesExecutionsByEpoch: true)
    let information: SubjectInformation = EpochSubject.information
    private let excuses: ExcuseLog

    init(_ excuses: ExcuseLog) { self.excuses = excuses }

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        guard request.key.isMultiple(of: 2) else { return .rejected(inTheWay: 5_000 + UInt64(request.key) - 1) }
        do {
            let epoch = 5_000 + UInt64(request.key)
            let value = try await operation.run(epoch: epoch)
            excuses.record(.evicted, execution: epoch)
            return .value(value, .executed)
        } catch {
            return .failed(error)
        }
    }
}

/// Executes, but says that the value is that of the execution before.
private final class MixingSubject: Subject {
    static let information = SubjectInformation(name: "mixing", summary: "mixes values up", duplicates: .none)
    let information: SubjectInformation = MixingSubject.information

    func call(_ request: Request, _ operation: LoadGeneration.Operation) async -> Answer {
        do {
            var answer = Answer.value(try await operation.run(), .executed)
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
