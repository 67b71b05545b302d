internal import DedupVerification

/// Draws the requests of a phase, a piece at a time. A copy draws the same ones.
protocol PieceDrawer: Sendable {
    /// Draws the next requests: so many, or all that are left of an open loop.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - limit: The number of requests that end the phase; nil if only its duration does.
    ///   - first: The position of the first one, if others may come after these; nil if these are all.
    mutating func draw(_ count: Int, limit: Int?, from first: Int?) -> RequestStream

    /// Draws the keys of the next requests, and nothing else. What is drawn after that is keys only, too.
    mutating func drawKeys(_ count: Int) -> [UInt32]
}

extension PieceDrawer {
    /// Draws the first piece, or all where there are no more.
    ///
    /// - Parameters:
    ///   - piece: How many requests a piece has.
    ///   - limit: The number of requests that end the phase; nil if only its duration does.
    mutating func begin(_ piece: Int, limit: Int?) -> RequestStream {
        if let limit, limit <= piece { return draw(limit, limit: limit, from: nil) }
        return draw(piece, limit: limit, from: 0)
    }
}

/// Draws the requests of a phase without an edge. Each piece goes on where the one before it ended, so that where they are cut
/// makes no difference.
///
/// Everything that is drawn has random numbers of its own: what a phase does not have shifts nothing else.
struct StreamDrawer: PieceDrawer {
    /// What draws the keys; nil where they come from a trace.
    private var keys: KeyDraws?
    /// What draws the intended starts; nil for a closed loop, and where they come from a trace.
    private var arrivals: ArrivalDraws?
    private let behaviour: LoaderBehaviour
    private let settings: VerbSettings
    private let thinkTime: Distribution<Duration>?
    private var (latency, failure): (RandomStream, RandomStream)
    private var (choice, patience, thinking): (RandomStream, RandomStream, RandomStream)

    /// Nothing is drawn yet.
    init(_ phase: Phase, of scenario: Scenario, keys: KeySampler?, arrivals: ArrivalDraws? = nil) {
        let random = { (purpose: String) in scenario.random(phase, purpose) }
        self.keys = keys.map { KeyDraws($0, from: random("keys")) }
        self.arrivals = arrivals
        behaviour = LoaderBehaviour(scenario.operation(of: phase), seed: scenario.seed)
        settings = scenario.verbs(of: phase)
        thinkTime = phase.thinkTime
        (latency, failure) = (random("latency"), random("failures"))
        (choice, patience, thinking) = (random("verbs"), random("patience"), random("think"))
    }

    mutating func draw(_ count: Int, limit: Int?, from first: Int?) -> RequestStream {
        let offsets = arrivals?.next(count)
        let drawn = drawKeys(offsets?.count ?? count)
        let keyCount = keys?.keyCount ?? 0
        return requests(
            for: drawn, keyCount: keyCount, offsets: offsets, recordedSizes: nil, limit: limit, from: first)
    }

    mutating func drawKeys(_ count: Int) -> [UInt32] {
        guard let drawn = keys?.next(count) else { preconditionFailure("The keys of a trace are not drawn.") }
        return drawn
    }

    /// Draws what the requests for some keys do.
    ///
    /// - Parameter first: The position of the first one, if others may come after these; nil if these are all.
    mutating func requests(
        for keys: [UInt32], keyCount: Int, offsets: [UInt64]?, recordedSizes: [UInt32]?, limit: Int?,
        from first: Int? = nil
    ) -> RequestStream {
        let verbs = verbs(keys.count)
        let latencies = keys.map { _ in behaviour.latency(from: &latency) }
        let failures = behaviour.failures(keys.count, from: &failure)
        let goesOn = first != nil && arrivals?.isDone != true
        let thinkTimes = thinkTime.map { times in keys.map { _ in times.draw(from: &thinking) } } ?? []
        return RequestStream(
            keys: keys, keyCount: keyCount, latencies: latencies,
            valueSizes: behaviour.valueSizes(keys, recorded: recordedSizes), failures: failures,
            verbs: verbs.map(\.verb), patiences: verbs.map(\.patience), thinkTimes: thinkTimes, offsets: offsets,
            limit: limit, first: first ?? 0, rest: goesOn ? self : nil)
    }

    /// What each request wants, and how patient its caller is; empty where all are plain calls.
    private mutating func verbs(_ count: Int) -> [(verb: CallVerb, patience: UInt32)] {
        guard !settings.used.isEmpty else { return [] }
        return (0..<count).map { _ in
            // As many words a request whatever comes out, so that the shares can be changed one by one.
            let (unit, drawn) = (choice.unit(), settings.patience.draw(from: &patience))
            var bound = 0.0
            for (verb, share) in settings.shares {
                bound += share
                if unit < bound { return (verb, drawn) }
            }
            return (.call, drawn)
        }
    }
}
