import Caching
import Dedup
import Foundation

// A cache on its own, compiled as users compile it: with SwiftPM's default settings. Key types of one's own are in
// `OwnTypes.swift`.

/// A key by one word, and a type of another module by one line.
enum Section: String, CacheKey { case news, sport }
extension UUID: @retroactive CacheKey {}

func session(_ cache: Cache<UUID, String>, _ id: UUID) -> String? { cache.value(for: id)?.value }

func load(_ key: PageKey) async throws -> String { "\(key.path), \(key.page)" }

/// Loading, from places with different isolation and from plain functions.
@MainActor
final class Pages {
    private let cache: Cache<PageKey, String>
    private var shown = 0

    init() throws {
        cache = try Cache(CacheConfiguration(capacity: .weight(1_000_000), policy: .s3FIFO)) { removal in
            switch removal.cause {
            case .evicted, .expired: print(removal.key.path, removal.cause)
            default: break
            }
        }
    }

    func page(_ key: PageKey) async throws -> String {
        shown += 1
        return try await cache.value(for: key, timeToLive: .minutes(5), weight: { $0.utf8.count }) {
            try await load(key)
        }
    }

    func plain(_ key: PageKey) async throws -> String {
        try await cache.value(for: key) { key.path }
    }

    func passed(_ key: PageKey, _ load: @escaping @Sendable () async throws -> String) async throws -> String {
        try await cache.value(for: key, load: load)
    }

    func forget(_ path: String) -> Int {
        cache.removeAll { key, _ in key.path == path }
    }
}

func withoutTasks(_ cache: Cache<Section, Int>) throws -> Int? {
    cache.insert(1, for: .news)
    cache.insert(2, for: .sport, timeToLive: .sliding(.seconds(10), maximumAge: .seconds(60)))
    cache.removeValue(for: .news)
    cache.sweep()
    let loaded = try cache.blockingValue(for: .news, timeToLive: .seconds(5)) { 3 }
    let hit = cache.value(for: .sport) ?? cache.peek(for: .sport)
    print(loaded, hit?.age ?? .zero, cache.statistics.hitRatio ?? 0, cache.statistics.loadTime)
    return cache.value(for: .sport, at: MonotonicInstant(nanoseconds: 0))?.value
}

func onAnyActor(_ cache: Cache<String, Int>) async -> Int {
    do {
        return try await cache.value(for: "answer", timeToLive: .hours(1)) { 42 }
    } catch let error as CacheLoadError where error.code == .recursive {
        return 0
    } catch {
        return 1
    }
}
