public import Caching

/// What makes two requests the same work: the SHA-256 of their canonical form, 32 bytes, never truncated.
///
/// Its `description` shows the first eight hexadecimal digits only, because a whole fingerprint lets whoever reads a log
/// ask for the cached result; ``hexadecimal`` gives all of it, for storage.
public struct Fingerprint: Hashable, Sendable {
    /// The digest as four big-endian words, the most significant first.
    @usableFromInline
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// Makes a fingerprint of four big-endian words, the most significant first.
    public init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Whether two fingerprints are the same in all 32 bytes.
    @inlinable
    public static func == (lhs: Fingerprint, rhs: Fingerprint) -> Bool {
        lhs.words.0 == rhs.words.0 && lhs.words.1 == rhs.words.1 && lhs.words.2 == rhs.words.2
            && lhs.words.3 == rhs.words.3
    }

    /// Feeds all 32 bytes.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
