internal import Synchronization

/// How far ahead of its intended time a request is handed to an idle client, which takes a while to wake up: without a lead,
/// that would be part of each response time, and of a hit most of it.
///
/// It is what three of four clients take at least: most need not wait for the intended time, and none for long. Learnt from
/// each hand-over by stochastic approximation (Robbins and Monro, 1951).
///
/// One writer at a time, the worker; the pacer reads.
package final class Lead: Sendable {
    /// The most: 100 us, in nanoseconds. A worker whose clients take longer is busy, and not asleep.
    private static let most: UInt64 = 100_000

    private let nanoseconds = Atomic<UInt64>(0)

    /// Nothing is learnt yet, and there is no lead.
    package init() {}

    /// The lead in nanoseconds.
    package var time: UInt64 { nanoseconds.load(ordering: .relaxed) }

    /// A client was there so many nanoseconds after it was woken.
    package func learn(_ taken: UInt64) {
        let known = time
        let step = max(64, known / 32)
        let next = taken > known ? known + step : known - min(known, 3 * step)
        nanoseconds.store(min(next, Self.most), ordering: .relaxed)
    }
}
