public import Dedup

extension Fingerprint {
    /// A fingerprint that tests can tell apart and put in order: the number as its first word, as which it is hashed,
    /// and as its last.
    public static func number(_ number: UInt64) -> Fingerprint {
        Fingerprint(words: (number, 0, 0, number))
    }
}
