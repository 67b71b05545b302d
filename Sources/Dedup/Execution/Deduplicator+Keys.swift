public import Caching

// Several keys at once: what is cached is served, what is in flight is joined, and one execution makes the rest.
extension Deduplicator {
    /// Does the work of several keys once: `body` is called with the keys whose results are neither cached nor in progress.
    ///
    ///     let users = try await dedup.once("user", keys: ids) { missing in try await load(missing) }
    ///
    /// Each key is a request of its own, with a flight, an execution, a result and a record of its own, and the same work as
    /// `once("user", id)` with that one part. When every request for a key has left, that key is given up, and its
    /// execution ends with `body`; when that is so for all keys that `body` was called with, its task is cancelled.
    ///
    /// `body` is called at most once, unless a key has to be claimed again: a cancelled execution that was in its way has
    /// ended, for example. Then it is called once more for all such keys.
    ///
    /// - Parameters:
    ///   - name: What kind of work it is.
    ///   - keys: What the results are for. A key that comes twice, by its own `==`, counts once.
    ///   - ttl: How long results are cached; nil caches nothing. Default: five minutes.
    ///   - scope: Whose work it is: calls of different scopes never share a result.
    ///   - call: What this call alone asks for.
    ///   - body: The work for several keys. ``ExecutionContext/current`` in it is one of theirs. A key that it returns no
    ///     value for has no result: nothing is cached for it, and requests for that key alone get
    ///     ``DedupError/Code/missingResult``.
    /// - Returns: The values by key; keys without a value are missing.
    /// - Throws: What `body` throws, ``FingerprintError`` for a key without a canonical form, `CancellationError`, or
    ///   ``DedupError``. Where one key is refused or fails, the others are given up, and count as cancelled.
    public func once<Key: Hashable & Encodable & Sendable, Value: Sendable>(
        _ name: String, keys: some Sequence<Key>, ttl: TimeToLive? = .fixed(.seconds(300)), scope: String? = nil,
        call: CallOptions = CallOptions(), _ body: @escaping @Sendable ([Key]) async throws -> [Key: Value]
    ) async throws -> [Key: Value] {
        try await once(
            name, keys: keys, scope: scope, policy: ExecutionPolicy(timeToLive: ttl), call: call, body)
    }

    /// Does the work of several keys once, under a policy.
    ///
    /// - Parameters:
    ///   - name: What kind of work it is.
    ///   - keys: What the results are for. A key that comes twice, by its own `==`, counts once.
    ///   - scope: Whose work it is: calls of different scopes never share a result.
    ///   - policy: How each key is deduplicated.
    ///   - call: What this call alone asks for.
    ///   - body: The work for several keys; see ``once(_:keys:ttl:scope:call:_:)``.
    /// - Returns: The values by key; keys without a value are missing.
    /// - Throws: What `body` throws, ``FingerprintError``, `CancellationError`, or ``DedupError``.
    public func once<Key: Hashable & Encodable & Sendable, Value: Sendable>(
        _ name: String, keys: some Sequence<Key>, scope: String? = nil, policy: ExecutionPolicy,
        call: CallOptions = CallOptions(), _ body: @escaping @Sendable ([Key]) async throws -> [Key: Value]
    ) async throws -> [Key: Value] {
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
        let deadline = call.deadline.map { time.now.advanced(by: $0) }
        while !missing.isEmpty {
            var call = call
            call.deadline = deadline.map { time.now.duration(to: $0) }
            let batch = Batch(name, missing, body)
            let requests = try missing.indices.map { position in
                try countingRefusal {
                    try request(
                        missing[position].fingerprint, step: name, scope: scope, policy: policy, call: call,
                        { try await batch.product(at: position, $0) }, ended: batch.ended)
                }
            }
            var again: [(key: Key, fingerprint: Fingerprint)] = []
            try await executeOrJoin(requests, leads: batch.leads) { position, answer in
                if let answer {
                    values[missing[position].key] = try value(of: answer)
                } else {
                    again.append(missing[position])
                }
            }
            missing = again
        }
        return values
    }

    /// Claims all requests, says how many executions they lead, waits for all, and hands over each answer as it comes; nil
    /// for a request that has to claim again. Where one fails, the others leave.
    private func executeOrJoin(
        _ requests: [Request], leads: (Int) -> Void, _ receive: (_ position: Int, Answer?) throws -> Void
    ) async throws {
        let isolation: (any Actor)? = #isolation
        let isOnActor = isolation != nil
        var claims: [Claimed] = []
        var led = 0
        do {
            for request in requests {
                let claimed = try claim(request, isOnActor: isOnActor)
                if case .waits(_, _, isLeader: true) = claimed { led += 1 }
                claims.append(claimed)
            }
        } catch {
            giveUp(requests.enumerated().filter { $0.offset != claims.count }.map(\.element), claims)
            // Other requests may have joined what was claimed until here.
            leads(led)
            throw error
        }
        leads(led)
        for (position, request) in requests.enumerated() {
            do {
                try receive(position, try await wait(request, claims[position]))
            } catch {
                giveUp(Array(requests.dropFirst(position + 1)), Array(claims.dropFirst(position + 1)))
                throw error
            }
        }
    }

    /// Leaves what was claimed, and counts each request that has no answer. Requests behind those with a claim have none.
    private func giveUp(_ requests: [Request], _ claims: [Claimed]) {
        for (request, claimed) in zip(requests, claims) { leave(request, claimed) }
        let answered = claims.count { if case .answered = $0 { true } else { false } }
        counters.count { $0.outcomes.cancelled += requests.count - answered }
    }

    /// The value of an answer, or nil where the work for several keys has returned none for this one.
    private func value<Value: Sendable>(of answer: Answer) throws -> Value? {
        guard answer.boxed is Boxed<NoValue> else { return try Outcome<Value>(answer, in: self).value }
        countAnswer(answer.source)
        return nil
    }
}
