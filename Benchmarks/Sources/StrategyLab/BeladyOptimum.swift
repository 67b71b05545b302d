/// The most hits that any cache can have which inserts every miss: the victim is the entry whose next request is the
/// farthest away.
///
/// L. A. Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966 (MIN). It knows the
/// requests to come, so it is a bound and not a policy. A set of the positions at which residents are requested next tells
/// all: a request is a hit if its own position is there, and the last position is the victim's. The set is a tree of words of
/// 64 bits, so both cost as many steps as the tree has levels, five for a thousand million requests.
package struct BeladyOptimum {
    private static let never = UInt32.max

    /// The position of the next request for the same key, or `never`.
    private let nextRequests: [UInt32]

    /// Prepares requests, whose keys are below `keyCount`; fewer than 2^32 - 1.
    package init(keys: [UInt32], keyCount: Int) {
        var next = [UInt32](repeating: Self.never, count: keyCount)
        var requests = [UInt32](repeating: Self.never, count: keys.count)
        for position in keys.indices.reversed() {
            let key = Int(keys[position])
            requests[position] = next[key]
            next[key] = UInt32(position)
        }
        nextRequests = requests
    }

    /// How many requests a cache of `capacity` entries, at least 1, answers at most.
    package func hits(capacity: Int) -> Int {
        let capacity = max(1, capacity)
        var awaited = PositionSet(count: nextRequests.count)
        // Residents that are never asked for again are all alike, and leave first.
        var (hits, residents, idle) = (0, 0, 0)
        for (position, next) in nextRequests.enumerated() {
            if awaited.remove(position) {
                hits += 1
            } else if residents < capacity {
                residents += 1
            } else if idle > 0 {
                idle -= 1
            } else {
                awaited.removeLast()
            }
            if next == Self.never { idle += 1 } else { awaited.insert(Int(next)) }
        }
        return hits
    }
}

/// A set of positions below a number, whose last one is found fast.
private struct PositionSet {
    /// The words of each level: a bit in one says whether a word of the level below has any. The first level has the
    /// positions, the last is one word.
    private var levels: [[UInt64]] = []

    init(count: Int) {
        var size = max(1, count)
        repeat {
            size = (size + 63) / 64
            levels.append([UInt64](repeating: 0, count: size))
        } while size > 1
    }

    mutating func insert(_ position: Int) {
        var index = position
        for level in levels.indices {
            let word = levels[level][index >> 6]
            levels[level][index >> 6] = word | 1 << UInt64(index & 63)
            if word != 0 { return }
            index >>= 6
        }
    }

    /// Removes a position; whether it was there.
    mutating func remove(_ position: Int) -> Bool {
        guard levels[0][position >> 6] & 1 << UInt64(position & 63) != 0 else { return false }
        var index = position
        for level in levels.indices {
            levels[level][index >> 6] &= ~(1 << UInt64(index & 63))
            if levels[level][index >> 6] != 0 { return true }
            index >>= 6
        }
        return true
    }

    /// Removes the last position, if there is any.
    mutating func removeLast() {
        var index = 0
        for level in levels.indices.reversed() {
            let word = levels[level][index]
            guard word != 0 else { return }
            index = index << 6 | (63 - word.leadingZeroBitCount)
        }
        _ = remove(index)
    }
}
