import DedupVerification
import Gates
import LoadGeneration
import Measurement
import Synchronization
import Testing
import Workloads

@Suite(.timeLimit(.minutes(1))) struct ClosedLoopTests {
    @Test(arguments: [(1, 1), (1, 2), (7, 2), (64, 3)], [false, true])
    func everyRequestIsCalledExactlyOnceAndReturns(load: (clients: Int, workers: Int), blocks: Bool) async throws {
        let subject = ExecutingSubject(blocks: blocks)
        let requests = TestLoad.requests(1_003, keys: 10)
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: requests, clients: load.clients,
            configuration: LoadConfiguration(workers: load.workers))
        #expect(subject.calls.load(ordering: .relaxed) == requests.count)
        #expect(run.history.calls.map(\.request).sorted() == (0..<1_003).map { UInt32($0) })
        #expect(run.history.calls.allSatisfy { $0.hasReturned && $0.key == requests[Int($0.request)].key })
        #expect(run.history.executions.count == requests.count && run.history.isComplete)
        let phase = try #require(run.phases.first)
        #expect(phase.ending == .completed && phase.operations == requests.count && phase.invalidReasons.isEmpty)
        #expect(phase.latencies.service.count == requests.count)
        #expect(phase.latencies.byOutcome[.executed]?.count == requests.count)
        #expect(!run.isPartial && !run.isHung)
        #expect(phase.allocatedEnd ?? 0 > 0 && (phase.foreignProcessors ?? -1) >= 0)
    }

    @Test func blockingClientsHaveAThreadEach() async throws {
        // Each of the first four calls blocks its thread until all four are there: only four real threads get through.
        let box = AtomicBox(Atomic<Int>(0))
        let subject = ExecutingSubject(blocks: true) { _ in
            box.value.add(1, ordering: .acquiringAndReleasing)
            while box.value.load(ordering: .acquiring) < 4 {}
        }
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: TestLoad.requests(40, keys: 4), clients: 4)
        #expect(run.phases[0].concurrency.maximum == 4 && run.phases[0].concurrency.workers == 4)
        #expect(run.phases[0].operations == 40)
    }

    @Test func failuresAreAnsweredAsFailed() async throws {
        var requests = TestLoad.requests(100, keys: 100)
        for index in stride(from: 0, to: 100, by: 4) { requests[index].fails = true }
        let subject = ExecutingSubject()
        let run = try await TestLoad.run({ _ in subject }, subject.information, requests: requests, clients: 3)
        #expect(run.phases[0].latencies.byOutcome[.failed]?.count == 25)
        #expect(run.history.executions.count { !$0.succeeded } == 25)
        #expect(run.verify().violationCount == 0)
    }

    @Test func aStopKeepsWhatWasDoneAndBeginsNoFurtherPhase() async throws {
        let stop = StopSignal()
        let count = AtomicBox(Atomic<Int>(0))
        let subject = ExecutingSubject { _ in
            if count.value.add(1, ordering: .relaxed).newValue == 500 { stop.stop() }
        }
        var scenario = TestLoad.closed(TestLoad.requests(100_000, keys: 10), clients: 8)
        scenario.phases.append(scenario.phases[0])
        let stream = RequestStream(TestLoad.requests(100_000, keys: 10), limit: 100_000)
        let runner = try LoadRunner(
            scenario, streams: [stream, stream], configuration: LoadConfiguration(workers: 2), stop: stop)
        let run = try await runner.run(SubjectBlueprint(subject.information) { _ in subject })
        #expect(run.phases.count == 1 && run.plannedPhases == 2 && run.isPartial && !run.isHung)
        #expect(run.phases[0].ending == .stopped && run.phases[0].isPartial)
        // Each of the eight clients may have had one call open when the signal was given.
        #expect((500...508).contains(run.phases[0].operations))
        #expect(run.history.calls.allSatisfy { $0.hasReturned })
    }

    @Test func aPhaseBoundByTimeEndsWhenTheHistoryIsFull() async throws {
        let subject = ExecutingSubject()
        let scenario = TestLoad.closed(TestLoad.requests(100, keys: 10), clients: 4) { phase in
            phase.operations = nil
            phase.duration = .seconds(600)
        }
        let runner = try LoadRunner(
            scenario, streams: [RequestStream(TestLoad.requests(100, keys: 10))],
            configuration: LoadConfiguration(workers: 2, historyLimit: 1_000))
        let run = try await runner.run(SubjectBlueprint(subject.information) { _ in subject })
        #expect(run.phases[0].ending == .historyFull && run.phases[0].operations == 1_000)
        #expect(run.history.isComplete && run.phases[0].intendedOperations == nil && !run.isPartial)
    }

    @Test func moreRequestsThanTheHistoryHoldsAreRefused() async throws {
        let scenario = TestLoad.closed(TestLoad.requests(100, keys: 10), clients: 4)
        let runner = try LoadRunner(
            scenario, streams: [RequestStream(TestLoad.requests(100, keys: 10), limit: 100)],
            configuration: LoadConfiguration(historyLimit: 99))
        let error = await #expect(throws: LoadError.self) {
            try await runner.run(SubjectBlueprint(ExecutingSubject().information) { _ in ExecutingSubject() })
        }
        #expect(error?.description.contains("historyLimit 99") == true)
    }

    @Test func answersThatDoNotTellAreClassifiedByTheirExecution() async throws {
        let requests = TestLoad.requests(400, keys: 4, latency: .milliseconds(1))
        let run = try await TestLoad.run(
            { _ in JoiningSubject(tellsOutcome: false) }, JoiningSubject.information, requests: requests, clients: 16)
        let phase = run.phases[0]
        #expect(phase.latencies.byOutcome[.executed]?.count == 4)
        #expect(phase.latencies.byOutcome[.failed] == nil)
        #expect(run.verify().verdict == .pass)
    }

    @Test(arguments: [
        ("workers", LoadConfiguration(workers: 0)), ("watchdog", LoadConfiguration(watchdog: .zero)),
        ("historyLimit", LoadConfiguration(historyLimit: 0)),
        ("progressInterval", LoadConfiguration(progressInterval: .milliseconds(1))),
        ("lagLimit", LoadConfiguration(lagLimit: .zero)),
        ("arrivalTolerance", LoadConfiguration(arrivalTolerance: 1)),
    ])
    func aWrongConfigurationNamesItsField(field: String, configuration: LoadConfiguration) {
        let error = #expect(throws: LoadError.self) { try configuration.validate() }
        #expect(error?.description.hasPrefix(field + " ") == true)
    }
}

/// An atomic that a closure can capture.
final class AtomicBox: Sendable {
    let value: Atomic<Int>

    init(_ value: consuming Atomic<Int>) { self.value = value }
}
