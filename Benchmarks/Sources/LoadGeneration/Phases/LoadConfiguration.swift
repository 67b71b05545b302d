/// How load is generated, apart from what the scenario says. Every field has a default; ``validate()`` checks them.
package struct LoadConfiguration: Hashable, Sendable {
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
    /// What gates ask about the growth of memory, in bytes an operation: a memory phase goes on until each can be decided, as
    /// long as the scenario lets it. None.
    package var growthLimits: [GrowthLimit]

    /// A configuration.
    package init(
        workers: Int? = nil, watchdog: Duration = .seconds(30), historyLimit: Int = 4_000_000,
        historyFolder: String? = nil, historySharers: Int = 1, heapProfileFolder: String? = nil,
        progressInterval: Duration = .milliseconds(250), growthLimits: [GrowthLimit] = []
    ) {
        self.workers = workers
        self.watchdog = watchdog
        self.historyLimit = historyLimit
        self.historyFolder = historyFolder
        self.historySharers = historySharers
        self.heapProfileFolder = heapProfileFolder
        self.progressInterval = progressInterval
        self.growthLimits = growthLimits
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
        if let limit = growthLimits.first(where: { !($0.bytes > 0) }) {
            throw .field("growthLimits", "\(limit.bytes)", "above 0")
        }
    }

    /// What is asked about the growth of memory in a phase, in bytes an operation.
    func growthLimits(of phase: String) -> [Double] {
        growthLimits.filter { ($0.phase ?? phase) == phase }.map(\.bytes)
    }
}

/// How much memory may grow.
package struct GrowthLimit: Hashable, Sendable {
    /// The phase that is asked about; nil: all.
    package var phase: String?
    /// Bytes an operation.
    package var bytes: Double

    /// A limit.
    package init(phase: String? = nil, bytes: Double) {
        self.phase = phase
        self.bytes = bytes
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
