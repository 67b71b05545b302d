internal import Dedup

/// Sees everything that happens in a schedule, in its order: what the oracle judges.
///
/// Unchecked: it is touched by the thread of the ``DeterministicScheduler`` alone.
final class Observer: @unchecked Sendable {
    private(set) var calls: [ObservedCall] = []
    private(set) var executions: [ObservedExecution] = []
    private(set) var invalidations: [ObservedInvalidation] = []
    private(set) var shutdown: ObservedShutdown?
    /// Callers and disturbers that are not done.
    private(set) var openActors = 0
    private(set) var openCalls = 0
    private(set) var openExecutions = 0
    /// The log that a person can read; empty unless it was asked for.
    private(set) var log: [String] = []
    /// The execution of each epoch.
    private(set) var executionOfEpoch: [UInt64: UInt64] = [:]

    private let scheduler: DeterministicScheduler
    private let isVerbose: Bool

    init(scheduler: DeterministicScheduler, isVerbose: Bool) {
        self.scheduler = scheduler
        self.isVerbose = isVerbose
    }

    /// A time stamp that no other event of the schedule has.
    private func stamp(_ event: @autoclosure () -> String) -> UInt64 {
        let time = scheduler.tick()
        scheduler.mix(time)
        if isVerbose { log.append("\(Self.text(time))  \(event())") }
        return time
    }

    /// Notes something for the reader of the log only.
    func note(_ event: @autoclosure () -> String) {
        if isVerbose { log.append("\(Self.text(scheduler.clock))  \(event())") }
    }

    /// A time in microseconds since the start, to the nanosecond.
    private static func text(_ time: UInt64) -> String {
        let nanoseconds = time - 1_000_000
        let fraction = String(nanoseconds % 1_000)
        let micros = "\(nanoseconds / 1_000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) us"
        return String(repeating: " ", count: max(0, 14 - micros.count)) + micros
    }

    // MARK: - Calls

    /// A call is about to be made; returns its number.
    func callStarts(_ name: String, key: Int, deadline: UInt64?, parent: UInt64?, cancelledAt: UInt64?) -> Int {
        let start = stamp("\(name) asks for key \(key)\(deadline.map { ", for \($0 / 1_000) us at most" } ?? "")")
        calls.append(
            ObservedCall(
                name: name, key: key, deadline: deadline, parent: parent, start: start, cancelledAt: cancelledAt))
        openCalls += 1
        return calls.count - 1
    }

    /// A call has returned or thrown.
    func callEnds(_ number: Int, _ ending: Ending) {
        calls[number].end = stamp("\(calls[number].name) \(describe(ending))")
        calls[number].ending = ending
        calls[number].endings += 1
        openCalls -= 1
    }

    private func describe(_ ending: Ending) -> String {
        switch ending {
        case .answered(let answer): "gets \(answer.value) (\(answer.source))"
        case .stepFailed(let execution): "gets the failure of execution \(execution)"
        case .cancelled: "is cancelled"
        case .refused(let code, let epoch):
            "is refused: \(code.rawValue)\(epoch.flatMap { executionOfEpoch[$0] }.map { " by execution \($0)" } ?? "")"
        case .unexpected(let error): "gets an error that was not thrown: \(error)"
        }
    }

    // MARK: - Actors

    func actorStarts() { openActors += 1 }
    func actorEnds() { openActors -= 1 }

    // MARK: - Cancelling

    /// A caller is about to be cancelled.
    func callerCancelled(_ name: String) {
        let time = stamp("\(name) is told to stop")
        for number in calls.indices where calls[number].end == nil && calls[number].name.hasPrefix("\(name)/") {
            calls[number].cancelledAt = calls[number].cancelledAt ?? time
        }
    }

    /// The task of an execution was cancelled.
    func executionCancelled(_ id: UInt64) {
        let time = stamp("execution \(id) is told to stop")
        executions[Int(id) - 1].cancelledAt = time
        for number in calls.indices where calls[number].end == nil && calls[number].parent == id {
            calls[number].cancelledAt = time
        }
    }

    // MARK: - Executions

    /// A step begins that the call number `leader` brought; returns the execution's id.
    func executionBegins(key: Int, epoch: UInt64, leader: Int) -> UInt64 {
        let id = UInt64(executions.count) + 1
        let begin = stamp("execution \(id) of key \(key) begins")
        executions.append(
            ObservedExecution(
                id: id, key: key, epoch: epoch, begin: begin, claimedAfter: calls[leader].start,
                beginsAside: calls[leader].deadline != nil || calls[leader].parent != nil))
        executionOfEpoch[epoch] = id
        openExecutions += 1
        return id
    }

    /// A step is about to return, or to throw.
    func executionEnds(_ id: UInt64, error: (any Error)?) {
        let time = stamp("execution \(id) ends \(error.map { "with \($0)" } ?? "well")")
        executions[Int(id) - 1].end = time
        executions[Int(id) - 1].succeeded = error == nil
        executions[Int(id) - 1].gaveUp = error is CancellationError
        openExecutions -= 1
    }

    // MARK: - Disturbances

    /// Invalidates through `body`.
    func invalidate(_ key: Int?, _ body: () -> Void) {
        let since = stamp("invalidation of \(key.map { "key \($0)" } ?? "everything")")
        body()
        invalidations.append(ObservedInvalidation(key: key, since: since, at: stamp("invalidated")))
    }

    func shutdownStarts(grace: UInt64) {
        shutdown = ObservedShutdown(grace: grace, start: stamp("shutdown with \(grace / 1_000) us of grace"))
    }

    func shutdownEnds(wasOrderly: Bool) {
        shutdown?.end = stamp("shutdown ends, \(wasOrderly ? "orderly" : "not orderly")")
        shutdown?.wasOrderly = wasOrderly
        shutdown?.runningAtEnd = openExecutions
    }
}
