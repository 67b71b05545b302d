internal import Workloads

/// Loads each of which has to wait for the one before: what memory costs where neither the compiler nor the processor can look
/// ahead. A lookup that waits for the one before takes one of them at least; lookups that do not may take less, as the processor
/// waits for several at a time.
package struct PointerChase: Sendable {
    /// One line of the processor's cache each; the first number of a line is the place of the next.
    private let lines: [SIMD8<UInt64>]

    /// A circle through as many lines as there are bytes for, in a random order.
    ///
    /// - Parameter bytes: How much memory the lines take; at least two lines are made.
    package init(bytes: Int, seed: UInt64) {
        let count = max(2, bytes / MemoryLayout<SIMD8<UInt64>>.stride)
        var generator = SplitMix64(seed: seed)
        var lines = (0..<count).map { SIMD8<UInt64>(UInt64($0), 0, 0, 0, 0, 0, 0, 0) }
        // Sattolo's shuffle: what it makes is one circle, so no line is left out however long the chase is.
        for last in stride(from: count - 1, to: 0, by: -1) {
            lines.swapAt(last, Int(generator.next() % UInt64(last)))
        }
        self.lines = lines
    }

    /// How many lines there are.
    package var count: Int { lines.count }

    /// Follows the circle from a random place on.
    ///
    /// - Returns: The place that it ends at.
    @discardableResult
    func follow(_ loads: Int) -> Int {
        follow(loads, from: Int.random(in: lines.indices))
    }

    /// Follows the circle from a place on.
    package func follow(_ loads: Int, from start: Int) -> Int {
        var place = start
        for _ in 0..<loads { place = Int(truncatingIfNeeded: lines[place][0]) }
        consume(UInt64(place))
        return place
    }
}
