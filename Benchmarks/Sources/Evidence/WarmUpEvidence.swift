/// How a subject became steady in a warm-up that waits for that: what its calls came to in stretches, of which each is as long as all
/// before it together.
package struct WarmUpEvidence: Hashable, Codable, Sendable {
    /// How many requests each client makes in the first stretch.
    package static let firstTurns = 64

    /// One stretch.
    package struct Stretch: Hashable, Codable, Sendable {
        /// How many requests were answered in it.
        package var requests: Int
        /// How many of them were served without executing.
        package var served: Int
        /// What half of the hits took at most, in nanoseconds; nil where there were none.
        package var hitP50: UInt64?
        /// Entries in the cache when it ended, if the subject tells.
        package var liveEntries: Int?

        /// The share that was served without executing.
        package var share: Double { Double(served) / Double(max(1, requests)) }
    }

    /// The stretches in order.
    package private(set) var stretches: [Stretch] = []

    /// Nothing was made yet.
    package init() {}

    /// Adds a stretch.
    package mutating func add(requests: Int, served: Int, hitP50: UInt64?, liveEntries: Int?) {
        stretches.append(Stretch(requests: requests, served: served, hitP50: hitP50, liveEntries: liveEntries))
    }
}
