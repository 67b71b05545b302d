import Caching
import Dedup
import DedupTesting
import Foundation
import Testing

/// A typed request and one by name for the same input are the same work, whatever the input is made of.
@Suite(.timeLimit(.minutes(1))) struct StepIdentityTests {
    struct Settings: Codable, Sendable {
        var retries = 3
        var label = "none"

        init() {}

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            retries = try container.decodeIfPresent(Int.self, forKey: .retries) ?? 3
            label = try container.decodeIfPresent(String.self, forKey: .label) ?? "none"
        }
    }

    struct Page: Codable, Sendable {
        var url: URL
        var body = Data([1, 2, 255])
        var price = Decimal(string: "12.5") ?? 0
        var at = Date(timeIntervalSinceReferenceDate: 12.25)
        var id: UInt64 = .max
        var note: String?
        var settings = Settings()
        var extra: JSONValue = ["k": [nil, 1.5, .unsigned(.max), "x", true, [:]]]
    }

    struct OneWay: Encodable, Sendable {
        var path: String
    }

    let registry = StepRegistry(time: ManualTimeSource())

    private let page: Page
    private let context: JSONValue = [
        "url": "https://example.org/a", "body": "AQL/", "price": 12.5, "at": 12.25, "id": .unsigned(.max),
        "settings": ["retries": 3, "label": "none"], "extra": ["k": [nil, 1.5, .unsigned(.max), "x", true, [:]]],
    ]

    init() throws {
        page = Page(url: try #require(URL(string: "https://example.org/a")))
    }

    private func context(with changes: [(String, JSONValue?)]) throws -> JSONValue {
        guard case .object(let object) = context else { return context }
        let kept = object.members.filter { member in !changes.contains { $0.0 == member.name } }
        return .object(
            try JSONObject(kept.map { ($0.name, $0.value) } + changes.compactMap { c in c.1.map { (c.0, $0) } }))
    }

    @Test(
        arguments: [
            [], [("note", .null)], [("unknown", ["a": 1])], [("settings", ["retries": 3])], [("settings", [:])],
            [("price", 12.50)], [("at", 1225e-2)],
        ] as [[(String, JSONValue?)]])
    func theFieldsOfATypeMeetTheirJSON(changes: [(String, JSONValue?)]) async throws {
        let step = Step("page") { (page: Page) in page.url.absoluteString }
        try registry.register(step)
        #expect(try await registry.execute(step, page).source == .executed)
        let named = try await registry.execute("page", context: try context(with: changes))
        #expect(named.source == .hit(age: .zero) && named.value as? String == "https://example.org/a")
    }

    @Test(
        arguments: [
            [("note", "n")], [("settings", ["retries": 4])], [("id", 1)], [("body", "AQL+")],
            [("extra", ["k": [nil, 1.5, .unsigned(.max), "x", true]])],
        ] as [[(String, JSONValue?)]])
    func anotherInputIsOtherWork(changes: [(String, JSONValue?)]) async throws {
        let step = Step("page") { (page: Page) in page.url.absoluteString }
        try registry.register(step)
        _ = try await registry.execute(step, page)
        #expect(try await registry.execute("page", context: try context(with: changes)).source == .executed)
    }

    @Test func anInputThatIsNilMeetsNull() async throws {
        let step = Step("optional") { (input: Int?) in input }
        try registry.register(step)
        #expect(try await registry.execute(step, nil).value == nil)
        let named = try await registry.execute("optional", context: nil)
        #expect(named.source == .hit(age: .zero) && named.value as? Int? == .some(.none))
        #expect(try await registry.execute("optional", context: 5).value as? Int == 5)
    }

    @Test func aDynamicStepTellsContextsApartAsTheyAre() async throws {
        let step = Step<JSONValue, Int>(dynamic: "raw") { _ in 1 }
        try registry.register(step)
        for context: JSONValue in [["a": 1], ["a": 1, "b": nil], ["a": 1, "b": 2]] {
            #expect(try await registry.execute("raw", context: context).source == .executed)
            #expect(try await registry.execute(step, context).source == .hit(age: .zero))
        }
    }

    @Test func anInputThatIsOnlyEncodableIsTakenTypedOnly() async throws {
        let step = Step("one-way") { (input: OneWay) in input.path }
        try registry.register(step)
        #expect(try await registry.execute(step, OneWay(path: "a")).source == .executed)
        #expect(try await registry.execute(step, OneWay(path: "a")).source == .hit(age: .zero))
        let error = await #expect(throws: DedupError.self) {
            try await registry.execute("one-way", context: ["path": "a"])
        }
        #expect(error?.code == .invalidContext && error?.message.contains("OneWay") == true)
    }

    @Test(
        arguments: [
            nil, true, 0, -1, 1.5, 1e300, .unsigned(.max), .integer(.min), .number(0x1p60), "", "a\u{0}\u{e9}", [], [:],
            [nil, [1, ["a": [:]]]], ["": nil, "a": ["b": [1.5, .unsigned(.max)]], "Index 0": 1],
        ] as [JSONValue])
    func jsonComesThroughADecoderAsItWas(value: JSONValue) throws {
        let bytes = Data(try CanonicalJSON.bytes(of: value))
        #expect(try JSONDecoder().decode(JSONValue.self, from: bytes) == value)
    }

    // MARK: - Limits

    @Test func aContextMayBeAsLargeAsTheLimitsOfTheFingerprinterAllow() async throws {
        let limits = try FingerprintLimits(maximumBytes: 4 << 20)
        let long = String(repeating: "x", count: 2 << 20)
        let registries = [
            registry,
            StepRegistry(
                deduplicator: Deduplicator(time: ManualTimeSource()), fingerprinter: Fingerprinter(limits: limits)),
        ]
        let step = Step("length") { (input: String) in input.count }
        for registry in registries { try registry.register(step) }
        let error = await #expect(throws: FingerprintError.self) {
            try await registries[0].execute("length", context: .string(long))
        }
        #expect(error?.code == .tooLarge)
        #expect(try await registries[1].execute("length", context: .string(long)).value as? Int == 2 << 20)
    }

    @Test func aContextMayBeNoLargerThanTheLimitsOfTheFingerprinterAllow() async throws {
        let registry = StepRegistry(
            deduplicator: Deduplicator(time: ManualTimeSource()),
            fingerprinter: Fingerprinter(limits: try FingerprintLimits(maximumBytes: 64)))
        try registry.register(Step("count") { (input: Login) in input.user })
        let error = await #expect(throws: FingerprintError.self) {
            let unknown = JSONValue.string(String(repeating: "x", count: 100))
            return try await registry.execute("count", context: ["user": "u", "password": "p", "more": unknown])
        }
        #expect(error?.code == .tooLarge)
    }
}
