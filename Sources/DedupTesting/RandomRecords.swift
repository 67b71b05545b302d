public import Dedup

/// A small seeded generator (SplitMix64; Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014), so that a test that failed can be run again.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes a generator; the same seed gives the same numbers.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension Fingerprint {
    /// A fingerprint that tests can tell apart: the number as its lowest word.
    public static func number(_ number: UInt64) -> Fingerprint {
        Fingerprint(words: (0, 0, 0, number))
    }
}

extension ExecutionRecord {
    /// A random change: an execution, hits or joins of one of `steps` times `fingerprints` records.
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
