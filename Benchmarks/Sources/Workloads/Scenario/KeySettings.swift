/// Which key each request asks for.
package struct KeySettings: Hashable, Sendable {
    package enum Distribution: String, CaseIterable, Hashable, Sendable { case uniform, zipf, hotspot, burst, trace }

    /// The most keys: their tables (12 bytes a key) must fit in memory.
    package static let countLimit = 1 << 24

    package var distribution = Distribution.uniform
    /// The number of distinct keys; nil only with `trace` and with git operations, which know it themselves.
    package var count: Int?
    /// Zipf's exponent: the key of rank r is asked for in proportion to r^-skew.
    package var skew: Double?
    /// Hotspot: the share of the keys that is hot.
    package var hotKeys: Share?
    /// Hotspot: the share of the requests that goes to hot keys.
    package var hotRequests: Share?
    /// Burst: how many requests in a row ask for the same key.
    package var burst: Int?
    /// Trace: the file.
    package var file: String?

    package init() {}

    /// The distribution with its parameters; nil for a trace, whose keys are what was recorded.
    package var declared: KeyDistribution? {
        let count = count ?? 0
        return switch distribution {
        case .uniform: .uniform(count: count)
        case .zipf: .zipf(count: count, skew: skew ?? 0)
        case .hotspot:
            .hotspot(count: count, hotKeys: hotKeys?.fraction ?? 0, hotRequests: hotRequests?.fraction ?? 0)
        case .burst: .burst(count: count, skew: skew ?? 0, size: burst ?? 1)
        case .trace: nil
        }
    }
}
