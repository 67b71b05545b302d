internal import Foundation

/// Draws what simulated executions do: how long they take, whether they fail, how large their values are.
struct LoaderBehaviour: Sendable {
    private let operation: OperationSettings
    private let seed: UInt64

    init(_ operation: OperationSettings, seed: UInt64) {
        self.operation = operation
        self.seed = seed
    }

    /// Nanoseconds of one execution. Each takes as many random words as any other of the same distribution.
    func latency(from random: inout RandomStream) -> UInt32 { operation.latency.draw(from: &random) }

    /// One bit a request: an execution that it causes fails.
    func failures(_ count: Int, from random: inout RandomStream) -> [UInt64] {
        var bits = [UInt64](repeating: 0, count: (count + 63) / 64)
        let share = operation.failures.fraction
        guard share > 0 else { return bits }
        for index in 0..<count where random.unit() < share { bits[index >> 6] |= 1 << UInt64(index & 63) }
        return bits
    }

    /// Bytes of each request's value. A drawn size depends on seed and key only, so that a key keeps its size.
    func valueSizes(_ keys: [UInt32], recorded: [UInt32]?) -> [UInt32] {
        switch operation.valueSize {
        case .recorded:
            return recorded ?? [UInt32](repeating: 0, count: keys.count)
        case .drawn(.constant(let size)):
            return [UInt32](repeating: UInt32(size.drawCount), count: keys.count)
        case .drawn(let distribution):
            return keys.map { key in
                var random = random(of: key)
                return distribution.draw(from: &random)
            }
        }
    }

    private func random(of key: UInt32) -> RandomStream {
        RandomStream(seed: SplitMix64.mix(seed &+ UInt64(key) &* 0x9E37_79B9_7F4A_7C15), name: "value-size")
    }
}

extension Distribution {
    /// One draw, in the smallest unit of the quantity.
    func draw(from random: inout RandomStream) -> UInt32 {
        let drawn: Double =
            switch self {
            case .constant(let quantity): Double(quantity.drawCount)
            case .uniform(let low, let high):
                Double(low.drawCount) + Double(high.drawCount - low.drawCount) * random.unit()
            case .exponential(let mean): Double(mean.drawCount) * random.exponential()
            case .lognormal(let median, let sigma): Double(median.drawCount) * exp(sigma * random.normal())
            }
        return UInt32(min(drawn.rounded(), Double(Quantity.drawLimit.drawCount)))
    }
}
