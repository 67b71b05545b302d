internal import Synchronization

/// The traces of a run, by file: each is read once, however many phases and combinations of a matrix ask for it.
package final class TraceLibrary: Sendable {
    private let traces = Mutex<[ExactText: RequestTrace]>([:])

    /// A library in which nothing has been read.
    package init() {}

    /// A trace, which is read when it is asked for first.
    ///
    /// - Throws: ``TraceError``.
    package func trace(_ file: String) throws(TraceError) -> RequestTrace {
        let path = ExactText(file)
        if let known = traces.withLock({ $0[path] }) { return known }
        let trace = try RequestTrace(contentsOf: file)
        traces.withLock { $0[path] = trace }
        return trace
    }
}
