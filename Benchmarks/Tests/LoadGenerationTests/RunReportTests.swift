import DedupVerification
import LoadGeneration
import Measurement
import Synchronization
import Testing
import Workloads

/// What a run tells beside latencies: excuses, the subject's own numbers, progress, integrity.
@Suite(.timeLimit(.minutes(1))) struct RunReportTests {
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
        let box = ProgressBox()
        // The first call waits until progress was reported.
        let subject = ExecutingSubject { request in
            while request.key == 0, box.last == nil { await Task.yield() }
        }
        let requests = TestLoad.requests(50, keys: 50)
        let runner = try LoadRunner(
            TestLoad.closed(requests, clients: 2), streams: [RequestStream(requests, limit: 50)],
            configuration: LoadConfiguration(workers: 2, progressInterval: .milliseconds(50))
        ) { progress in box.set(progress) }
        _ = try await runner.run(SubjectBlueprint(subject.information) { _ in subject })
        let progress = try #require(box.last)
        #expect(progress.subject == "executing" && progress.phase == "phase" && progress.phaseCount == 1)
        #expect((0...1).contains(progress.fraction) && progress.operations <= 50)
    }

    @Test func bodiesAreMadeOnceAnOperationAndCleanedUp() async throws {
        let body = CountingBody()
        let requests = TestLoad.requests(30, keys: 30)
        var scenario = TestLoad.closed(requests, clients: 2)
        scenario.phases.append(scenario.phases[0])
        let stream = RequestStream(requests, limit: 30)
        let runner = try LoadRunner(scenario, streams: [stream, stream], configuration: LoadConfiguration(workers: 2))
        let made = AtomicBox(Atomic<Int>(0))
        let run = try await runner.run(
            SubjectBlueprint(ExecutingSubject().information) { _ in ExecutingSubject() },
            operations: { _ in
                made.value.add(1, ordering: .relaxed)
                return body
            })
        #expect(made.value.load(ordering: .relaxed) == 1)
        #expect(run.figures == [OperationFigure(name: "executed", count: 60)])
        #expect(body.cleaned.value.load(ordering: .relaxed) > 0)
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
    let executed = AtomicBox(Atomic<Int>(0))
    let cleaned = AtomicBox(Atomic<Int>(0))

    func execute(_ request: Request, blocking: Bool) async throws -> Int {
        executed.value.add(1, ordering: .relaxed)
        return 8
    }

    var figures: [OperationFigure] {
        [OperationFigure(name: "executed", count: executed.value.load(ordering: .relaxed))]
    }

    func cleanUp() async { cleaned.value.add(1, ordering: .relaxed) }
}

private final class ProgressBox: Sendable {
    private let progress = Mutex<LoadProgress?>(nil)

    var last: LoadProgress? { progress.withLock { $0 } }

    func set(_ new: LoadProgress) { progress.withLock { $0 = new } }
}
