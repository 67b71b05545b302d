import Caching
import DedupTesting
import Testing

/// The ghosts of a policy do the same as an array of hashes, oldest first.
struct GhostQueueModelTests {
    @Test(arguments: [(3, 1), (20, 9), (300, 1), (300, 9)] as [(UInt64, Int)], 1...4 as ClosedRange<UInt64>)
    func doesTheSameAsAnArray(size: (range: UInt64, heaviest: Int), seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = GhostQueue()
        var model: [(hash: UInt64, weight: Int)] = []
        for step in 0..<4_000 {
            // Neighbours, and far apart: with and without clusters in the index.
            let number = UInt64.random(in: 0..<size.range, using: &random)
            let hash = seed % 2 == 0 ? number : number &* 0xD134_2543_DE82_EF95
            let place = model.firstIndex { $0.hash == hash }
            // It grows, and then most are taken out.
            switch Int.random(in: 0..<(step % 1_000 < 500 ? 8 : 3), using: &random) {
            case 0:
                let wasThere = queue.take(hash)
                #expect(wasThere == (place != nil))
                if let place { model.remove(at: place) }
            case 1:
                if model.isEmpty { continue }
                queue.removeFirst()
                model.removeFirst()
            default:
                let weight = Int.random(in: 1...size.heaviest, using: &random)
                if let place {
                    model.remove(at: place)
                    _ = queue.take(hash)
                }
                queue.append(hash, weight: weight)
                model.append((hash, weight))
            }
            #expect(queue.count == model.count && queue.weight == model.reduce(0) { $0 + $1.weight })
            #expect(queue.contains(hash) == model.contains { $0.hash == hash }, "step \(step), seed \(seed)")
        }
        for (hash, _) in model {
            let (first, second) = (queue.take(hash), queue.take(hash))
            #expect(first && !second)
        }
        #expect(queue.count == 0 && queue.weight == 0)
    }

    /// Two keys with one hash are two ghosts.
    @Test func aHashThatIsThereTwiceIsTakenOutTwice() {
        var queue = GhostQueue()
        for hash in [7, 8, 7, 9] as [UInt64] { queue.append(hash, weight: 2) }
        queue.removeFirst()
        #expect(queue.count == 3 && queue.weight == 6 && queue.contains(7))
        let taken = [queue.take(7), queue.take(7), queue.take(8)]
        #expect(taken == [true, false, true] && queue.count == 1)
        queue.removeFirst()
        #expect(queue.count == 0 && !queue.contains(9))
    }
}
