internal import Caching
public import Dedup

/// A small seeded generator (SplitMix64; Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014): a test that prints its seed can be run again as it was.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var words: SplitMix

    /// Makes a generator; the same seed gives the same numbers.
    public init(seed: UInt64) {
        words = SplitMix(seed: seed)
    }

    /// The next number.
    public mutating func next() -> UInt64 { words.next() }
}

// MARK: - Fingerprints and records

extension Fingerprint {
    /// A fingerprint for tests, with the number as its first word, which is its hash, and as its last. Different numbers are
    /// different fingerprints, in the order of the numbers.
    public static func number(_ number: UInt64) -> Fingerprint {
        Fingerprint(words: (number, 0, 0, number))
    }
}

extension ExecutionRecord {
    /// A random change: an execution, hits or joins of one of `steps` times `fingerprints` records.
    ///
    /// - Precondition: `steps` and `fingerprints` are at least 1.
    public static func random(
        steps: Int = 3, fingerprints: UInt64 = 40, using random: inout some RandomNumberGenerator
    ) -> ExecutionRecord {
        let step = "step \(Int.random(in: 0..<steps, using: &random))"
        let fingerprint = Fingerprint.number(UInt64.random(in: 0..<fingerprints, using: &random))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return ExecutionRecord(step: step, fingerprint: fingerprint, hits: .random(in: 0...9, using: &random))
        case 1: return ExecutionRecord(step: step, fingerprint: fingerprint, joins: .random(in: 0...9, using: &random))
        default:
            return .execution(
                step: step, fingerprint: fingerprint,
                startedAt: WallTime(nanosecondsSinceEpoch: .random(in: -1_000...1_000, using: &random)),
                duration: .nanoseconds(Int64.random(in: 0...1_000, using: &random)),
                failed: .random(using: &random))
        }
    }
}
