internal import Evidence
internal import Measurement

/// What memory did.
package enum MemoryMetric: String, CaseIterable, Sendable {
    case leak = "memory.leak_bytes_per_op"
    case liveEnd = "memory.live_end_bytes"
    case livePeak = "memory.live_peak_bytes"
    case residentEnd = "memory.resident_end_bytes"

    var definition: MetricDefinition {
        switch self {
        case .leak: samples("slope of the live bytes over the operations, with its interval")
        case .liveEnd: samples("live bytes at the last quiescent point")
        case .livePeak: samples("most live bytes at any quiescent point")
        case .residentEnd: samples("resident bytes of the allocator at the last quiescent point")
        }
    }

    private func samples(_ explanation: String) -> MetricDefinition {
        MetricDefinition(.bytes, explanation, source: .memorySamples)
    }

    /// Nil where there is no sample.
    func value(of growth: GrowthReport) -> MetricValue? {
        let samples = growth.evidence.series.samples
        let bytes = { (bytes: Int?) in bytes.map { MetricValue(Double($0)) } }
        return switch self {
        case .leak:
            MetricValue(
                growth.slope ?? .nan, low: growth.low ?? -.infinity, high: growth.high ?? .infinity,
                count: growth.evidence.comparable.count)
        case .liveEnd: bytes(samples.last?.reading.live)
        case .livePeak: bytes(samples.map(\.reading.live).max())
        case .residentEnd: bytes(samples.last?.reading.resident)
        }
    }
}
