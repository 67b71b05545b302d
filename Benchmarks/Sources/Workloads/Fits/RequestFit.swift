/// Whether the requests that were made are those that were prepared.
package struct RequestFit: Hashable, Codable, Sendable {
    /// What is wrong with a request.
    package enum Mistake: Hashable, Codable, Sendable {
        /// It was made twice.
        case twice
        /// It asked for one key, and another one was prepared.
        case key(asked: UInt32, prepared: UInt32)
    }

    /// How many were made.
    package var made: Int
    /// The position of the first one that is wrong; nil when none is.
    package var position: Int?
    /// What is wrong with that one.
    package var mistake: Mistake?

    /// So many requests, with nothing wrong.
    package init(made: Int) { self.made = made }
}

/// The requests that were made of those that were prepared: each at most once, and each with its own key.
package struct AskedRequests {
    private var prepared: PreparedKeys
    /// One bit a position.
    private var asked: [UInt64] = []

    /// Whether they are those that were prepared.
    package private(set) var fit = RequestFit(made: 0)

    /// None is made yet.
    package init(of stream: RequestStream) { prepared = PreparedKeys(of: stream) }

    /// Adds a request, by its position in the stream.
    package mutating func add(_ position: Int, _ key: UInt32) {
        fit.made += 1
        guard fit.mistake == nil else { return }
        let (word, bit) = (position / 64, UInt64(1) << UInt64(position % 64))
        asked.grow(toHold: word, filledWith: 0)
        guard asked[word] & bit == 0 else { return (fit.position, fit.mistake) = (position, .twice) }
        asked[word] |= bit
        let prepared = prepared.key(at: position)
        if key != prepared { (fit.position, fit.mistake) = (position, .key(asked: key, prepared: prepared)) }
    }
}

extension Array {
    /// Makes room for an element at a place, and for half as many again, so that growing one by one is cheap.
    mutating func grow(toHold index: Int, filledWith element: Element) {
        if index >= count { self += Array(repeating: element, count: index + 1 - count + count / 2) }
    }
}
