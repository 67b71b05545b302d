import DedupVerification
import Gates
import Glibc
import LoadGeneration
import Measurement
import Testing
import Workloads

@Suite(.timeLimit(.minutes(1))) struct OpenLoopTests {
    /// Requests that are all intended to start at once.
    private func volley(_ count: Int, latency: Duration) -> [Request] {
        TestLoad.requests(count, keys: count, latency: latency)
    }

    @Test func everyReleasedRequestIsCalledOnce() async throws {
        let subject = ExecutingSubject()
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: volley(500, latency: .zero), clients: 8,
            configuration: LoadConfiguration(workers: 2, lagLimit: .seconds(60))
        ) { phase in
            phase.model = .trace
            phase.speed = .factor(1)
        }
        #expect(run.history.calls.map(\.request).sorted() == (0..<500).map { UInt32($0) })
        #expect(run.phases[0].isOpen && run.phases[0].ending == .completed)
        #expect(run.phases[0].latencies.lag.count == 500 && run.phases[0].latencies.response.count == 500)
        #expect(run.phases[0].invalidReasons.isEmpty)
    }

    @Test func responseTimeCountsTheBacklogAndServiceTimeDoesNot() async throws {
        // One client, ten requests intended for the same moment: each waits for all before it.
        let subject = ExecutingSubject()
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: volley(10, latency: .milliseconds(5)), clients: 1
        ) { phase in
            phase.model = .trace
            phase.speed = .factor(1)
        }
        let calls = run.history.calls.sorted { $0.start < $1.start }
        var served: UInt64 = 0
        for call in calls {
            served += call.end - call.start
            #expect(call.end - call.intended >= served, "the response includes every service before it")
        }
        #expect(run.phases[0].concurrency.maximum == 1 && run.phases[0].concurrency.backlogged > 0)
    }

    @Test func aSubjectThatBlocksItsWorkerIsNotMistakenForASlowGenerator() async throws {
        // Every tenth call blocks the only worker for 60 ms, with 30 clients idle; a request is due every millisecond.
        let subject = ExecutingSubject { request in
            if request.key % 10 == 0 { usleep(60_000) }
        }
        var requests = TestLoad.requests(100, keys: 100)
        for index in requests.indices { requests[index].intended = UInt64(index) * 1_000_000 }
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: requests, clients: 30,
            configuration: LoadConfiguration(workers: 1)
        ) { phase in
            phase.model = .trace
            phase.speed = .factor(1)
        }
        let phase = run.phases[0]
        let response = try #require(phase.latencies.responseByOutcome[.executed])
        #expect(response.count == 100 && phase.latencies.responseByOutcome.count == 1)
        #expect(try #require(response.maximum) > 60_000_000)
        #expect(phase.concurrency.subjectShareOfWaiting > 0.5)
        let backlog = try #require(phase.audits.first { $0.name == "backlog" })
        #expect(!backlog.passed && !backlog.blamesGenerator, "\(backlog)")
    }

    @Test func waitingWhileNoCallIsOpenIsTheGenerators() async throws {
        // Ten thousand requests due at once, and calls that take no time: what they wait for is the generator.
        let subject = InstantSubject()
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: TestLoad.requests(10_000, keys: 10), clients: 4,
            configuration: LoadConfiguration(workers: 2, lagLimit: .nanoseconds(1))
        ) { phase in
            phase.model = .trace
            phase.speed = .factor(1)
        }
        let phase = run.phases[0]
        #expect(phase.concurrency.subjectShareOfWaiting < 0.5)
        #expect(phase.audits.contains { $0.name == "backlog" && !$0.passed && $0.blamesGenerator })
    }

    @Test func aGeneratorThatCannotKeepUpMakesThePhaseInvalid() async throws {
        // One release every nanosecond is more than any generator can do.
        var requests = TestLoad.requests(50_000, keys: 10)
        for index in requests.indices { requests[index].intended = UInt64(index) }
        let subject = ExecutingSubject()
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: requests, clients: 4,
            configuration: LoadConfiguration(workers: 2, lagLimit: .nanoseconds(1), arrivalTolerance: 0)
        ) { phase in
            phase.model = .trace
            phase.speed = .factor(1)
        }
        let failed = run.phases[0].audits.filter { !$0.passed }.map(\.name)
        #expect(failed.contains("pace") && failed.contains("lag") && failed.contains("backlog"))
        #expect(run.phases[0].invalidReasons.contains { $0.contains("saturated") })
    }

    @Test func keysThatWereNotDeclaredMakeThePhaseInvalid() async throws {
        // Declared is a uniform distribution over ten keys; asked for is one of them.
        var requests = TestLoad.requests(1_000, keys: 1)
        requests[0].key = 9
        let subject = ExecutingSubject()
        let run = try await TestLoad.run({ _ in subject }, subject.information, requests: requests, clients: 2)
        #expect(run.phases[0].audits.contains { $0.name == "keys" && !$0.passed })
    }

    @Test func aStopEndsTheWaitForRequestsThatAreFarAway() async throws {
        let stop = StopSignal()
        var requests = TestLoad.requests(2, keys: 2)
        requests[1].intended = 3_600_000_000_000
        let subject = ExecutingSubject { _ in stop.stop() }
        let run = try await TestLoad.run(
            { _ in subject }, subject.information, requests: requests, clients: 2, stop: stop
        ) { phase in
            phase.model = .trace
            phase.speed = .factor(1)
        }
        #expect(run.phases[0].ending == .stopped && run.history.calls.count == 1)
    }
}
