/// What the subject itself says it did. A counter that it does not have is nil and is not compared.
package struct SubjectCounters: Hashable, Sendable {
    /// Calls served from the cache.
    package var hits: Int?
    /// Calls that waited for a running execution.
    package var joins: Int?
    /// Executions started.
    package var executions: Int?
    /// Calls refused because an execution was running.
    package var rejections: Int?
    /// Executions that ended in an error.
    package var failures: Int?
    /// Calls answered with an error.
    package var failedCalls: Int?
    /// Calls served past the time to live on purpose.
    package var stale: Int?

    /// Counters; each defaults to "not reported".
    package init(
        hits: Int? = nil, joins: Int? = nil, executions: Int? = nil, rejections: Int? = nil, failures: Int? = nil,
        failedCalls: Int? = nil, stale: Int? = nil
    ) {
        self.hits = hits
        self.joins = joins
        self.executions = executions
        self.rejections = rejections
        self.failures = failures
        self.failedCalls = failedCalls
        self.stale = stale
    }
}
