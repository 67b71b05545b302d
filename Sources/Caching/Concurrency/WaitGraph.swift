/// Which piece of work waits for which, so that a circle is refused at once instead of hanging for ever.
///
/// Works are known by numbers that are unique in the process: the loads of caches count from 1, executions from the wall
/// time in microseconds. Only a work that calls the library again from its own code has edges here, and the work for
/// several keys, so the graph is empty for many programs and costs them nothing. One graph serves all caches and finds a
/// circle that leads through two of them.
package struct WaitGraph: Sendable {
    /// For each work, those it waits for, and by how many callers.
    private var edges: [UInt64: [UInt64: Int]] = [:]

    /// Makes a graph without edges.
    package init() {}

    /// The graph of this process.
    package static let shared = Lock(WaitGraph())

    /// Whether no work waits for another.
    package var isEmpty: Bool { edges.isEmpty }

    /// Notes that the work `waiter` waits for `target`, unless that closes a circle.
    ///
    /// - Returns: Whether the edge was added; false when `target` already waits for `waiter`, or is `waiter`.
    package mutating func add(from waiter: UInt64, to target: UInt64) -> Bool {
        if closesCircle(from: waiter, to: target) { return false }
        edges[waiter, default: [:]][target, default: 0] += 1
        return true
    }

    /// Removes one edge that ``add(from:to:)`` has added.
    package mutating func remove(from waiter: UInt64, to target: UInt64) {
        guard let count = edges[waiter]?[target] else {
            preconditionFailure("Only an edge that was added can be removed.")
        }
        edges[waiter]?[target] = count > 1 ? count - 1 : nil
        if edges[waiter]?.isEmpty == true { edges[waiter] = nil }
    }

    /// Whether an edge from `waiter` to `target` would close a circle.
    package func closesCircle(from waiter: UInt64, to target: UInt64) -> Bool { reaches(waiter, from: target) }

    private func reaches(_ goal: UInt64, from start: UInt64) -> Bool {
        var seen: Set<UInt64> = []
        var open = [start]
        while let work = open.popLast() {
            if work == goal { return true }
            guard seen.insert(work).inserted, let next = edges[work] else { continue }
            open.append(contentsOf: next.keys)
        }
        return false
    }
}
