import Caching
import Testing

/// How many locks the operations of a cache take: what a hit costs on many processors cannot be measured on few, but counted.
///
/// Counted on the thread that asks. The fewest of several are taken, because a table grows now and then.
@Suite(.enabled(if: LockCount.taken != nil, "Locks are counted in debug builds."))
struct LockCountTests {
    /// An operation on a full cache of 64 entries, and how many locks it takes.
    enum Operation: CaseIterable, Sendable {
        case hit, slidingHit, miss, peek, insertion, replacement, removal

        func run(_ cache: Cache<Int, Int>, _ round: Int) -> Bool {
            switch self {
            case .hit: cache.value(for: 1, at: .zero) != nil
            case .slidingHit: cache.value(for: 2, at: MonotonicInstant(nanoseconds: Int64(round))) != nil
            case .miss: cache.value(for: -1, at: .zero) == nil
            case .peek: cache.peek(for: 1, at: .zero) != nil
            case .insertion: cache.insert(0, for: 1_000 + round, at: .zero)
            case .replacement: cache.insert(0, for: 1, at: .zero)
            case .removal: cache.removeValue(for: 3 + round)
            }
        }

        /// A lookup takes the lock of its lane, a change those of all lanes.
        func locks(lanes: Int) -> Int {
            switch self {
            case .hit, .slidingHit, .miss, .peek: 1
            case .insertion, .replacement, .removal: lanes
            }
        }
    }

    @Test(arguments: Operation.allCases, [1, 2, 8])
    func anOperationTakesSoManyLocks(operation: Operation, lanes: Int) throws {
        let cache = try Cache<Int, Int>(
            CacheConfiguration(capacity: .entries(64), policy: .sieve, shards: 1), lanes: lanes)
        for key in 0..<64 {
            let life: TimeToLive = key == 2 ? .sliding(.seconds(9), maximumAge: .seconds(90)) : .forever
            cache.insert(key, for: key, timeToLive: life, at: .zero)
        }
        let taken = (0..<20).map { round in
            let before = LockCount.taken ?? 0
            let isDone = operation.run(cache, round)
            let taken = (LockCount.taken ?? 0) - before
            #expect(isDone, "round \(round)")
            return taken
        }
        #expect(taken.min() == operation.locks(lanes: lanes))
    }
}
