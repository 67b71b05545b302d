/// What a program may ask of a subject.
struct Features: OptionSet, Sendable {
    let rawValue: Int

    static let rejection = Features(rawValue: 1 << 0)
    static let deadlines = Features(rawValue: 1 << 1)
    static let cancellation = Features(rawValue: 1 << 2)
    static let grace = Features(rawValue: 1 << 3)
    static let overlap = Features(rawValue: 1 << 4)
    static let supersede = Features(rawValue: 1 << 5)
    static let hold = Features(rawValue: 1 << 6)
    static let recursion = Features(rawValue: 1 << 7)
    static let invalidation = Features(rawValue: 1 << 8)
    static let failures = Features(rawValue: 1 << 9)
    /// Sliding, jittered, per-result and negative times to live.
    static let lifetimes = Features(rawValue: 1 << 10)
    static let eviction = Features(rawValue: 1 << 11)
    static let waiterLimit = Features(rawValue: 1 << 12)
    /// A slow store, small batches and the maintenance loop.
    static let records = Features(rawValue: 1 << 13)
    static let storeFaults = Features(rawValue: 1 << 14)
    static let shutdown = Features(rawValue: 1 << 15)

    static let all = Features(rawValue: 1 << 16 - 1)
}

/// A family of programs that dwells on one part of the semantics.
enum Scenario: String, CaseIterable, Sendable {
    case plain, waiters, timeouts, abandonment, recursion, invalidation, expiry, records, shutdown, everything

    var features: Features {
        switch self {
        case .plain: [.rejection, .failures, .invalidation, .supersede]
        case .waiters: [.rejection, .failures, .deadlines, .cancellation, .waiterLimit]
        case .timeouts: [.rejection, .failures, .supersede, .hold, .deadlines, .cancellation]
        case .abandonment: [.cancellation, .grace, .overlap, .deadlines, .failures, .supersede, .hold, .invalidation]
        case .recursion: [.recursion, .failures, .cancellation, .deadlines, .invalidation, .supersede, .overlap]
        case .invalidation: [.invalidation, .failures, .supersede, .rejection, .lifetimes, .cancellation]
        case .expiry: [.lifetimes, .eviction, .failures, .invalidation]
        case .records: [.records, .storeFaults, .failures, .eviction, .supersede, .cancellation]
        case .shutdown:
            [.shutdown, .failures, .cancellation, .deadlines, .grace, .supersede, .hold, .recursion, .records]
        case .everything: .all
        }
    }
}
