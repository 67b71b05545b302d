public import Caching

// Results without an execution: looked up, put in, and invalidated.
extension Deduplicator {
    // MARK: - Cached results

    /// The cached result of a fingerprint, or nil. Runs nothing, and counts as a request only if there is a result.
    ///
    /// - Parameters:
    ///   - fingerprint: What the result is found by.
    ///   - type: The type of its value.
    /// - Throws: The error of a cached failure, or ``DedupError`` with code ``DedupError/Code/typeMismatch``.
    @inlinable
    public func cached<Value: Sendable>(
        _ fingerprint: Fingerprint, as type: Value.Type = Value.self
    ) throws -> Outcome<Value>? {
        try lookup(fingerprint).map { try Outcome($0, in: self) }
    }

    /// Caches a value that was not made by an execution here. It takes the place of a cached result, and of the result of
    /// an execution in progress, which reaches only the requests that wait for it.
    ///
    /// - Parameters:
    ///   - value: The value. Requests must expect its type.
    ///   - fingerprint: What it is found by.
    ///   - step: The name under which its hits are recorded and reported.
    ///   - scope: Whose work it is, for ``invalidate(scope:)``.
    ///   - timeToLive: How long it is served. Default: five minutes.
    ///   - weight: How much of the cache's capacity it takes where the capacity is a weight. Default: 1.
    ///   - tags: What it can be invalidated by; see ``invalidate(tag:)``.
    /// - Returns: The number that stands for it in place of an execution's.
    /// - Throws: ``DedupError`` with code ``DedupError/Code/invalidConfiguration`` for the time to live.
    @discardableResult
    public func put<Value: Sendable>(
        _ value: Value, for fingerprint: Fingerprint, step: String = "", scope: String? = nil,
        timeToLive: TimeToLive = .fixed(.seconds(300)), weight: Int = 1, tags: [String] = []
    ) throws -> ExecutionID {
        do { try timeToLive.validate() } catch { throw DedupError.invalidConfiguration("timeToLive", "\(error)") }
        try configuration.checkName(step)
        let now = time.now
        let result = StoredResult(
            .success(Boxed(value: value)), executionID: ExecutionNumbers.next(),
            labels: RequestLabels(step: step, scope: scope, tags: tags), endedAt: now)
        var removals = Removals<Fingerprint, StoredResult>()
        var unrecordedRemovals = Removals<Fingerprint, UnrecordedResult>()
        let claimAgain = flightShards.withTable(for: fingerprint) { table in
            let action = table.detach(fingerprint)
            unrecorded.remove(fingerprint, removals: &unrecordedRemovals)
            cache.insert(
                result, for: fingerprint, timeToLive: timeToLive, weight: weight, at: now, removals: &removals)
            return action.claimAgain
        }
        cache.report(removals)
        for waiter in claimAgain { waiter.resume(returning: .claimAgain) }
        return result.executionID
    }

    // MARK: - Invalidating

    /// Forgets the result of a fingerprint. An execution in progress goes on for the requests that wait for it, but its
    /// result is not cached, and no later request joins it. Requests that wait for a cancelled one to end wait no longer:
    /// one of them executes the work, beside what is left of the old execution.
    ///
    /// - Returns: Whether there was a cached result or an execution to forget.
    @discardableResult
    public func invalidate(_ fingerprint: Fingerprint) -> Bool {
        let wasRunning = flightShards.detach(fingerprint)
        let wasWithheld = unrecorded.remove(fingerprint)
        let wasCached = cache.removeValue(for: fingerprint)
        return wasRunning || wasWithheld || wasCached
    }

    /// Forgets the results of a step, as ``invalidate(_:)`` does for one fingerprint. Looks at every cached result.
    ///
    /// - Returns: How many results and executions were forgotten.
    @discardableResult
    public func invalidate(step: String) -> Int {
        let spelling = Spelling(step)
        return invalidateAll { Spelling($0.step) == spelling }
    }

    /// Forgets the results of a scope, whatever their step; see ``invalidate(step:)``.
    ///
    /// - Returns: How many results and executions were forgotten.
    @discardableResult
    public func invalidate(scope: String) -> Int {
        let spelling = Spelling(scope)
        return invalidateAll { labels in labels.scope.map { Spelling($0) == spelling } ?? false }
    }

    /// Forgets the results that were made under a tag, whatever their step; see ``CallOptions/tags`` and
    /// ``invalidate(step:)``.
    ///
    /// - Returns: How many results and executions were forgotten.
    @discardableResult
    public func invalidate(tag: String) -> Int {
        let spelling = Spelling(tag)
        return invalidateAll { labels in labels.tags.contains { Spelling($0) == spelling } }
    }

    private func invalidateAll(where isMeant: @Sendable (RequestLabels) -> Bool) -> Int {
        let running = flightShards.detachAll(where: isMeant)
        let withheld = unrecorded.removeAll(where: isMeant)
        let cached = cache.removeAll { _, result in isMeant(result.labels) }
        return running + withheld + cached
    }

    /// Forgets everything, as ``invalidate(_:)`` does for one fingerprint.
    ///
    /// Hits of the results that are forgotten go to the record writer at once; those that it has no room for are dropped
    /// and counted. Where more than ``RecordWriterConfiguration/pendingLimit`` results have been hit, call ``flush()``
    /// before.
    public func invalidateAll() {
        _ = flightShards.detachAll { _ in true }
        unrecorded.removeAll()
        cache.removeAll()
    }
}
