import DedupBenchKit
import DedupVerification
import Evidence
import Glibc
import LoadGeneration
import Measurement
import Synchronization
import Testing
import Workloads

@Suite(.timeLimit(.minutes(10))) struct MemoryPhaseTests {
    @Test func samplesAreTakenBetweenCyclesAtQuiescentPoints() async throws {
        let probe = QuiescenceProbe()
        let run = try await TestLoad.run(
            { _ in probe }, ExecutingSubject.promises,
            requests: TestLoad.requests(1_000, keys: 10, latency: .milliseconds(1)),
            clients: 5
        ) { phase in
            phase.operations = nil
            phase.memory = MemorySampling()
            phase.memory?.samples = 10
            phase.memory?.operations = 100
        }
        let phase = run.phases[0]
        #expect(probe.openAtRest.count == 0 && probe.rests.count == 11)
        #expect(phase.counts.operations == 1_000 && phase.ending == .completed)
        let series = try #require(phase.memory.first).series
        #expect(series.samples.map(\.operations) == (1...10).map { $0 * 100 })
        #expect(series.samples.allSatisfy { $0.liveEntries == 7 && $0.reading.live > 0 })
        #expect(phase.load.threads.count == 10 && phase.load.threads.allSatisfy { $0 > 0 })
    }

    @Test func theClosedLoopAllocatesNothing() async throws {
        let subject = AllocationProbe()
        let run = try await TestLoad.run(
            { _ in subject }, ExecutingSubject.promises, isJudged: false, requests: TestLoad.requests(20_000, keys: 10),
            clients: 1,
            configuration: LoadConfiguration(workers: 1), machine: RealMachine())
        #expect(run.phases[0].counts.operations == 20_000)
        #expect(subject.positiveControl > 0, "the counter of the allocator must see an allocation")
        #expect(subject.bytes == 0, "from the 1,000th call to the 20,000th")
    }
}

/// Counts the calls that are open while it is asked to be at rest.
private final class QuiescenceProbe: Subject {
    private let open = Counter()
    let openAtRest = Counter()
    /// How often it was asked to be at rest: before every sample, and at the end.
    let rests = Counter()

    var liveEntries: Int? { 7 }

    func call(_ work: Work) async -> Answer {
        open.add()
        defer { open.add(-1) }
        do {
            return .value(try await work.run(), .executed)
        } catch {
            return .failed(error)
        }
    }

    func quiesce() async {
        rests.add()
        openAtRest.add(open.count)
    }
}

/// Answers at once, and reads how much its thread has allocated.
private final class AllocationProbe: Subject {
    private let calls = Atomic<Int>(0)
    private let first = Atomic<UInt64>(0)
    private let last = Atomic<UInt64>(0)
    let positiveControl: UInt64

    init() {
        let before = Self.allocated()
        let block = malloc(100)
        // The address escapes, or an optimised build would leave both calls out.
        first.store(UInt64(UInt(bitPattern: block)), ordering: .relaxed)
        positiveControl = Self.allocated() - before
        free(block)
    }

    var bytes: UInt64 { last.load(ordering: .relaxed) - first.load(ordering: .relaxed) }

    func call(_ work: Work) async -> Answer {
        switch calls.add(1, ordering: .relaxed).newValue {
        case 1_000: first.store(Self.allocated(), ordering: .relaxed)
        case 20_000: last.store(Self.allocated(), ordering: .relaxed)
        default: break
        }
        return Answer(outcome: .hit, execution: 0)
    }

    private typealias Mallctl =
        @convention(c) (
            UnsafePointer<CChar>, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?, UnsafeMutableRawPointer?, Int
        ) -> Int32

    private static let mallctl = dlsym(nil, "mallctl").map { unsafeBitCast($0, to: Mallctl.self) }

    /// Bytes that the calling thread has ever allocated, exact: jemalloc's `thread.allocated`.
    private static func allocated() -> UInt64 {
        var bytes: UInt64 = 0
        var size = MemoryLayout<UInt64>.size
        // A static string, because a plain one is copied for the call in a debug build.
        let name: StaticString = "thread.allocated"
        name.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { text in
                if let start = text.baseAddress { _ = mallctl?(start, &bytes, &size, nil, 0) }
            }
        }
        return bytes
    }
}
