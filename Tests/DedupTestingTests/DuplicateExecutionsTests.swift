import Caching
import Dedup
import DedupTesting
import DedupVerification
import Testing

/// What `expectNoDuplicateExecutions` lets pass, and what it refuses and how.
@Suite(.timeLimit(.minutes(5))) struct DuplicateExecutionsTests {
    @Test func aDeduplicatorPasses() async throws {
        let deduplicator = Deduplicator()
        let result = try await expectNoDuplicateExecutions(cachedFor: .seconds(60)) { request in
            try await deduplicator.once("key", request.key, ttl: .seconds(3_600)) { try await request.run() }
        }
        #expect(result.total.executions == 100 && result.total.operations == 2 * 64 * 100)
        #expect(result.total.count(of: .hit) >= 64 * 100 && result.total.preventedRatio == 1)
    }

    @Test func oneThatRefusesDuplicatesPassesWhereThatIsPromised() async throws {
        let deduplicator = Deduplicator()
        let options = CallOptions(duplicates: .reject)
        let result = try await expectNoDuplicateExecutions(callers: 8, keys: 20, duplicates: .reject) { request in
            try await deduplicator.once("key", request.key, ttl: .seconds(3_600), call: options) {
                try await request.run()
            }
        }
        #expect(result.total.executions == 20 && result.total.count(of: .rejected) > 0)
    }

    /// Failures reach those who waited, and the next caller starts afresh.
    @Test func failuresOfTheWorkAreSharedToo() async throws {
        let deduplicator = Deduplicator()
        let result = try await expectNoDuplicateExecutions(
            callers: 16, keys: 20, cachedFor: .seconds(60), failingEvery: 3
        ) { request in
            try await deduplicator.once("key", request.key, ttl: .seconds(3_600)) { try await request.run() }
        }
        #expect(result.total.failedExecutions > 0 && result.total.count(of: .failed) > 0)
    }

    /// A slow way to the table, for even keys: callers that began while the work ran find its result when it is there.
    @Test func oneThatRefusesIsNotAccusedOfJoining() async throws {
        let table = RefusingTable()
        let result = try await expectNoDuplicateExecutions(
            callers: 16, keys: 20, cachedFor: .seconds(60), duplicates: .reject
        ) { request in
            if request.key.isMultiple(of: 2) { try await table.letTheFirstGoAhead(request.key) }
            return try await table.value(request)
        }
        #expect(result.total.count(of: .hit) >= 10 * 15 + 20 * 16, "the late callers, and all of the second round")
    }

    @Test func aCallThatRunsTheWorkTwiceIsTold() async throws {
        let deduplicator = Deduplicator()
        try await withKnownIssue {
            try await expectNoDuplicateExecutions(callers: 4, keys: 5) { request in
                try await deduplicator.once("key", request.key, ttl: .seconds(60)) {
                    _ = try await request.run()
                    return try await request.run()
                }
            }
        } matching: { issue in
            issue.comments.map(\.rawValue).joined().contains("alone ran the work 2 times")
        }
    }

    @Test(arguments: FaultyTable.Fault.allCases)
    func eachFaultIsAnIssueWithItsStory(_ fault: FaultyTable.Fault) async throws {
        let table = FaultyTable(fault)
        let patience: Duration = fault == .losesACaller ? .milliseconds(200) : .seconds(30)
        let told = Told()
        try await withKnownIssue {
            let result = try await expectNoDuplicateExecutions(
                callers: 16, keys: 9, cachedFor: .seconds(60), patience: patience
            ) { request in try await table.value(request) }
            await told.note(result.violationsByKind)
        } matching: { issue in
            let text = issue.comments.map(\.rawValue).joined()
            let hasStory = text.contains("execution ") || text.contains("call ")
            return text.contains(fault.violation.rawValue) && hasStory
        }
        // A task that waits for ever would be a leak of this test.
        await table.answerTheLost()
        #expect(await told.kinds[fault.violation, default: 0] > 0)
    }

    @Test func errorsOfTheCodeUnderTestAreTold() async throws {
        struct Refused: Error {}
        try await withKnownIssue {
            try await expectNoDuplicateExecutions(callers: 2, keys: 2) { _ in throw Refused() }
        } matching: { issue in
            let text = issue.comments.map(\.rawValue).joined()
            return text.contains("8 unexplained_failure")
                && text.contains("the first error that a call threw: Refused()")
        }
    }

    @Test func numbersThatMakeNoDuplicatesEndTheProcess() async {
        await #expect(processExitsWith: .failure) {
            try await expectNoDuplicateExecutions(callers: 1) { try await $0.run() }
        }
        await #expect(processExitsWith: .failure) {
            try await expectNoDuplicateExecutions(keys: 0) { try await $0.run() }
        }
        await #expect(processExitsWith: .failure) {
            try await expectNoDuplicateExecutions(failingEvery: 0) { try await $0.run() }
        }
        await #expect(processExitsWith: .failure) {
            try await expectNoDuplicateExecutions(rounds: 0) { try await $0.run() }
        }
    }
}

