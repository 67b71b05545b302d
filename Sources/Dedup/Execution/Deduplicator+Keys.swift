public import Caching

// Several keys at once: what is cached is served, what is in flight is joined, and one execution makes the rest.
extension Deduplicator {
    /// Does the work of several keys once: `body` is called with the keys whose results are neither cached nor in progress.
    ///
    ///     let users = try await dedup.once("user", keys: ids) { missing in try await load(missing) }
    ///
    /// Each key is a request of its own, with a flight, an execution, a result and a record of its own, and the same work as
    /// `once("user", id)` with that one part. When every request for a key has left, that key is given up, and its
    /// execution ends with `body`; when that is so for all keys that `body` was called with, its task is cancelled, where the
    /// policy cancels what is abandoned.
    ///
    /// `body` is called at most once, unless a key has to be claimed again: a cancelled execution that was in its way has
    /// ended, for example. Then it is called once more for all such keys.
    ///
    /// - Parameters:
    ///   - name: What kind of work it is.
    ///   - keys: What the results are for. A key that comes twice, by its own `==`, counts once. Others must be
    ///     encoded differently.
    ///   - ttl: How long results are cached; nil caches nothing. Default: five minutes.
    ///   - scope: Whose work it is: calls of different scopes never share a result.
    ///   - call: What this call alone asks for.
    ///   - body: The work for several keys. ``ExecutionContext/current`` in it is one of theirs. A key that it returns no
    ///     value for has no result: nothing is cached for it, and requests for that key alone get
    ///     ``DedupError/Code/missingResult``.
    /// - Returns: The values by key; keys without a value are missing.
    /// - Throws: What `body` throws, ``FingerprintError`` for a key without a canonical form, `CancellationError`, or
    ///   ``DedupError``. Where one key is refused or fails, the others are given up, and count as cancelled. When the
    ///   call that `body` belongs to throws what that has thrown, its executions have ended, so that its next request does
    ///   the work anew; it waits for that no longer than until its deadline, ``DeduplicatorConfiguration/recordTimeout``, or
    ///   its cancellation.
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
    ///   - keys: What the results are for. A key that comes twice, by its own `==`, counts once. Others must be
    ///     encoded differently.
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
        var seen: Set<Key> = []
        let keys = keys.filter { seen.insert($0).inserted }
        // How many keys have no outcome yet.
        var open = keys.count
        do {
            return try await values(name, keys, scope, policy, call, body, &open)
        } catch {
            // The key that it ends with has been counted as what it is.
            counters.count { $0.outcomes.cancelled += open - 1 }
            throw error
        }
    }

    private func values<Key: Hashable & Encodable & Sendable, Value: Sendable>(
        _ name: String, _ keys: [Key], _ scope: String?, _ policy: ExecutionPolicy, _ call: CallOptions,
        _ body: @escaping @Sendable ([Key]) async throws -> [Key: Value], _ open: inout Int
    ) async throws -> [Key: Value] {
        var values: [Key: Value] = [:]
        var missing: [(key: Key, fingerprint: Fingerprint)] = []
        for key in keys {
            let fingerprint = try countingRefusal { try self.fingerprint(of: name, key, scope: scope) }
            if !call.refresh, let answer = try lookup(fingerprint) {
                values[key] = try value(of: answer)
                open -= 1
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
                        { $0.deliver(try await batch.product(at: position, $0)) }, ended: batch.ended)
                }
            }
            var again: [(key: Key, fingerprint: Fingerprint)] = []
            let settle = {
                let limit = self.time.now.advanced(by: self.configuration.recordTimeout)
                await batch.settle(by: deadline.map { min($0, limit) } ?? limit, self.flightShards)
            }
            try await executeOrJoin(requests, leads: batch.leads, settle: settle) { position, answer in
                if let answer {
                    values[missing[position].key] = try value(of: answer)
                    open -= 1
                } else {
                    again.append(missing[position])
                }
            }
            missing = again
        }
        return values
    }

    /// Claims all requests, says how many executions they lead, waits for all, and hands over each answer as it comes; nil
    /// for a request that has to claim again. Where one fails, the others leave, and the error is thrown when `settle` has
    /// returned.
    private func executeOrJoin(
        _ requests: [Request], leads: (Int) -> Void, settle: () async -> Void,
        _ receive: (_ position: Int, Answer?) throws -> Void
    ) async throws {
        let isolation: (any Actor)? = #isolation
        let isOnActor = isolation != nil
        var (led, joined): ([(position: Int, Claimed)], [(position: Int, Claimed)]) = ([], [])
        do {
            for (position, request) in requests.enumerated() {
                let claimed = try claim(request, isOnActor: isOnActor)
                switch claimed {
                case .answered(let answer): try receive(position, answer)
                case .finished: led.append((position, claimed))
                case .waits where request.place.isLeader: led.append((position, claimed))
                case .waits: joined.append((position, claimed))
                }
            }
        } catch {
            // Other requests may have joined what was claimed until here; for them, and only for them, it is run.
            for (position, claimed) in led + joined { leave(requests[position], claimed, hasBegun: false) }
            leads(led.count)
            throw error
        }
        leads(led.count)
        // Those that are led end together, and soon if the body fails; others may take longer.
        let waits = led + joined
        for (number, (position, claimed)) in waits.enumerated() {
            do {
                let request = requests[position]
                if let answer = try answer(request, claimed) {
                    try receive(position, answer)
                } else {
                    try receive(position, try await wait(request))
                }
            } catch {
                for (rest, claimed) in waits.dropFirst(number + 1) { leave(requests[rest], claimed, hasBegun: true) }
                await settle()
                throw error
            }
        }
    }

    /// The value of an answer, or nil where the work for several keys has returned none for this one.
    private func value<Value: Sendable>(of answer: Answer) throws -> Value? {
        guard answer.boxed is Boxed<NoValue> else { return try Outcome<Value>(answer, in: self).value }
        // Such an answer is never from the cache.
        countAnswer(answer.source)
        return nil
    }
}
