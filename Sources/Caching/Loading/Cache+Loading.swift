// Only the lookup that comes first is inlinable here: a load costs far more than unspecialised code does.
extension Cache {
    /// The value for `key`; when there is none, `load` is run to make it, and it is stored.
    ///
    ///     let user = try await users.value(for: id, timeToLive: .minutes(10)) {
    ///         try await database.user(id)
    ///     }
    ///
    /// **One load for all callers.** While a load of a key runs, other callers of the key wait for it instead of running
    /// their own; all of them get its result. An error reaches every caller that waits, and nothing is stored.
    ///
    /// **Cancellation.** All callers are alike, the one that began the load too. A caller whose task is cancelled leaves
    /// with a `CancellationError`, and the load continues for the others. When the last caller leaves, the load's task is
    /// cancelled, its result is not stored, and the next caller begins another load.
    ///
    /// **Changes meanwhile.** If the key is inserted or removed while its load runs, that wins: the load's result reaches
    /// its callers and is not stored. Callers that come after a removal do not join the load, they begin another.
    ///
    /// **Loads within loads.** `load` may use this cache and others, for other keys, and the deduplicators of `Dedup`. A load
    /// that would wait for itself, directly or through the loads of other tasks and threads and through steps, gets a
    /// ``CacheLoadError`` instead. This is found through task-local values, so not where `load` waits for a detached task
    /// that asks for the key.
    ///
    /// The load runs in a task of its own, with the priority and the task-local values of the caller that began it.
    ///
    /// - Parameters:
    ///   - key: The key of the value.
    ///   - timeToLive: How long the value lives, counted from the end of the load; for ever by default.
    ///   - weight: The weight of a loaded value, where the capacity is a weight; nil, the default, for 1.
    ///   - now: The instant of the lookup and of the insertion; nil, the default, to read the clock for each of them.
    ///   - load: Makes the value.
    /// - Returns: The cached or the loaded value. A value that is too heavy for the cache is returned and not stored.
    /// - Throws: What `load` throws, `CancellationError` when the caller's task is cancelled, ``CacheLoadError``.
    @inlinable
    public func value(
        for key: Key, timeToLive: TimeToLive = .forever, weight: (@Sendable (Value) -> Int)? = nil,
        at now: MonotonicInstant? = nil, load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        if let hit = value(for: key, at: now ?? .now) { return hit.value }
        let plan = LoadPlan(
            key: key, hash: key.seededHash(seed), timeToLive: timeToLive, weight: weight, instant: now)
        return try await loadedValue(plan, load)
    }

    /// The value for `key`; when there is none, `load` is run on the calling thread to make it, and it is stored.
    ///
    /// For code that is not asynchronous. It has a name of its own, so that no asynchronous code blocks by mistake.
    /// Everything is as with ``value(for:timeToLive:weight:at:load:)``, except:
    ///
    /// - A caller that finds a load of another thread blocks its thread until that has ended. It cannot be cancelled.
    /// - A caller that finds a load in a task does not wait for it, because it would block a thread that the task may need.
    ///   It runs its own `load`, and that one takes over: later callers of either kind join it, and its value is stored.
    ///   The callers of the load in the task still get the result of theirs.
    /// - An asynchronous caller that finds a load of a thread joins it, suspended. The load is not cancelled even if all of them leave.
    ///
    /// - Parameters:
    ///   - key: The key of the value.
    ///   - timeToLive: How long the value lives, counted from the end of the load; for ever by default.
    ///   - weight: The weight of a loaded value, where the capacity is a weight; nil, the default, for 1.
    ///   - now: The instant of the lookup and of the insertion; nil, the default, to read the clock for each of them.
    ///   - load: Makes the value.
    /// - Returns: The cached or the loaded value. A value that is too heavy for the cache is returned and not stored.
    /// - Throws: What `load` throws, ``CacheLoadError``.
    @inlinable
    public func blockingValue(
        for key: Key, timeToLive: TimeToLive = .forever, weight: (@Sendable (Value) -> Int)? = nil,
        at now: MonotonicInstant? = nil, load: () throws -> Value
    ) throws -> Value {
        if let hit = value(for: key, at: now ?? .now) { return hit.value }
        let plan = LoadPlan(
            key: key, hash: key.seededHash(seed), timeToLive: timeToLive, weight: weight, instant: now)
        return try loadedValue(plan, load)
    }

