extension ExecutionRecord {
    /// What a record is found by: the name of a step and a fingerprint.
    ///
    /// Step names are compared byte by byte, as every database does it, and not as Swift compares strings: two spellings
    /// of "é" are two steps. So an id means the same in memory and in a store.
    public struct ID: Hashable, Sendable {
        /// The name of the step.
        public let step: String

        /// The fingerprint of the requests.
        public let fingerprint: Fingerprint

        /// Makes the id of a fingerprint of a step.
        public init(step: String, fingerprint: Fingerprint) {
            self.step = step
            self.fingerprint = fingerprint
        }

        /// Whether fingerprint and step name are the same in every byte.
        public static func == (lhs: ID, rhs: ID) -> Bool {
            lhs.fingerprint == rhs.fingerprint && lhs.step.utf8.elementsEqual(rhs.step.utf8)
        }

        /// Feeds the fingerprint, which already tells steps apart, and the length of the name.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(fingerprint)
            hasher.combine(step.utf8.count)
        }
    }
}

extension ExecutionRecord.ID: Comparable {
    /// By the bytes of the step name, then by fingerprint: the order in which stores break ties.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        guard lhs.step.utf8.elementsEqual(rhs.step.utf8) else {
            return lhs.step.utf8.lexicographicallyPrecedes(rhs.step.utf8)
        }
        return lhs.fingerprint.words < rhs.fingerprint.words
    }
}

extension ExecutionRecord.ID: CustomStringConvertible {
    /// The step and the shortened fingerprint, for messages.
    public var description: String { "\(step)/\(fingerprint)" }
}
