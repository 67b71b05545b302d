internal import DedupBenchKit
internal import DedupVerification
internal import LoadGeneration
internal import Workloads

/// The cache of ``DefectiveSubject``: bounded, first in, first out, with a fixed time to live.
struct BoundedResults {
    private struct Entry {
        var result: StepResult
        var storedAt: UInt64
    }

    private let defect: Defect
    private let capacity: Int
    private let lifetime: UInt64
    private var entries: [UInt32: Entry] = [:]
    /// What was evicted, where a defect keeps it.
    private var evicted: [UInt32: Entry] = [:]
    /// Keys that were removed and are in the order still.
    private var removed: Set<UInt32> = []
    /// The keys in the order in which they came, as a ring.
    private var order: [UInt32] = []
    private var next = 0

    init(_ cache: CacheSettings, _ defect: Defect) {
        self.defect = defect
        let room = if case .entries(let count) = cache.capacity, defect != .ignoredCapacity { count } else { Int.max }
        capacity = defect == .smallerCapacity ? max(1, room / 10) : room
        let life = if case .fixed(let life) = cache.timeToLive.rule { life.nanoseconds } else { UInt64.max }
        lifetime = defect == .ttlOffByOne ? life + 1_000_000 : life
    }

    var count: Int { entries.count }

    /// The result of a key that is served, and as what.
    func served(_ key: UInt32, at now: UInt64) -> (result: StepResult, outcome: OutcomeClass)? {
        // Two keys that differ in the last bit are one to it.
        if defect == .otherKey, let other = entries[key ^ 1] { return (other.result, .hit) }
        if defect == .keptEvicted, entries[key] == nil, let ghost = evicted[key] { return (ghost.result, .hit) }
        guard let entry = entries[key] else { return nil }
        if defect == .resurrectedResult, let ghost = evicted[key] { return (ghost.result, .hit) }
        if now - entry.storedAt < lifetime || defect == .staleResult { return (entry.result, .hit) }
        return defect == .staleAnswer ? (entry.result, .stale) : nil
    }

    /// Stores a result if it is one to be stored.
    ///
    /// - Returns: The execution whose result had to go for it.
    mutating func insert(_ result: StepResult, for key: UInt32, at now: UInt64) -> UInt64? {
        switch result {
        case .success(let value) where defect == .forgottenResult || defect == .earlyExpiry: return value.execution
        case .failure where defect != .cachedError: return nil
        default: break
        }
        let isNew = entries.updateValue(Entry(result: result, storedAt: now), forKey: key) == nil
        guard isNew, removed.remove(key) == nil else { return nil }
        guard order.count == capacity else {
            order.append(key)
            return nil
        }
        let oldest = order[next]
        order[next] = key
        next = (next + 1) % capacity
        removed.remove(oldest)
        guard let gone = entries.removeValue(forKey: oldest), case .success(let value) = gone.result else {
            return nil
        }
        if defect == .keptEvicted || defect == .resurrectedResult { evicted[oldest] = gone }
        return value.execution
    }

    /// Forgets the result of a key. Its place in the order is kept for when it comes back.
    mutating func remove(_ key: UInt32) {
        guard entries.removeValue(forKey: key) != nil else { return }
        removed.insert(key)
    }
}
