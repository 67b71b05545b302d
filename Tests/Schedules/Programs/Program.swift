internal import Caching
internal import Dedup

/// What happens in one schedule, apart from its order: all of it follows from the seed.
struct Program: Sendable {
    /// One request of a caller.
    struct RequestPlan: Sendable {
        /// Nanoseconds that the caller does something else before.
        var pause: UInt64
        var key: Int
        var duplicates: Dedup.DuplicateMode?
        /// Nanoseconds; nil to wait for ever.
        var deadline: UInt64?
    }

    /// A task that makes some requests, one after the other.
    struct CallerPlan: Sendable {
        var requests: [RequestPlan]
        /// When it is cancelled, in nanoseconds from the start; nil for never.
        var cancelledAfter: UInt64?
    }

    /// Something that happens beside the requests.
    enum Disturbance: Sendable {
        case invalidate(Int)
        case invalidateAll
        case flush
        /// Shuts down with this grace in nanoseconds.
        case shutDown(UInt64)
    }

    var scenario: Scenario
    var features: Features
    var configuration: DeduplicatorConfiguration
    var keys: [KeyPlan]
    var callers: [CallerPlan]
    /// With the time at which each happens, in nanoseconds from the start.
    var disturbances: [(time: UInt64, disturbance: Disturbance)]
    var store: StorePlan
    /// Whether ``Deduplicator/run()`` runs beside it.
    var isMaintained: Bool
    /// How many events a second, slow subscriber buffers; nil for no second subscriber.
    var slowSubscriberBuffer: Int?
    var pace: Pace

    /// The program of a seed, for a subject that has these features.
    init(seed: UInt64, scenario: Scenario?, supported: Features) {
        var random = SeededGenerator(seed: seed &* 0xD134_2543_DE82_EF95 &+ 0x1234_5678)
        let scenario = scenario ?? random.element(of: Scenario.allCases + [.everything, .everything, .everything])
        var features = scenario.features.intersection(supported)
        // A program that has a little of everything has too little of each: most have half of it.
        if scenario == .everything, random.chance(0.7) {
            features.formIntersection(Features(rawValue: Int(truncatingIfNeeded: random.next() | random.next())))
        }
        self.scenario = scenario
        self.features = features
        let keyCount = random.element(of: [1, 1, 2, 3, 4])
        keys = (0..<keyCount).map { _ in KeyPlan(features, &random) }
        callers = (0..<random.number(4...12)).map { _ in Self.caller(features, keyCount, &random) }
        disturbances = Self.disturbances(features, keyCount, &random)
        store = StorePlan(features, &random)
        isMaintained = features.contains(.records) && random.chance(0.4)
        slowSubscriberBuffer = random.chance(0.1) ? random.number(1...4) : nil
        configuration = Self.configuration(features, &random)
        pace = Pace(&random)
        // A cancellation handler of the core sets the alarm of a grace period, and reads the clock for it, while the
        // runtime holds the lock of the cancelled task. Only a step's own cancellation reaches it unannounced.
        if features.contains(.recursion), keys.contains(where: \.hasGrace) { pace.preemption = 0 }
    }

    private static func caller(
        _ features: Features, _ keyCount: Int, _ random: inout SeededGenerator
    ) -> CallerPlan {
        let requests = (0..<random.number(1...4)).map { _ in
            var request = RequestPlan(pause: 0, key: random.below(keyCount), duplicates: nil, deadline: nil)
            if random.chance(0.6) { request.pause = UInt64(random.number(1...40)) * 1_000 }
            if features.contains(.rejection), random.chance(0.2) {
                request.duplicates = random.chance(0.5) ? .reject : .join
            }
            if features.contains(.deadlines), random.chance(0.3) {
                request.deadline = UInt64(random.number(0...40)) * 1_000
            }
            return request
        }
        let isCancelled = features.contains(.cancellation) && random.chance(0.35)
        return CallerPlan(
            requests: requests, cancelledAfter: isCancelled ? UInt64(random.number(0...80)) * 1_000 : nil)
    }

    private static func disturbances(
        _ features: Features, _ keyCount: Int, _ random: inout SeededGenerator
    ) -> [(UInt64, Disturbance)] {
        var disturbances: [(UInt64, Disturbance)] = []
        func time(_ random: inout SeededGenerator) -> UInt64 { UInt64(random.number(0...120)) * 1_000 }
        if features.contains(.invalidation) {
            for _ in 0..<random.below(4) {
                disturbances.append((time(&random), .invalidate(random.below(keyCount))))
            }
            if random.chance(0.2) { disturbances.append((time(&random), .invalidateAll)) }
        }
        if features.contains(.records) {
            for _ in 0..<random.below(3) { disturbances.append((time(&random), .flush)) }
        }
        if features.contains(.shutdown), random.chance(0.8) {
            disturbances.append((time(&random), .shutDown(UInt64(random.number(0...60)) * 1_000)))
        }
        return disturbances
    }

    private static func configuration(
        _ features: Features, _ random: inout SeededGenerator
    ) -> DeduplicatorConfiguration {
        let capacity = features.contains(.eviction) && random.chance(0.6) ? random.number(1...2) : 64
        var configuration = DeduplicatorConfiguration(
            cache: CacheConfiguration(
                capacity: .entries(capacity), policy: random.element(of: EvictionPolicyKind.allCases), shards: 1,
                seed: random.next()),
            // With few flights there is one shard of them, and nothing depends on the random seed of their hash.
            flightLimit: 256,
            // Longer than a store takes, and short beside the virtual second after which a caller counts as forgotten.
            recordTimeout: .milliseconds(1))
        if features.contains(.waiterLimit), random.chance(0.3) { configuration.waiterLimit = random.number(1...3) }
        if features.contains(.records) {
            let batch = random.number(1...3)
            configuration.recordWriter.batchSize = batch
            configuration.recordWriter.interval = .microseconds(random.number(10...50))
            configuration.sweepInterval = .microseconds(random.number(10...50))
        }
        if features.contains(.storeFaults), random.chance(0.4) { configuration.recordStoreFailure = .failClosed }
        return configuration
    }
}
