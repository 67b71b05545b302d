internal import Caching

/// The work of several keys in one execution.
///
/// Each key that a call leads has a flight and an execution of its own. Such an execution either *arrives* here, when
/// its work may begin, or ends without having arrived: it was given up before it began, its record could not be opened, or
/// there is a withheld result. When each has done one or the other, the body is called once, for the keys that have
/// arrived and are still wanted. All of their executions last as long as the body does.
final class Batch<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// An execution that waits for the body, or for whose key it runs.
    private struct Member: Sendable {
        let position: Int
        let execution: Execution
        let shot: OneShot<Result<Product, any Error>>
        var isCancelled = false

        var epoch: ExecutionID { execution.key.epoch }
    }

    private struct State {
        /// How many executions the call leads; nil while it is still claiming.
        var led: Int?
        /// How many of them have arrived, or have ended without having arrived.
        var heard = 0
        /// Those that have arrived; once the body runs, those that it runs for and that have not ended.
        var members: [ExecutionID: Member] = [:]
        /// Whether all have been heard of, and the body begins.
        var isComplete = false
        var bodyHasEnded = false
        var task: Task<Void, Never>?

        /// Whether no execution waits for the body any more.
        var isAbandoned: Bool { members.values.allSatisfy(\.isCancelled) }

        /// Whether the body can begin now; that is answered once with yes.
        mutating func becomesComplete() -> Bool {
            guard !isComplete, led == heard else { return false }
            isComplete = true
            return true
        }
    }

    private let name: String
    private let works: [(key: Key, fingerprint: Fingerprint)]
    private let body: @Sendable ([Key]) async throws -> [Key: Value]
    private let state = Lock(State())
    private let allEnded = OneShot<Bool>()

    /// A batch for keys with their fingerprints; executions name them by their positions.
    init(
        _ name: String, _ works: [(key: Key, fingerprint: Fingerprint)],
        _ body: @escaping @Sendable ([Key]) async throws -> [Key: Value]
    ) {
        self.name = name
        self.works = works
        self.body = body
    }

    // MARK: - What it hears

    /// The call has claimed all that it can, and leads so many executions.
    func leads(_ count: Int) {
        let isComplete = state.withLock { state in
            state.led = count
            return state.becomesComplete()
        }
        if isComplete { begin() }
    }

    /// The work of an execution: arrives and waits for the body.
    func product(at position: Int, _ execution: Execution) async throws -> Product {
        let epoch = execution.key.epoch
        let member = Member(position: position, execution: execution, shot: OneShot())
        let isComplete = state.withLock { state in
            state.members[epoch] = member
            state.heard += 1
            return state.becomesComplete()
        }
        return try await withTaskCancellationHandler {
            if isComplete { begin() }
            return try await member.shot.value.get()
        } onCancel: {
            cancel(epoch)
        }
    }

    /// An execution has ended.
    func ended(_ epoch: ExecutionID) {
        let (isComplete, isLast) = state.withLock { state -> (Bool, Bool) in
            if state.isComplete {
                let isMember = state.members.removeValue(forKey: epoch) != nil
                return (false, isMember && state.members.isEmpty)
            }
            if state.members[epoch] != nil { return (false, false) }
            state.heard += 1
            return (state.becomesComplete(), false)
        }
        if isComplete { begin() }
        if isLast { allEnded.fulfil(true) }
    }

    /// Waits until every execution that the body ran for has ended, if the body itself has; no longer than until
    /// `deadline`, and not for a caller that is cancelled.
    ///
    /// The call does so before it throws what the body has thrown. Its executions end one after another, and a request
    /// that is made at once would join those that are left, and get the old error for an answer.
    func settle(by deadline: MonotonicInstant, _ shards: FlightShards) async {
        guard state.withLock(\.bodyHasEnded) else { return }
        await withTaskCancellationHandler {
            _ = await shards.value(of: allEnded, by: deadline, otherwise: false)
        } onCancel: {
            allEnded.fulfil(false)
        }
    }

    /// An execution was cancelled. Before the body begins it is let go; later it lasts as long as the body, which is told
    /// when no execution waits for it any more.
    private func cancel(_ epoch: ExecutionID) {
        let (task, shot) = state.withLock { state in
            state.members[epoch]?.isCancelled = true
            return (state.isAbandoned ? state.task : nil, state.isComplete ? nil : state.members[epoch]?.shot)
        }
        shot?.fulfil(.failure(CancellationError()))
        task?.cancel()
    }

    // MARK: - The body

    private func begin() {
        let (members, cancelled) = state.withLock { state in
            let all = state.members.values.sorted { $0.epoch < $1.epoch }
            let wanted = all.filter { !$0.isCancelled }
            state.members = Dictionary(uniqueKeysWithValues: wanted.map { ($0.epoch, $0) })
            return (wanted, all.filter(\.isCancelled))
        }
        for member in cancelled { member.shot.fulfil(.failure(CancellationError())) }
        // As the execution with the greatest epoch: all that ended before one of these was claimed have smaller ones.
        guard let leader = members.last else { return }
        let task = Task.detached(priority: Task.currentPriority) { await self.run(members, leader.execution) }
        let isAbandoned = state.withLock { state in
            state.task = task
            return state.isAbandoned
        }
        if isAbandoned { task.cancel() }
    }

    /// Runs the body as one of the executions; the others wait for that, so that a circle is found.
    private func run(_ members: [Member], _ leader: Execution) async {
        let waiting = members.map(\.epoch).filter { $0 != leader.key.epoch }
        change(waiting) { graph, epoch in _ = graph.add(from: epoch, to: leader.key.epoch) }
        let keys = members.sorted { $0.position < $1.position }.map { works[$0.position].key }
        let end = await Result { try await leader.followed { try await body(keys) } }
        change(waiting) { graph, epoch in graph.remove(from: epoch, to: leader.key.epoch) }
        state.withLock { $0.bodyHasEnded = true }
        for member in members { member.shot.fulfil(end.map { product(of: works[member.position].key, in: $0) }) }
    }

    /// Changes the graph for many executions, a few at a time: all of the process share its lock.
    private func change(_ epochs: [ExecutionID], _ change: (inout WaitGraph, ExecutionID) -> Void) {
        for start in stride(from: 0, to: epochs.count, by: 64) {
            WaitGraph.shared.withLock { graph in
                for epoch in epochs[start...].prefix(64) { change(&graph, epoch) }
            }
        }
    }

    private func product(of key: Key, in values: [Key: Value]) -> Product {
        if let value = values[key] { return Product(value, keeping: .asPolicy, weight: nil) }
        return Product(NoValue(step: name), keeping: .notAtAll, weight: nil)
    }
}
