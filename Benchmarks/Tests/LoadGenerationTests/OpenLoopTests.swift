import DedupBenchKit
import DedupVerification
import Evidence
import Judging
import LoadGeneration
import Measurement
import Simulation
import Testing
import Workloads

@Suite(.timeLimit(.minutes(10))) struct OpenLoopTests {
    /// Requests that are intended so far apart, from the start on.
    private func requests(_ count: Int, every distance: Duration, latency: Duration = .zero) -> [Request] {
        var requests = TestLoad.requests(count, keys: count, latency: latency)
        for index in requests.indices { requests[index].intended = UInt64(index) * distance.nanoseconds }
        return requests
    }

    @Test func everyReleasedRequestIsCalledOnce() async throws {
        let subject = ExecutingSubject()
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises, requests: requests(500, every: .zero), clients: 8
        ) { $0.isReplayed() }
        #expect(run.history.calls.map(\.request).sorted() == (0..<500).map { UInt32($0) })
        #expect(run.phases[0].latencies.isOpen && run.phases[0].ending == .completed)
        #expect(run.phases[0].latencies.all(.lag).count == 500 && run.phases[0].latencies.all(.response).count == 500)
        #expect(run.phases[0].audits.allSatisfy { $0.passed })
    }

    @Test func requestsAreReleasedAtTheirIntendedTimesWhetherOrNotEarlierOnesHaveReturned() async throws {
        // A request a millisecond, and executions of 7.5 ms: from the eighth millisecond on eight calls are open.
        let run = try await TestLoad.run(
            { _ in ExecutingSubject() }, ExecutingSubject.promises,
            requests: requests(50, every: .milliseconds(1), latency: .microseconds(7_500)), clients: 20
        ) { $0.isReplayed() }
        let phase = run.phases[0]
        let offsets = run.history.calls.sorted { $0.request < $1.request }.map { $0.start - phase.start }
        #expect(offsets == (0..<50).map { UInt64($0) * 1_000_000 })
        #expect(phase.load.maximumConcurrency == 8 && phase.load.backlogged == 0)
        #expect(phase.latencies.all(.lag).maximum == 0 && phase.latencies.all(.wait).maximum == 0)
        #expect(phase.audits.allSatisfy { $0.passed }, "\(phase.audits)")
    }

    @Test func responseTimeCountsTheBacklogAndServiceTimeDoesNot() async throws {
        // One client, ten requests intended for the same moment: each waits for all before it.
        let subject = ExecutingSubject()
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises,
            requests: requests(10, every: .zero, latency: .milliseconds(5)),
            clients: 1
        ) { $0.isReplayed() }
        let calls = run.history.calls.sorted { $0.start < $1.start }
        #expect(calls.allSatisfy { $0.end - $0.start == 5_000_000 })
        #expect(calls.map { $0.end - $0.intended } == (1...10).map { UInt64($0) * 5_000_000 })
        #expect(run.phases[0].load.maximumConcurrency == 1 && run.phases[0].load.backlogged == 9)
    }

    @Test func aSubjectThatBlocksItsWorkerIsNotMistakenForASlowGenerator() async throws {
        // Every tenth call blocks the only worker for 60 ms, with 30 clients idle; a request is due every millisecond.
        let machine = SimulatedMachine()
        let subject = ExecutingSubject { work in
            if work.key % 10 == 0 { machine.block(until: machine.now() + 60_000_000) }
        }
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises, requests: requests(100, every: .milliseconds(1)), clients: 30,
            configuration: LoadConfiguration(workers: 1), machine: machine
        ) { $0.isReplayed() }
        let phase = run.phases[0]
        let response = try #require(phase.latencies[.response, .executed])
        #expect(response.count == 100 && phase.latencies.parts.count { $0.kind == .response } == 1)
        // The last blocking call, request 90, begins after nine others and ends at 600 ms.
        let last = try #require(run.history.calls.first { $0.request == 90 })
        #expect(last.end - phase.start == 600_000_000 && last.end - last.intended == 510_000_000)
        #expect(phase.load.subjectShareOfWaiting == 1)
        let backlog = try #require(phase.audits.first { $0.name == "backlog" })
        #expect(!backlog.passed && backlog.blame != .generator, "\(backlog)")
    }

    @Test func keysThatWereNotDeclaredMakeThePhaseInvalid() async throws {
        // Declared is a uniform distribution over ten keys; asked for is one of them.
        var requests = TestLoad.requests(1_000, keys: 1)
        requests[0].key = 9
        let subject = ExecutingSubject()
        let run = try await TestLoad.run({ _ in subject }, ExecutingSubject.promises, requests: requests, clients: 2)
        #expect(run.phases[0].audits.contains { $0.name == "keys" && !$0.passed })
    }

    @Test func aStopEndsTheWaitForRequestsThatAreFarAway() async throws {
        // The second request is an hour away. The first one stops the run.
        let stop = StopSignal()
        let subject = ExecutingSubject { _ in stop.stop() }
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises, requests: requests(2, every: .seconds(3_600)), clients: 2,
            stop: stop
        ) { $0.isReplayed() }
        #expect(run.phases[0].ending == .stopped && run.history.calls.count == 1)
        #expect(run.phases[0].duration <= 50_000_000, "the pacer looks for the signal every 50 ms")
    }

    /// On the machine itself, where clients take a while to wake up and are woken ahead of the time.
    @Test func noRequestStartsBeforeItsTime() async throws {
        let subject = ExecutingSubject()
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises, requests: requests(2_000, every: .microseconds(100)),
            clients: 4,
            machine: RealMachine()
        ) { $0.isReplayed() }
        #expect(run.history.calls.count == 2_000)
        #expect(run.history.calls.allSatisfy { $0.start >= $0.intended && $0.intended >= run.phases[0].start })
    }

    /// Clients that take from 10 to 30 us: three of four take 15 us or more.
    @Test(arguments: 1...5 as ClosedRange<UInt64>) func theLeadIsWhatThreeOfFourClientsTakeAtLeast(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "test/lead")
        let lead = Lead()
        for _ in 0..<500 { lead.learn(10_000 + random.below(20_000)) }
        let leads = (0..<10_000).map { _ in
            lead.learn(10_000 + random.below(20_000))
            return Double(lead.time)
        }
        let mean = leads.reduce(0, +) / Double(leads.count)
        #expect(abs(mean - 15_000) < 1_000, "seed \(seed): \(mean)")
    }

    @Test func theLeadIsBoundedAndThereIsNoneWhereNoneIsNeeded() {
        let lead = Lead()
        for _ in 0..<100 { lead.learn(0) }
        #expect(lead.time == 0)
        for _ in 0..<10_000 { lead.learn(9_000_000) }
        #expect(lead.time == 100_000)
        for _ in 0..<10_000 { lead.learn(0) }
        #expect(lead.time == 0)
    }
}
