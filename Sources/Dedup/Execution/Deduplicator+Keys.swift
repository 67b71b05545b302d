public import Caching

// Several keys at once: what is cached is served, what is in flight is joined, and one execution makes the rest.
extension Deduplicator {
    /// Does the work of several keys once: `body` is called at most once, with the keys whose results are neither cached
    /// nor in progress.
    ///
    ///     let users = try await dedup.once("user", keys: ids) { missing in try await load(missing) }
    ///
    /// Each key is a request of its own, with a flight, a result and a record of its own, and the same work as
    /// `once("user", id)` with that one part. When every request for a key has left, that key is given up; when that is so
    /// for all keys that `body` was called with, its task is cancelled.
    ///
    /// - Parameters:
    ///   - name: What kind of work it is.
    ///   - keys: What the results are for. A key that comes twice counts once.
    ///   - ttl: How long results are cached; nil caches nothing. Default: five minutes.
    ///   - scope: Whose work it is: calls of different scopes never share a result.
    ///   - policy: How each key is deduplicated. Its time to live gives way to `ttl`.
    ///   - call: What this call alone asks for.
    ///   - body: The work for several keys. A key that it returns no value for has no result: nothing is cached for it, and
    ///     requests for that key alone get ``DedupError/Code/missingResult``.
    /// - Returns: The values by key; keys without a value are missing.
    /// - Throws: What `body` throws, ``FingerprintError`` for a key without a canonical form, `CancellationError`, or
    ///   ``DedupError``. Where one key is refused, the others are given up.
    public func once<Key: Hashable & Encodable & Sendable, Value: Sendable>(
        _ name: String, keys: some Sequence<Key>, ttl: TimeToLive? = .fixed(.seconds(300)), scope: String? = nil,
        policy: ExecutionPolicy = .standard, call: CallOptions = CallOptions(),
        _ body: @escaping @Sendable ([Key]) async throws -> [Key: Value]
    ) async throws -> [Key: Value] {
        var policy = policy
        policy.timeToLive = ttl
        var values: [Key: Value] = [:]
        var missing: [(key: Key, fingerprint: Fingerprint)] = []
        var seen: Set<Key> = []
        for key in keys where seen.insert(key).inserted {
            let fingerprint = try countingRefusal { try self.fingerprint(of: name, key, scope: scope) }
            if !call.refresh, let answer = try lookup(fingerprint) {
                values[key] = try Outcome<Value>(answer, in: self).value
            } else {
                missing.append((key, fingerprint))
            }
        }
        if missing.isEmpty { return values }
        let batch = Batch(name: name, missing: missing, body)
        let requests = try missing.map { key, fingerprint in
            try countingRefusal {
                try request(fingerprint, step: name, scope: scope, policy: policy, call: call) { execution in
                    Product(try await batch.value(for: key, execution), keeping: .asPolicy, weight: nil)
                }
            }
        }
        let answers = try await executeOrJoin(requests) { led in batch.start(led) }
        for (key, answer) in zip(missing.map(\.key), answers) {
            if let answer { values[key] = try Outcome<Value>(answer, in: self).value }
        }
        return values
    }

    /// Claims all requests, calls `start` with the epochs of the flights that they lead, by position, and waits for all.
    /// Where one fails, the others leave. The answer of a key without a result is nil.
    private func executeOrJoin(
        _ requests: [Request], start: (_ led: [Int: ExecutionID]) -> Void
    ) async throws -> [Answer?] {
        let isolation: (any Actor)? = #isolation
        let isOnActor = isolation != nil
        var claims: [Claimed] = []
        var led: [Int: ExecutionID] = [:]
        do {
            for (position, request) in requests.enumerated() {
                let claimed = try claim(request, isOnActor: isOnActor)
                if case .waits(let key, _, isLeader: true) = claimed { led[position] = key.epoch }
                claims.append(claimed)
            }
        } catch {
            // Other requests may have joined what was claimed until here.
            for (request, claimed) in zip(requests, claims) { leave(request, claimed) }
            start(led)
            throw error
        }
        start(led)
        return try await answers(requests, claims)
    }

