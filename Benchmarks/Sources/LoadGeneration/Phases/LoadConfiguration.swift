package import Evidence

/// How load is generated, apart from what the scenario says. Every field has a default; ``validate()`` checks them.
package struct LoadConfiguration: Sendable {
    /// The serial Dispatch queues that drive clients of subjects which do not block; nil: one a processor.
    package var workers: Int?
    /// A subject that returns no call for this long has hung: 30 s.
    package var watchdog: Duration
    /// The most calls of a subject's run that are kept in memory for the checker, at 160 bytes each: 4,000,000.
    package var historyLimit: Int
    /// Where a history is kept that has more calls, or as many as time allows: in a file without a
    /// name in this folder. Nil, the default: nowhere, and such a phase ends when the history is full.
    package var historyFolder: String?
    /// How many runs write their histories there at the same time: 1.
    package var historySharers: Int
    /// Where heap profiles of memory phases are written; nil, the default: none are. Takes a process that was started for it, see
    /// ``HeapProfile/options``.
    package var heapProfileFolder: String?
    /// How often progress is reported: every 250 ms, to within the 20 ms of the watchdog.
    package var progressInterval: Duration
    /// What ends a phase that goes on until its growth is decided, or until the subject is steady. Nil, the default: nothing does, so
    /// that a memory phase takes the samples that it is to take at least, and a warm-up makes all of its requests.
    package var stoppingRule: (any StoppingRule)?

    /// A configuration.
    package init(
        workers: Int? = nil, watchdog: Duration = .seconds(30), historyLimit: Int = 4_000_000,
        historyFolder: String? = nil, historySharers: Int = 1, heapProfileFolder: String? = nil,
        progressInterval: Duration = .milliseconds(250), stoppingRule: (any StoppingRule)? = nil
    ) {
        self.workers = workers
        self.watchdog = watchdog
        self.historyLimit = historyLimit
        self.historyFolder = historyFolder
        self.historySharers = historySharers
        self.heapProfileFolder = heapProfileFolder
        self.progressInterval = progressInterval
        self.stoppingRule = stoppingRule
    }

    /// Checks every field.
    ///
    /// - Throws: ``LoadError`` that names the field.
    package func validate() throws(LoadError) {
        if let workers, !(1...1_024).contains(workers) { throw .field("workers", "\(workers)", "from 1 to 1024") }
        if watchdog <= .zero { throw .field("watchdog", "\(watchdog)", "longer than nothing") }
        if historyLimit < 1 { throw .field("historyLimit", "\(historyLimit)", "at least 1") }
        if historySharers < 1 { throw .field("historySharers", "\(historySharers)", "at least 1") }
        if progressInterval < .milliseconds(50) {
            throw .field("progressInterval", "\(progressInterval)", "50 ms or more")
        }
    }
}

/// Why load cannot be generated as asked.
package struct LoadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do about it.
    package let description: String

    /// An error with its message.
    package init(_ description: String) {
        self.description = description
    }

    static func field(_ name: String, _ value: String, _ requirement: String) -> LoadError {
        LoadError("\(name) is \(value) but must be \(requirement)")
    }
}
