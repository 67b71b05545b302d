public import Dedup

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
