package import DedupVerification

/// The requests of one phase: drawn before the phase starts, immutable, shared by all clients.
///
/// Reading one allocates nothing and takes no lock. Memory is 12 bytes and one bit a request, and 8 bytes more in an
/// open loop. The stream depends on the seed, the phase's name and the workload, and on nothing of the system: every
/// subject and every combination of a matrix gets the same one. One exception: herds at evictions fill the cache, so their
/// requests depend on its capacity.
///
/// A closed loop that is bound by time, or that asks for more than `preparedLimit` requests, gets a stream of that
/// length and walks it again from its start: position p reads request p modulo `count`. An open loop's stream is
/// always complete.
package struct RequestStream: Sendable {
    /// The longest stream that is prepared for a closed loop.
    package static let preparedLimit = 2_000_000

    /// The number of requests prepared.
    package let count: Int
    /// The number of requests that end the phase; nil if only its duration does.
    package let limit: Int?
    /// True if the requests have intended start times.
    package let isOpen: Bool
    /// One more than the largest key number.
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

    init(
        keys: [UInt32], keyCount: Int, latencies: [UInt32], valueSizes: [UInt32], failures: [UInt64],
        verbs: [CallVerb] = [], patiences: [UInt32] = [], thinkTimes: [UInt32] = [], offsets: [UInt64]?, limit: Int?
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

    /// The request at a position from 0 on; positions past the end begin again at the start.
    package subscript(position: Int) -> Request {
        let index = position < count ? position : position % count
        return Request(
            key: keys[index], latency: latencies[index], valueSize: valueSizes[index],
            fails: failures[index >> 6] >> UInt64(index & 63) & 1 == 1, intended: isOpen ? offsets[index] : 0,
            verb: verbs.isEmpty ? .call : verbs[index], patience: verbs.isEmpty ? 0 : patiences[index])
    }

    /// Whether clients wait between an answer and their next request.
    package var hasThinkTimes: Bool { !thinkTimes.isEmpty }

    /// How long the client of the request at a position waits after its answer, in nanoseconds.
    package func thinkTime(after position: Int) -> UInt64 {
        thinkTimes.isEmpty ? 0 : UInt64(thinkTimes[position % count])
    }

    /// Whether some requests are no plain calls.
    package var hasVerbs: Bool { !verbs.isEmpty }

    /// The position of a client's turn in a closed loop: client c of n takes c, c + n, c + 2n and so on, so that
    /// neighbours in the stream are asked for at the same time, and duplicates meet.
    ///
    /// - Returns: nil if the phase's requests are all taken.
    package func position(client: Int, of clients: Int, turn: Int) -> Int? {
        let position = client + turn * clients
        if let limit, position >= limit { return nil }
        return position
    }

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

/// What a stretch of requests consists of: known before the run, and the yardstick for its outcome.
package struct StreamProfile: Hashable, Sendable {
    package let requests: Int
    /// How many different keys are asked for.
    package let distinctKeys: Int
    /// Requests for a key that an earlier one already asked for: what perfect deduplication could save.
    package var repeats: Int { requests - distinctKeys }
    /// Requests that have another one for the same key less than `window` positions away: those that can meet.
    package let neighbours: Int
}

extension RequestStream {
    /// Counts the first `requests` positions; `window` is the number of requests under way at once.
    package func profile(first requests: Int? = nil, window: Int = 1) -> StreamProfile {
        let requests = requests ?? limit ?? count
        var last = [Int](repeating: -1, count: keyCount)
        var counted = [Bool](repeating: false, count: keyCount)
        var distinct = 0
        var neighbours = 0
        for position in 0..<requests {
            let key = Int(keys[position % count])
            let previous = last[key]
            if previous < 0 { distinct += 1 }
            let meets = previous >= 0 && position - previous < window
            if meets { neighbours += counted[key] ? 1 : 2 }
            counted[key] = meets
            last[key] = position
        }
        return StreamProfile(requests: requests, distinctKeys: distinct, neighbours: neighbours)
    }
}
