import Caching
import DedupTesting
import Testing

/// A key may be an object whose end uses the cache. The cache lets go of keys outside its locks, so that this ends well.
@Suite(.timeLimit(.minutes(1))) struct KeyReleaseTests {
    final class ObjectKey: CacheKey {
        let number: Int
        private let released: @Sendable () -> Void

        init(_ number: Int, released: @escaping @Sendable () -> Void) {
            self.number = number
            self.released = released
        }

        deinit { released() }

        static func == (lhs: ObjectKey, rhs: ObjectKey) -> Bool { lhs.number == rhs.number }
        func hash(into hasher: inout Hasher) { hasher.combine(number) }
    }

    /// A cache whose keys lock all of it when they are released, and count.
    private final class Shelf: Sendable {
        let cache: Cache<ObjectKey, Int>
        let made = Lock(0)
        let released = Lock(0)

        init(_ policy: EvictionPolicyKind) throws {
            cache = try Cache(CacheConfiguration(capacity: .entries(10), policy: policy, shards: 1))
        }

        func key(_ number: Int) -> ObjectKey {
            made.withLock { $0 += 1 }
            return ObjectKey(number) { [weak self] in
                guard let self else { return }
                released.withLock { $0 += 1 }
                cache.removeAll { _, _ in false }
            }
        }
    }

    @Test(arguments: EvictionPolicyKind.allCases)
    func aKeyThatLeavesTheCacheMayUseIt(policy: EvictionPolicyKind) throws {
        let shelf = try Shelf(policy)
        for number in 0..<300 {
            shelf.cache.insert(number, for: shelf.key(number))
            // Now and then a ghost comes back under an equal key.
            if number % 3 == 0 { shelf.cache.insert(number, for: shelf.key(max(0, number - 12))) }
            if number % 7 == 0 { shelf.cache.removeValue(for: shelf.key(number)) }
        }
        shelf.cache.removeAll()
        for number in 0..<40 { shelf.cache.insert(number, for: shelf.key(1_000 + number)) }
        #expect(shelf.released.withLock { $0 } >= 300)
        shelf.cache.removeAll()
        #expect(shelf.released.withLock { $0 } == shelf.made.withLock { $0 }, "No key is left behind.")
    }

    /// The load of a thread takes over from that of a task, under an equal key that is another object. A table that kept the
    /// key of the first would release it under the lock when the second ends.
    @Test func aTableOfLoadsKeepsNoKeyLongerThanItsLoadAndHandsItOut() {
        let released = Lock<[Int]>([])
        var table = LoadTable<ObjectKey, Int, Int>()
        for (call, runner) in [(1, .task), (2, .thread), (3, .task)]
            as [(UInt64, LoadTable<ObjectKey, Int, Int>.Runner)]
        {
            let key = ObjectKey(7) { released.withLock { $0.append(Int(call)) } }
            let claim = table.claim(key, call: call, runner: runner, waiter: 0)
            #expect(claim == (call == 3 ? .join(2) : .begin))
        }
        #expect(released.withLock { $0 } == [3], "A caller that joins leaves no key.")
        var first: ObjectKey? = table.finish(1).key
        #expect(first != nil && released.withLock { $0 } == [3])
        first = nil
        #expect(released.withLock { $0 } == [3, 1])
        var second: ObjectKey? = table.finish(2).key
        #expect(second != nil && released.withLock { $0 } == [3, 1] && table.isEmpty)
        second = nil
        #expect(released.withLock { $0 } == [3, 1, 2])
    }

    @Test func aLoadThatEveryCallerHasLeftHandsOutItsKey() {
        let released = Lock(0)
        var table = LoadTable<ObjectKey, Int, Int>()
        _ = table.claim(ObjectKey(7) { released.withLock { $0 += 1 } }, call: 1, runner: .task, waiter: 0)
        var key: ObjectKey? = table.leave(1)?.key
        #expect(key != nil && released.withLock { $0 } == 0 && table.isEmpty)
        key = nil
        #expect(released.withLock { $0 } == 1)
    }
}
