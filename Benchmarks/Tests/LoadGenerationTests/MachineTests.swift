import DedupTesting
import DedupVerification
import Evidence
import Judging
import LoadGeneration
import Measurement
import Synchronization
import Testing
import Workloads

/// The real machine, as far as it promises: never early, in order, and over when it is ended.
@Suite(.timeLimit(.minutes(10))) struct RealMachineTests {
    private let machine = RealMachine()

    @Test(arguments: [UInt64(0), 5_000, 30_000, 2_000_000]) func waitsAreNeverTooShort(nanoseconds: UInt64) async throws
    {
        let end = machine.now() + nanoseconds
        machine.block(until: end)
        #expect(machine.now() >= end)
        let later = machine.now() + nanoseconds
        try await machine.sleep(until: later)
        #expect(machine.now() >= later)
        try await machine.sleep(until: 0)
        machine.block(until: 0)
    }

    @Test func aSleepEndsWithItsTask() async {
        let machine = machine
        let sleeper = Task { try await machine.sleep(until: machine.now() + 3_600_000_000_000) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test func stepsAreNeverEarlyAndLateOnesAreNotLeftOut() async throws {
        let machine = machine
        let start = machine.now()
        let due = (0..<50).map { start + UInt64($0) * 100_000 }
        let times = Mutex<[UInt64]>([])
        let box = Box(times)
        let isOver = Latch()
        machine.pace(from: due[0]) {
            let count = box.value.withLock { times in
                times.append(machine.now())
                return times.count
            }
            // The first step is as slow as all others together.
            if count == 1 { machine.block(until: due[49]) }
            if count == due.count { isOver.open() }
            return count < due.count ? due[count] : nil
        }
        try await isOver.wait()
        let seen = box.value.withLock(\.self)
        #expect(seen.count == 50 && zip(seen, due).allSatisfy { $0 >= $1 })
    }

    @Test func aWatchLooksUntilItIsEnded() async throws {
        let looks = Counter()
        let seen = Latch()
        let sleeps = Box(Mutex<[(UInt64, UInt64)]>([]))
        let end = machine.watch(every: 1_000_000, "test") { from, to in
            sleeps.value.withLock { $0.append((from, to)) }
            if looks.add() == 3 { seen.open() }
        }
        try await seen.wait()
        end()
        let count = looks.count
        #expect(sleeps.value.withLock { $0.allSatisfy { $1 - $0 >= 1_000_000 } && $0.count == count })
    }

    /// The one test in which the machine may have the last word: with it, load is generated as it is for users.
    @Test func loadIsGeneratedOnIt() async throws {
        var requests = TestLoad.requests(200, keys: 20, latency: .milliseconds(1))
        for index in requests.indices { requests[index].intended = UInt64(index) * 500_000 }
        for isOpen in [false, true] {
            let run = try await TestLoad.run(
                { _ in JoiningSubject(on: RealMachine()) }, JoiningSubject.promises, requests: requests, clients: 8,
                machine: RealMachine()
            ) { if isOpen { $0.isReplayed() } }
            let result = run.verify()
            #expect(run.history.calls.count == 200 && result.violationCount == 0 && result.total.executions == 20)
            let phase = run.phases[0]
            #expect(
                phase.latencies.all(.execution).minimum ?? 0 >= 998_000,
                "an execution takes as long as it is told, or longer"
            )
            #expect(!isOpen || phase.latencies.all(.lag).count == 200)
            if !phase.audits.allSatisfy({ $0.passed }) {
                print("inconclusive on this machine, now: \(phase.audits)")
            }
        }
    }
}

/// Something that cannot be copied, for closures.
private final class Box<Value: ~Copyable & Sendable>: Sendable {
    let value: Value

    init(_ value: consuming Value) { self.value = value }
}
