import Caching
import Testing

// snippet: Sources/Caching/CacheKey.swift
struct PageKey: CacheKey {
    let path: String
    let page: Int
}
// end

/// The cache alone, as its own comments show it.
@Suite(.timeLimit(.minutes(1))) struct CachingSnippets {
    struct Page: Equatable { let text: String }

    struct Database {
        func user(_ id: Int) async throws -> String { "user \(id)" }
    }

    func render(_ path: String) async throws -> Page { Page(text: path) }

    @Test func standAloneUse() async throws {
        let path = "/index"
        // snippet: Sources/Caching/Cache.swift
        let pages = try Cache<String, Page>(CacheConfiguration(capacity: .entries(10_000)))
        let page = try await pages.value(for: path, timeToLive: .minutes(5)) {
            try await render(path)
        }
        // end
        #expect(page.text == path && pages.value(for: path)?.value == page)
    }

    @Test func loading() async throws {
        let (id, database) = (7, Database())
        let users = try Cache<Int, String>()
        // snippet: Sources/Caching/Loading/Cache+Loading.swift
        let user = try await users.value(for: id, timeToLive: .minutes(10)) {
            try await database.user(id)
        }
        // end
        #expect(user == "user \(id)" && users.statistics.loads == 1)
        let pages = try Cache<PageKey, Int>()
        pages.insert(3, for: PageKey(path: "/", page: 1))
        #expect(pages.value(for: PageKey(path: "/", page: 1))?.value == 3)
    }

    @Test func simulating() {
        // snippet: Sources/Caching/Simulation/CacheSimulation.swift
        let simulation = CacheSimulation(keys: [0, 1, 0, 2, 0], keyCount: 3)
        let counts = simulation.counts(of: .lru, capacity: 2)  // 2 hits
        // end
        #expect(counts.hits == 2)
    }
}
