package import DedupVerification

/// Requests of one phase: drawn while nothing is measured, immutable, shared by all clients.
///
/// Reading one allocates nothing and takes no lock. Memory is 12 bytes and one bit a request, and 8 bytes more in an
/// open loop. The requests depend on the seed, the phase's name and the workload, and on nothing of the system: every
/// subject and every combination of a matrix gets the same ones. One exception: herds at evictions fill the cache, so their
/// requests depend on its capacity.
///
/// What is bound by time, or asks for more than `pieceLimit` requests, is drawn piece by piece, see ``next()``; all pieces are
/// equally long, except for the last one of an open loop, which has more than one only beyond four times as many. A closed loop
/// that walks a trace begins it again when it is through: position p reads request p modulo `count`.
package struct RequestStream: Sendable {
    /// The requests of a piece: 1,000,000, and in a closed loop up to four times as many where there are many
    /// clients; of herds at an event whole rounds.
    package static let pieceLimit = 1_000_000
    /// The requests that each client makes of a piece, as long as that does not make it longer than that.
    static let fewestTurns = 4_096

    /// The position of the first request of this piece.
    package let first: Int
    /// The number of requests drawn.
    package let count: Int
    /// The number of requests that end the phase; nil if only its duration does.
    package let limit: Int?
    /// True if the requests have intended start times.
    package let isOpen: Bool
    /// One more than the largest key number; in an edge phase, of those of the phases without an edge.
    package let keyCount: Int

    let keys: [UInt32]
    private let latencies: [UInt32]
    private let valueSizes: [UInt32]
    private let failures: [UInt64]
    /// Empty where all requests are plain calls.
    private let verbs: [CallVerb]
    private let patiences: [UInt32]
    /// Empty where clients do not think.
    private let thinkTimes: [UInt32]
    let offsets: [UInt64]
    /// What draws the piece after this one; nil where there is none.
    let rest: (any PieceDrawer)?

    init(
        keys: [UInt32], keyCount: Int, latencies: [UInt32], valueSizes: [UInt32], failures: [UInt64],
        verbs: [CallVerb] = [], patiences: [UInt32] = [], thinkTimes: [UInt32] = [], offsets: [UInt64]?, limit: Int?,
        first: Int = 0, rest: (any PieceDrawer)? = nil
    ) {
        precondition(!keys.isEmpty, "A stream must have at least one request.")
        precondition(
            latencies.count == keys.count && valueSizes.count == keys.count && failures.count == (keys.count + 63) / 64
                && (verbs.isEmpty || verbs.count == keys.count) && patiences.count == verbs.count
                && (thinkTimes.isEmpty || thinkTimes.count == keys.count)
                && (offsets == nil || offsets?.count == keys.count), "All columns of a stream must be equally long.")
        count = keys.count
        self.limit = limit
        self.keys = keys
        self.keyCount = keyCount
        self.latencies = latencies
        self.valueSizes = valueSizes
        self.failures = failures
        self.verbs = verbs
        self.patiences = patiences
        self.thinkTimes = thinkTimes
        self.offsets = offsets ?? []
        isOpen = offsets != nil
        self.first = first
        self.rest = rest
    }

    /// A stream of exactly these requests; `limit` as in the property.
    package init(_ requests: [Request], thinkTimes: [UInt32] = [], isOpen: Bool = false, limit: Int? = nil) {
        var failures = [UInt64](repeating: 0, count: (requests.count + 63) / 64)
        for (index, request) in requests.enumerated() where request.fails {
            failures[index >> 6] |= 1 << UInt64(index & 63)
        }
        self.init(
            keys: requests.map(\.key), keyCount: Int(requests.map(\.key).max() ?? 0) + 1,
            latencies: requests.map(\.latency), valueSizes: requests.map(\.valueSize), failures: failures,
            verbs: requests.allSatisfy { $0.verb == .call } ? [] : requests.map(\.verb),
            patiences: requests.allSatisfy { $0.verb == .call } ? [] : requests.map(\.patience),
            thinkTimes: thinkTimes,
            offsets: isOpen ? requests.map(\.intended) : nil, limit: isOpen ? requests.count : limit)
    }

    /// Whether other requests come after this piece.
    package var goesOn: Bool { rest != nil }

    /// Draws the piece that comes after this one; nil where there is none. It is the same one each time.
    package func next() -> RequestStream? {
        guard var drawer = rest else { return nil }
        return drawer.draw(count, limit: limit, from: first + count)
    }

    /// The same requests in memory of their own.
    package var copy: RequestStream {
        // An array of a whole slice would share its memory.
        RequestStream(
            keys: keys.map(\.self), keyCount: keyCount, latencies: latencies.map(\.self),
            valueSizes: valueSizes.map(\.self), failures: failures.map(\.self), verbs: verbs.map(\.self),
            patiences: patiences.map(\.self), thinkTimes: thinkTimes.map(\.self),
            offsets: isOpen ? offsets.map(\.self) : nil, limit: limit, first: first, rest: rest)
    }

    /// Where the request at a position is. Positions past the end of requests that do not go on begin again at the start.
    private func index(_ position: Int) -> Int {
        let offset = position - first
        return offset < count ? offset : offset % count
    }

    /// The request at a position, which is in this piece.
    package subscript(position: Int) -> Request {
        let index = index(position)
        return Request(
            key: keys[index], latency: latencies[index], valueSize: valueSizes[index],
            fails: failures[index >> 6] >> UInt64(index & 63) & 1 == 1, intended: isOpen ? offsets[index] : 0,
            verb: verbs.isEmpty ? .call : verbs[index], patience: verbs.isEmpty ? 0 : patiences[index])
    }

    /// Whether clients wait between an answer and their next request.
    package var hasThinkTimes: Bool { !thinkTimes.isEmpty }

    /// How long the client of the request at a position waits after its answer, in nanoseconds.
    package func thinkTime(after position: Int) -> UInt64 {
        thinkTimes.isEmpty ? 0 : UInt64(thinkTimes[index(position)])
    }

    /// Whether some requests are no plain calls.
    package var hasVerbs: Bool { !verbs.isEmpty }

    /// Memory that the stream occupies.
    package var bytes: Int {
        count * 12 + failures.count * 8 + offsets.count * 8 + verbs.count * 5 + thinkTimes.count * 4
    }
}

/// One request of a stream. What it asks of the loader counts only if it becomes the one that executes.
package struct Request: Hashable, Sendable {
    package var key: UInt32
    /// How long an execution takes that this request causes, in nanoseconds.
    package var latency: UInt32
    /// How large the key's value is, in bytes.
    package var valueSize: UInt32
    /// True if an execution that this request causes fails.
    package var fails: Bool
    /// Open loop: when the request is intended to start, in nanoseconds from the start of the phase; else 0.
    package var intended: UInt64
    /// What the caller wants.
    package var verb: CallVerb
    /// How long a caller waits that cancels or has a deadline, in nanoseconds.
    package var patience: UInt32

    package init(
        key: UInt32, latency: UInt32 = 0, valueSize: UInt32 = 0, fails: Bool = false, intended: UInt64 = 0,
        verb: CallVerb = .call, patience: UInt32 = 0
    ) {
        self.key = key
        self.latency = latency
        self.valueSize = valueSize
        self.fails = fails
        self.intended = intended
        self.verb = verb
        self.patience = patience
    }
}
