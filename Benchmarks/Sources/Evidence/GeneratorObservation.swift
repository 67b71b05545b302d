package import Workloads

/// What was seen of how the load of a phase was generated. Figures alone: whether it is the load that the scenario declares is for
/// the audits to say.
///
package enum GeneratorObservation: Hashable, Codable, Sendable {
    /// Why memory could not be read.
    case memory(problem: String)
    /// Whether the history had room for everything.
    case history(isComplete: Bool)
    /// How many calls were open at a time.
    case concurrency(OpenCalls)
    /// What was asked for.
    case keys(AskedKeys)
    /// What an open loop released, beside what it was to.
    case arrivals(Arrivals)
    /// How long an open loop took to release its requests.
    case pace(Pace)
    /// How late an open loop released them at the 99th percentile, in nanoseconds.
    case lag(UInt64)
    /// What waited for a client in an open loop.
    case backlog(Backlog)
    /// The fewest and the most threads of the process at samples of memory.
    case threads(least: Int, most: Int)

    /// How many calls were open at a time.
    package struct OpenCalls: Hashable, Codable, Sendable {
        /// The callers, and the queues or threads that drove them.
        package var clients: Int, workers: Int
        /// Whether the workers are threads, because calls block.
        package var workersAreThreads: Bool
        /// The most calls that were open at one time, and how many were on average.
        package var most: Int, mean: Double
        /// Calls that were open together with an earlier one for the same key.
        package var overlapping: Int
        /// How long a call took on average, in nanoseconds.
        package var service: Double

        /// Calls as they were seen.
        package init(
            clients: Int, workers: Int, workersAreThreads: Bool, most: Int, mean: Double, overlapping: Int,
            service: Double
        ) {
            (self.clients, self.workers, self.workersAreThreads) = (clients, workers, workersAreThreads)
            (self.most, self.mean, self.overlapping, self.service) = (most, mean, overlapping, service)
        }
    }

    /// What was asked for.
    package struct AskedKeys: Hashable, Codable, Sendable {
        /// Whether the requests are those that were prepared.
        package var requests: RequestFit
        /// How many there were to be; nil where a number of them does not end the phase.
        package var expected: Int?
        /// How well their keys fit the declared distribution; nil where none is declared.
        package var drawn: KeyFit?

        /// Keys as they were seen.
        package init(requests: RequestFit, expected: Int?, drawn: KeyFit?) {
            (self.requests, self.expected, self.drawn) = (requests, expected, drawn)
        }
    }

    /// What an open loop released, beside what it was to.
    package struct Arrivals: Hashable, Codable, Sendable {
        /// How many requests were released, of how many that were intended.
        package var released: Int, intended: Int
        /// How many were intended, beside what the phase declares; nil for a trace.
        package var number: NumberFit?
        /// The gaps between intended arrivals; nil unless they are random.
        package var gaps: GapFit?
        /// The gaps between releases; nil unless arrivals are random.
        package var releases: GapFit?

        /// Arrivals, of which nothing else is declared yet.
        package init(released: Int, intended: Int) { (self.released, self.intended) = (released, intended) }
    }

    /// How long an open loop took to release its requests.
    package struct Pace: Hashable, Codable, Sendable {
        /// When the last request was to be released, and when it was, in nanoseconds from the start of the phase, without rests.
        package var intended: UInt64, released: UInt64
        /// How long it rested between them, in nanoseconds.
        package var rested: UInt64

        /// A pace.
        package init(intended: UInt64, released: UInt64, rested: UInt64) {
            (self.intended, self.released, self.rested) = (intended, released, rested)
        }
    }

    /// What waited for a client in an open loop.
    package struct Backlog: Hashable, Codable, Sendable {
        /// Requests that found every client busy when they were released.
        package var requests: Int
        /// How long requests waited for a client at the 99th percentile, in nanoseconds.
        package var wait: UInt64
        /// Of the time that they waited, the share in which their worker had a call open: the rest is the generator's.
        package var subjectShare: Double
        /// Of the calls that could be open, the share that were, on average: those that were open on average by the most that were at
        /// one time. Near one, what held requests up were calls that had not returned.
        package var openShare: Double
        /// How many requests were made.
        package var madeRequests: Int
        /// By how much the gaps between arrivals vary, and the times that calls take: squared coefficients of variation.
        package var variation: Double
        /// How many processors other programs used, and how many there are; nil where that is not known, or is the subject's own.
        package var foreignProcessors: Double?, processors: Int
        /// When the last request was to start, and when the last call did, in nanoseconds from the start of the phase, without rests.
        package var intended: UInt64, started: UInt64

        /// A backlog.
        package init(
            requests: Int, wait: UInt64, subjectShare: Double, openShare: Double, madeRequests: Int,
            variation: Double, intended: UInt64, started: UInt64, foreignProcessors: Double? = nil,
            processors: Int = 1
        ) {
            (self.variation, self.foreignProcessors) = (variation, foreignProcessors)
            self.processors = processors
            (self.requests, self.wait, self.subjectShare) = (requests, wait, subjectShare)
            (self.openShare, self.madeRequests) = (openShare, madeRequests)
            (self.intended, self.started) = (intended, started)
        }
    }
}

extension GeneratorObservation {
    /// What cannot be in it; nil when nothing is.
    var problem: String? {
        switch self {
        case .memory, .history: nil
        case .lag(let time): Self.problem(times: [time])
        case .threads(let least, let most): Self.problem(counts: [least, most])
        case .concurrency(let calls):
            Self.problem(
                counts: [calls.clients, calls.workers, calls.most, calls.overlapping],
                figures: [calls.mean, calls.service])
        case .keys(let keys):
            Self.problem(
                counts: [
                    keys.requests.made, keys.requests.position, keys.expected, keys.drawn?.draws, keys.drawn?.keys,
                    keys.drawn?.degrees, keys.drawn?.foreignKey, keys.drawn?.tornBurst,
                ], shares: [keys.drawn?.gTest, keys.drawn?.kolmogorovSmirnov])
        case .arrivals(let arrivals):
            Self.problem(
                counts: [
                    arrivals.released, arrivals.intended, arrivals.number?.intended, arrivals.gaps?.gaps,
                    arrivals.releases?.gaps,
                ], figures: [arrivals.number?.declared],
                shares: [
                    arrivals.number?.pValue, arrivals.gaps?.distance, arrivals.gaps?.pValue,
                    arrivals.releases?.distance,
                    arrivals.releases?.pValue,
                ])
        case .pace(let pace): Self.problem(times: [pace.intended, pace.released, pace.rested])
        case .backlog(let backlog):
            Self.problem(
                counts: [backlog.requests, backlog.madeRequests, backlog.processors],
                times: [backlog.wait, backlog.intended, backlog.started],
                figures: [backlog.variation, backlog.foreignProcessors],
                shares: [backlog.subjectShare, backlog.openShare])
        }
    }

    private static func problem(
        counts: [Int?] = [], times: [UInt64] = [], figures: [Double?] = [], shares: [Double?] = []
    ) -> String? {
        if let count = counts.compactMap(\.self).first(where: { !(0...(1 << 48)).contains($0) }) {
            return "\(count) is no count"
        }
        if let time = times.first(where: { $0 > 1 << 58 }) { return "\(time) is no time" }
        if let figure = figures.compactMap(\.self).first(where: { !(0..<1e18).contains($0) }) {
            return "\(figure) cannot be"
        }
        // The Kolmogorov-Smirnov distance and a p-value come out a little above one by rounding.
        return shares.compactMap(\.self).first { !(0...1.000_001).contains($0) }.map { "\($0) is no share" }
    }
}