    private func answers(_ requests: [Request], _ claims: [Claimed]) async throws -> [Answer?] {
        var answers: [Answer?] = []
        for (position, request) in requests.enumerated() {
            do {
                if let answer = try await wait(request, claims[position]) {
                    answers.append(answer)
                } else {
                    answers.append(try await executeOrJoin(request))
                }
            } catch let error as DedupError where error.code == .missingResult {
                answers.append(nil)
            } catch {
                for rest in requests.indices.dropFirst(position + 1) { leave(requests[rest], claims[rest]) }
                throw error
            }
        }
        return answers
    }
}

/// The work of several keys in one execution.
///
/// The flights of the keys that it leads wait for it. A flight that comes later for one of its keys, after an invalidation
/// for example, must not have its result, and does the work for that key alone.
private final class Batch<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        /// The epochs of the flights that wait for the work, by key; nil while they are claimed.
        var led: [Key: ExecutionID]?
        /// The keys whose flights were cancelled.
        var cancelled: Set<Key> = []
        var task: Task<Void, Never>?

        /// Whether no flight waits for the work any more.
        var isAbandoned: Bool { led.map { $0.keys.allSatisfy(cancelled.contains) } ?? false }
    }

    private let name: String
    private let missing: [(key: Key, fingerprint: Fingerprint)]
    private let body: @Sendable ([Key]) async throws -> [Key: Value]
    private let shots: [Key: OneShot<Result<Value, any Error>>]
    private let state = Lock(State())

    init(
        name: String, missing: [(key: Key, fingerprint: Fingerprint)],
        _ body: @escaping @Sendable ([Key]) async throws -> [Key: Value]
    ) {
        self.name = name
        self.missing = missing
        self.body = body
        shots = Dictionary(uniqueKeysWithValues: missing.map { ($0.key, OneShot()) })
    }

    /// Begins the work for the keys at the positions of flights that are led, unless all of them were cancelled meanwhile.
    func start(_ positions: [Int: ExecutionID]) {
        let positions = positions.sorted { $0.key < $1.key }
        let led = positions.map { (key: missing[$0.key].key, epoch: $0.value) }
        let open = state.withLock { state in
            state.led = Dictionary(uniqueKeysWithValues: led.map { ($0.key, $0.epoch) })
            return led.filter { !state.cancelled.contains($0.key) }
        }
        guard let first = open.first, let position = positions.first(where: { $0.value == first.epoch })?.key else {
            return
        }
        let context = ExecutionContext(
            executionID: first.epoch, epoch: first.epoch, step: name, fingerprint: missing[position].fingerprint)
        let task = Task.detached(priority: Task.currentPriority) { await self.run(open, context) }
        let isAbandoned = state.withLock { state in
            state.task = task
            return state.isAbandoned
        }
        if isAbandoned { task.cancel() }
    }

    /// Runs the body as the execution of the first key; the others wait for that, so that a circle is found.
    private func run(_ open: [(key: Key, epoch: ExecutionID)], _ context: ExecutionContext) async {
        let waiting = open.dropFirst()
        WaitGraph.shared.withLock { graph in
            for other in waiting { _ = graph.add(from: other.epoch, to: context.executionID) }
        }
        let end = await Result {
            try await ExecutionContext.$current.withValue(context) { try await body(open.map(\.key)) }
        }
        WaitGraph.shared.withLock { graph in
            for other in waiting { graph.remove(from: other.epoch, to: context.executionID) }
        }
        for (key, _) in open { shots[key]?.fulfil(value(of: key, in: end)) }
    }

    /// The value for the flight of a key.
    func value(for key: Key, _ execution: ExecutionContext) async throws -> Value {
        let isLed = state.withLock { $0.led.map { $0[key] == execution.epoch } ?? true }
        guard isLed, let shot = shots[key] else {
            return try await value(of: key, in: Result { try await body([key]) }).get()
        }
        return try await withTaskCancellationHandler {
            try await shot.value.get()
        } onCancel: {
            cancel(key)
        }
    }

    private func value(of key: Key, in end: Result<[Key: Value], any Error>) -> Result<Value, any Error> {
        end.flatMap { values in
            if let value = values[key] { return .success(value) }
            return .failure(DedupError.missingResult(step: name))
        }
    }

    private func cancel(_ key: Key) {
        shots[key]?.fulfil(.failure(CancellationError()))
        let task = state.withLock { state in
            state.cancelled.insert(key)
            return state.isAbandoned ? state.task : nil
        }
        task?.cancel()
    }
}
