import Caching
import Dedup
import DedupTesting
import Testing

/// A context that was seen before is not decoded again, and means what it meant.
///
/// One test at a time, because they count together how often contexts are decoded.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ContextMemoTests {
    /// Counts how often contexts are decoded; what its fields are called differs between the JSON and the input.
    struct Query: Codable, Sendable {
        static let decodings = Lock(0)

        var words: [String]
        var limit: Int

        enum CodingKeys: String, CodingKey { case words, limit = "at_most" }

        init(words: [String], limit: Int) {
            self.words = words
            self.limit = limit
        }

        init(from decoder: any Decoder) throws {
            Self.decodings.withLock { $0 += 1 }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            words = try container.decode([String].self, forKey: .words).map { $0.lowercased() }
            limit = try container.decodeIfPresent(Int.self, forKey: .limit) ?? 10
        }
    }

    let registry = StepRegistry(time: ManualTimeSource())

    @Test func aHitDecodesNothing() async throws {
        try registry.register(Step("search") { (query: Query) in query.words.count })
        let before = Query.decodings.withLock { $0 }
        for expected in [1, 1, 1] {
            let outcome = try await registry.execute("search", context: ["words": ["A", "b"]])
            #expect(outcome.value as? Int == 2)
            #expect(Query.decodings.withLock { $0 } - before == expected)
        }
        // The result is gone, not what is known of the context: it is decoded once, for the body.
        try registry.invalidate("search", context: ["words": ["A", "b"]])
        #expect(try await registry.execute("search", context: ["words": ["A", "b"]]).source == .executed)
        #expect(Query.decodings.withLock { $0 } - before == 2)
    }

    /// Twice for each context, more of them than are remembered, so that some are known and some have been forgotten.
    @Test(arguments: [UInt64(1), 2])
    func rememberedOrNotAContextHasTheFingerprintOfItsInput(seed: UInt64) throws {
        struct Input: Codable, Sendable {
            var id: UInt64
            var note: String?
        }
        let step = Step("input") { (input: Input) in input.id }
        try registry.register(step)
        var random = SplitMix64(seed: seed)
        var recent: [UInt64] = []
        for round in 0..<12_000 {
            let id = round.isMultiple(of: 3) ? recent.randomElement(using: &random) ?? 0 : random.next()
            recent.append(id)
            let scope = random.next() % 2 == 0 ? nil : "tenant"
            let known = try registry.fingerprint(
                of: "input", context: ["id": .unsigned(id), "unknown": .integer(Int64(random.next() % 2))], scope: scope
            )
            let expected = try registry.fingerprint(of: step, Input(id: id), scope: scope)
            #expect(known == expected, "seed \(seed), round \(round)")
        }
    }

    @Test func anotherStepOfTheSameNameReadsContextsAnew() async throws {
        struct Old: Codable, Sendable { var path: String }
        struct New: Codable, Sendable { var depth: Int }
        let context: JSONValue = ["path": "/srv", "depth": 3]
        try registry.register(Step("walk", version: 1) { (input: Old) in input.path })
        let old = try registry.fingerprint(of: "walk", context: context)
        registry.unregister("walk")
        let step = Step("walk", version: 1) { (input: New) in input.depth }
        try registry.register(step)
        let new = try registry.fingerprint(of: "walk", context: context)
        #expect(new != old)
        #expect(try new == registry.fingerprint(of: step, New(depth: 3)))
    }

    @Test func aContextThatDescribesNothingIsRefusedEveryTime() async throws {
        try registry.register(Step("search") { (query: Query) in query.words.count })
        for _ in 0..<2 {
            let error = await #expect(throws: DedupError.self) {
                try await registry.execute("search", context: ["words": 7])
            }
            #expect(error?.code == .invalidContext)
        }
    }
}