    /// Joins or begins a load in a task, and waits for it.
    @usableFromInline
    func loadedValue(
        _ plan: LoadPlan<Key, Value>, _ load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        let call = LoadScope.nextNumber()
        var wait: LoadScope.Wait?
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = LoadWaiter<Value>.task(continuation)
                switch claimLoad(plan, call: call, runner: .task, waiter: waiter) {
                case .hit(let value): return waiter.resume(.success(value))
                case .begin:
                    wait = LoadScope.wait(for: call)
                    startTask(call, plan, load)
                case .join(let number):
                    wait = LoadScope.wait(for: number)
                    if wait == nil { leave(call, plan, with: CacheLoadError.recursive(plan.key)) }
                }
                // A task that was cancelled before it joined has called `leave` in vain.
                if Task.isCancelled { leave(call, plan, with: CancellationError()) }
            }
        } onCancel: {
            leave(call, plan, with: CancellationError())
        }
        shards.orderForSanitizer(shards.number(for: plan.hash))
        wait?.end()
        return try result.get()
    }

    /// Runs a load on the calling thread, or blocks it until the load of another thread has ended.
    @usableFromInline
    func loadedValue(_ plan: LoadPlan<Key, Value>, _ load: () throws -> Value) throws -> Value {
        let call = LoadScope.nextNumber()
        let thread = BlockedThread<Value>()
        switch claimLoad(plan, call: call, runner: .thread, waiter: .thread(thread)) {
        case .hit(let value): return value
        case .begin:
            let wait = LoadScope.wait(for: call)
            defer { wait?.end() }
            let begunAt = plan.now
            let result = Result { try LoadScope.$load.withValue(call, operation: load) }
            finishLoad(call, plan, begunAt: begunAt, result)
            return try result.get()
        case .join(let number):
            guard let wait = LoadScope.wait(for: number) else {
                leave(call, plan, with: CacheLoadError.recursive(plan.key))
                return try thread.wait().get()
            }
            defer { wait.end() }
            return try thread.wait().get()
        }
    }

    /// Looks once more, then joins the current load of the key or becomes the caller that begins one.
    private func claimLoad(
        _ plan: LoadPlan<Key, Value>, call: UInt64, runner: LoadTable<Key, LoadWaiter<Value>, LoadTask>.Runner,
        waiter: LoadWaiter<Value>
    ) -> LoadClaim<Value> {
        shards.withLock(shards.number(for: plan.hash)) { shard in
            if let hit = shard.valueAfterMiss(for: plan.key, hash: plan.hash, now: plan.now) { return .hit(hit.value) }
            switch shard.loads.claim(plan.key, call: call, runner: runner, waiter: waiter) {
            case .begin:
                shard.statistics.loads += 1
                return .begin
            case .join(let number):
                shard.statistics.loadJoins += 1
                return .join(number)
            }
        }
    }

    private func startTask(
        _ number: UInt64, _ plan: LoadPlan<Key, Value>, _ load: @escaping @Sendable () async throws -> Value
    ) {
        let task = Task {
            let begunAt = plan.now
            let result: Result<Value, any Error>
            do {
                result = .success(try await LoadScope.$load.withValue(number, operation: load))
            } catch {
                result = .failure(error)
            }
            finishLoad(number, plan, begunAt: begunAt, result)
        }
        let isWanted = shards.withLock(shards.number(for: plan.hash)) { shard in shard.loads.attach(task, to: number) }
        if !isWanted { task.cancel() }
    }

    /// Stores the result of a load, if it is still current, and resumes the waiters.
    private func finishLoad(
        _ number: UInt64, _ plan: LoadPlan<Key, Value>, begunAt: MonotonicInstant, _ result: Result<Value, any Error>
    ) {
        let now = plan.now
        var removals = Removals<Key, Value>()
        var isFailure = true
        if case .success(let value) = result {
            isFailure = false
            var insertion = Insertion(
                key: plan.key, hash: plan.hash, value: value, weight: effectiveWeight(plan.weight?(value) ?? 1),
                timeToLive: plan.timeToLive, now: now, load: number)
            _ = insert(&insertion, removals: &removals)
        }
        let ended = shards.withLock(shards.number(for: plan.hash)) { shard in
            if isFailure { shard.statistics.loadFailures += 1 }
            shard.statistics.loadTime += begunAt.duration(to: now)
            return shard.loads.finish(number)
        }
        report(removals)
        for waiter in ended.waiters { waiter.resume(result) }
    }

    /// Takes the waiter of `call` out of its load, if it still waits, and resumes it with `error`.
    private func leave(_ call: UInt64, _ plan: LoadPlan<Key, Value>, with error: any Error) {
        guard
            let (waiter, cancelled, _) = shards.withLock(
                shards.number(for: plan.hash), { shard in shard.loads.leave(call) })
        else { return }
        cancelled?.cancel()
        waiter.resume(.failure(error))
    }
}

/// The part that a caller plays in a load.
private enum LoadClaim<Value: Sendable>: Sendable {
    /// None: the value was stored in the meantime.
    case hit(Value)
    case begin
    case join(UInt64)
}

/// How the result of a load is stored.
@usableFromInline
struct LoadPlan<Key: CacheKey, Value: Sendable>: Sendable {
    let key: Key
    let hash: UInt64
    let timeToLive: TimeToLive
    let weight: (@Sendable (Value) -> Int)?
    /// The instant that the caller has given; nil for the clock.
    let instant: MonotonicInstant?

    var now: MonotonicInstant { instant ?? .now }

    @usableFromInline
    init(
        key: Key, hash: UInt64, timeToLive: TimeToLive, weight: (@Sendable (Value) -> Int)?,
        instant: MonotonicInstant?
    ) {
        self.key = key
        self.hash = hash
        self.timeToLive = timeToLive
        self.weight = weight
        self.instant = instant
    }
}
