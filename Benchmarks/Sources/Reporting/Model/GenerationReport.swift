internal import DedupVerification
package import Gates

/// How the load of a phase was generated, and whether it was the load that the scenario declares.
package struct GenerationReport: Hashable, Sendable {
    /// The callers.
    package var clients = 0
    /// The queues or threads that drove them.
    package var workers = 0
    /// Calls open at a time, on average; nil for several phases together.
    package var meanConcurrency: Double?
    /// The most calls open at one time.
    package var maximumConcurrency = 0
    /// Calls that were open together with an earlier call for the same key.
    package var overlappingDuplicates = 0
    /// Requests that found every client busy when they were released; nil in a closed loop.
    package var backlogged: Int?
    /// Herds that were released; nil where clients were not released together.
    package var herds: Int?
    /// Herds in which at least two calls were open at once.
    package var overlappingHerds: Int?
    /// The longest time, in nanoseconds, that the machine did not run a thread that wanted to; nil when not watched.
    package var longestHiccup: UInt64?
    /// How many processors other programs kept busy, on average, and how many there are; nil when not known.
    package var foreignProcessors: Double?
    /// How many processors there are.
    package var processors = 1
    /// Everything that was audited.
    package var audits: [AuditFinding] = []

    /// Nothing yet.
    package init() {}

    /// Why the figures of the phase cannot be trusted; empty when they can.
    package var invalidity: [String] { audits.filter { !$0.passed }.map(\.explanation) }

    /// What was wrong with the generator itself; nil when it kept up.
    package var saturation: String? { audits.first { !$0.passed && $0.blamesGenerator }?.explanation }

    /// What keeps the machine from running us in time: other programs that use a fifth of it or more; nil when there are
    /// none.
    package var disturbance: String? {
        guard let foreignProcessors, foreignProcessors >= 0.2 * Double(processors) else { return nil }
        return "other programs used \(HumanNumber.plain(foreignProcessors)) of \(processors) processors"
    }

    /// Adds what adds up over phases.
    mutating func add(_ other: GenerationReport) {
        clients = max(clients, other.clients)
        workers = max(workers, other.workers)
        meanConcurrency = nil
        maximumConcurrency = max(maximumConcurrency, other.maximumConcurrency)
        overlappingDuplicates += other.overlappingDuplicates
        backlogged = Self.sum(backlogged, other.backlogged)
        herds = Self.sum(herds, other.herds)
        overlappingHerds = Self.sum(overlappingHerds, other.overlappingHerds)
        foreignProcessors = [foreignProcessors, other.foreignProcessors].compactMap(\.self).max()
        longestHiccup = [longestHiccup, other.longestHiccup].compactMap(\.self).max()
    }

    private static func sum(_ first: Int?, _ second: Int?) -> Int? {
        first == nil && second == nil ? nil : (first ?? 0) + (second ?? 0)
    }
}
