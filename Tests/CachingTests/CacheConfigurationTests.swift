import Caching
import Testing

/// Configurations that are not allowed are refused by the name of the field.
struct CacheConfigurationTests {
    @Test(arguments: [
        (CacheConfiguration(capacity: .entries(0)), "capacity.entries"),
        (CacheConfiguration(capacity: .entries(1 << 31)), "capacity.entries"),
        (CacheConfiguration(capacity: .weight(-5)), "capacity.weight"),
        (CacheConfiguration(shards: 0), "shards"),
        (CacheConfiguration(shards: 5_000), "shards"),
        (CacheConfiguration(capacity: .entries(3), shards: 4), "shards"),
    ])
    func aWrongFieldIsRefusedByName(configuration: CacheConfiguration, field: String) {
        #expect { _ = try Cache<Int, Int>(configuration) } throws: { error in
            guard let error = error as? CacheConfigurationError else { return false }
            return error.field == field && error.description.hasPrefix("\(field) is \(error.value) but must ")
        }
    }

    @Test(arguments: [(1, 1), (255, 1), (512, 2), (10_000, 39), (1_000_000, 64)])
    func smallCachesHaveFewShards(capacity: Int, shards: Int) throws {
        let cache = try Cache<Int, Int>(CacheConfiguration(capacity: .entries(capacity)))
        #expect(cache.configuration.shards == shards)
    }

    @Test
    func policiesHaveTheNamesThatScenariosUse() {
        let names = ["fifo", "lru", "clock", "lfu", "slru", "2q", "arc", "lirs", "sieve", "s3-fifo", "random"]
        #expect(EvictionPolicyKind.allCases.map(\.rawValue) == names)
    }

    @Test
    func policiesAreFoundByName() {
        for kind in EvictionPolicyKind.allCases { #expect(EvictionPolicyKind(rawValue: kind.rawValue) == kind) }
        #expect(EvictionPolicyKind(rawValue: "mru") == nil && EvictionPolicyKind.sieve != .lru)
    }

    @Test
    func standardTypesAreKeys() throws {
        func check<Key: CacheKey>(_ key: Key, _ other: Key) throws {
            let cache = try Cache<Key, Int>(CacheConfiguration(capacity: .entries(4)))
            cache.insert(1, for: key)
            #expect(cache.value(for: key)?.value == 1 && cache.value(for: other) == nil, "\(Key.self)")
        }
        try check("a", "b")
        try check(Substring("a"), "b")
        try check(Int32(1), 2)
        try check(UInt128.max, 2)
        try check(0.5, 0.25)
        try check(["a", "b"], ["ab"])
        try check([1, nil], [nil, 1])
        try check(Set(["a"]), [])
        try check(Duration.seconds(1), .zero)
    }

    @Test
    func theDefaultHashDependsOnTheSeed() {
        let hashes = Set((0..<64).map { "key".seededHash(UInt64($0)) })
        #expect(hashes.count == 64)
    }

    @Test
    func cachesWithoutASeedHashDifferently() throws {
        // The hash that a key sees is the only trace of the seed.
        struct Spy: CacheKey {
            static let seen = Lock<Set<UInt64>>([])
            func seededHash(_ seed: UInt64) -> UInt64 {
                Self.seen.withLock { _ = $0.insert(seed) }
                return 0
            }
        }
        for _ in 0..<8 { _ = try Cache<Spy, Int>().value(for: Spy(), at: .zero) }
        #expect(Spy.seen.withLock { $0.count } == 8)
    }

    @Test
    func aHashThatIsTheSameForAllKeysOnlyCostsTime() throws {
        struct Colliding: CacheKey {
            let number: Int
            func seededHash(_ seed: UInt64) -> UInt64 { .max }
        }
        let cache = try Cache<Colliding, Int>(CacheConfiguration(capacity: .entries(300), policy: .lru))
        for number in 0..<400 { cache.insert(number, for: Colliding(number: number), timeToLive: .forever, at: .zero) }
        let found = (0..<400).filter { cache.peek(for: Colliding(number: $0), at: .zero)?.value == $0 }
        #expect(found == Array(100..<400))
    }
}
