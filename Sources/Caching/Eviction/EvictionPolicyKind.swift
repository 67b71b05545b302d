/// The eviction policies that a cache can be configured with, by the name that scenarios and reports use.
public enum EvictionPolicyKind: String, CaseIterable, Hashable, Sendable {
    /// First in, first out.
    case fifo

    /// Least recently used.
    case lru

    /// SIEVE: first in, first out with lazy promotion. The default: close to the best hit ratio on skewed requests, and a
    /// hit writes one bit.
    case sieve

    /// S3-FIFO: a small probationary queue in front of a main queue, and ghosts. Resists scans.
    case s3FIFO = "s3-fifo"

    /// Makes the policy, empty, with room for `capacity` units of weight.
    package func makePolicy(capacity: Int) -> any EvictionPolicy {
        switch self {
        case .fifo: FIFOPolicy(capacity: capacity)
        case .lru: LRUPolicy(capacity: capacity)
        case .sieve: SIEVEPolicy(capacity: capacity)
        case .s3FIFO: S3FIFOPolicy(capacity: capacity)
        }
    }
}