/// Keeps values, and refuses who comes while one is made.
private actor RefusingTable {
    struct Busy: Error {}

    private var running: Set<Int> = []
    private var values: [Int: Int] = [:]
    private var stored: [Int: Latch] = [:]

    /// Returns to the first caller of a key at once, and to the others when its value is there.
    func letTheFirstGoAhead(_ key: Int) async throws {
        if let latch = stored[key] { return try await latch.wait() }
        stored[key] = Latch()
    }

    func value(_ request: DuplicateRequest) async throws -> Int {
        if let value = values[request.key] { return value }
        guard running.insert(request.key).inserted else { throw Busy() }
        defer { running.remove(request.key) }
        let value = try await request.run()
        values[request.key] = value
        stored[request.key]?.open()
        return value
    }
}

/// What the test was told by the call that is expected to fail.
private actor Told {
    private(set) var kinds: [ViolationKind: Int] = [:]

    func note(_ kinds: [ViolationKind: Int]) { self.kinds = kinds }
}

/// An actor that keeps a task for each key, but for what is wrong with it.
actor FaultyTable {
    enum Fault: String, CaseIterable, Sendable {
        case executesEveryCall, checksFirstAndActsThen, forgetsResults, mixesKeysUp, losesACaller

        var violation: ViolationKind {
            switch self {
            case .executesEveryCall, .checksFirstAndActsThen: .overlap
            case .forgetsResults: .unjustifiedExecution
            case .mixesKeysUp: .wrongKey
            case .losesACaller: .lostCall
            }
        }
    }

    private let fault: Fault
    private var tasks: [Int: Task<Int, any Error>] = [:]
    private var values: [Int: Int] = [:]
    private var lost: [CheckedContinuation<Void, Never>] = []

    init(_ fault: Fault) {
        self.fault = fault
    }

    /// Lets the callers go that were left without an answer.
    func answerTheLost() {
        for caller in lost { caller.resume() }
        lost = []
    }

    func value(_ request: DuplicateRequest) async throws -> Int {
        switch fault {
        case .executesEveryCall: return try await request.run()
        case .checksFirstAndActsThen:
            if let value = values[request.key] { return value }
            let value = try await request.run()
            values[request.key] = value
            return value
        case .losesACaller where request.key == 3 && lost.isEmpty:
            await withCheckedContinuation { lost.append($0) }
            return 0
        case .forgetsResults, .mixesKeysUp, .losesACaller:
            let key = fault == .mixesKeysUp ? request.key / 2 : request.key
            let task = tasks[key] ?? Task { try await request.run() }
            tasks[key] = task
            let value = try await task.value
            if fault == .forgetsResults { tasks[key] = nil }
            return value
        }
    }
}
