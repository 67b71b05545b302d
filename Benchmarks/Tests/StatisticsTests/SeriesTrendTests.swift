import DedupTesting
import Foundation
import Statistics
import Testing

@Suite struct SeriesTrendTests {
    private static let x = (0..<60).map { Double($0) * 10 }

    /// So many points of a line whose noise remembers so much of the point before.
    private static func line(slope: Double, memory: Double, noise: Double, seed: UInt64) -> [Double] {
        var random = SplitMix64(seed: seed)
        var drift = 0.0
        return x.map { place in
            drift = memory * drift + noise * random.normal()
            return 7 + slope * place + drift
        }
    }

    private static func trends(slope: Double, memory: Double, noise: Double) -> [SeriesTrend] {
        (UInt64(0)..<400).map {
            SeriesTrend(x: x, y: line(slope: slope, memory: memory, noise: noise, seed: $0), confidence: 0.95)
        }
    }

    /// Of 400 intervals at 95 %, 20 miss on average; more than 34 would come one time in 1,000.
    @Test(arguments: [0, 0.2], [0.0, 0.03]) func theIntervalHoldsTheSlope(memory: Double, slope: Double) {
        let trends = Self.trends(slope: slope, memory: memory, noise: 2)
        let missed = trends.count { !($0.slope.low...$0.slope.high).contains(slope) }
        #expect(missed <= 34, "seeds 0..<400: \(missed) missed")
    }

    /// Neighbours that remember each other tell less: the interval is wider for them, so that it misses no more often than one time in
    /// ten where batch means alone miss far more often.
    @Test func rememberingNeighboursAreForgivenMore() {
        let trends = Self.trends(slope: 0, memory: 0.8, noise: 2)
        let missed = trends.count { !($0.slope.low...$0.slope.high).contains(0) }
        let plain = (UInt64(0)..<400).count { seed in
            let y = Self.line(slope: 0, memory: 0.8, noise: 2, seed: seed)
            return BatchMeans.slope(x: Self.x, y: y, confidence: 0.95).map { !($0.low...$0.high).contains(0) } ?? true
        }
        #expect(missed <= 40 && missed < plain / 2, "seeds 0..<400: \(missed) missed, \(plain) of batch means alone")
        #expect(trends.count { $0.autocorrelation > SeriesTrend.correlationLimit } > 350)
    }

    /// A slope that lies above a limit by what is said to be detectable is surely above it in nineteen of twenty series.
    @Test func whatIsDetectableIsToldFromTheLimit() {
        let limit = 0.01
        let reach = Self.trends(slope: 0, memory: 0, noise: 2).map(\.detectable).sorted()[200]
        let found = Self.trends(slope: limit + reach, memory: 0, noise: 2).count { trend in
            trend.slope.low > limit && trend.parts.allSatisfy { $0 > limit }
        }
        #expect((360...400).contains(found), "seeds 0..<400: \(found) found")
    }

    @Test func aLineWithoutNoiseIsExactAndAStepHasFlatParts() {
        let exact = SeriesTrend(x: Self.x, y: Self.x.map { 5 + 3 * $0 }, confidence: 0.95)
        #expect(abs(exact.slope.value - 3) < 1e-9 && exact.slope.high - exact.slope.low < 1e-9)
        #expect(exact.parts.allSatisfy { abs($0 - 3) < 1e-9 } && exact.detectable < 1e-6)
        let step = SeriesTrend(x: Self.x, y: Self.x.map { $0 < 450 ? 0 : 900 }, confidence: 0.95)
        #expect(step.slope.value >= 0 && step.parts[0] == 0 && step.parts[2] == 0)
    }

    @Test(arguments: 0..<3) func tooFewPointsSayNothing(count: Int) {
        let points = (0..<count).map(Double.init)
        let trend = SeriesTrend(x: points, y: points, confidence: 0.95)
        #expect(trend.slope.low == -.infinity && trend.slope.high == .infinity && trend.detectable == .infinity)
        #expect(WarmUp.length(x: points, y: points) == 0)
    }

    /// What rises for a while and then stays is cut where it stays; steady growth is not cut by more than it must be.
    @Test(arguments: [(12, 12), (20, 20), (0, 0)]) func theWarmUpEndsWhereTheLineBegins(rise: Int, length: Int) {
        let y = (0..<60).map { Double(min($0, rise)) * 50 + ($0 % 2 == 0 ? 0.5 : -0.5) }
        let found = WarmUp.length(x: Self.x, y: y)
        #expect(abs(found - length) <= 2, "\(found)")
    }
}
