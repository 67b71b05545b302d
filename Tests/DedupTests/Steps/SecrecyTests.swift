import Caching
import Dedup
import DedupTesting
import Testing

/// A secret in an input separates requests and appears nowhere else.
@Suite(.timeLimit(.minutes(1))) struct SecrecyTests {
    private let secret = "hunter2-Xq9"
    let records = InMemoryExecutionRecords()
    let registry: StepRegistry
    let login = Step<Login, String>("login") { login in
        if login.user == "broken" { throw Boom() }
        return "hello \(login.user)"
    }

    init() throws {
        registry = StepRegistry(records: records, time: ManualTimeSource())
        try registry.register(login)
    }

    @Test func requestsThatDifferOnlyInASecretDoNotShareAResult() async throws {
        #expect(try await registry.execute(login, Login(user: "u", password: secret)).source == .executed)
        #expect(try await registry.execute(login, Login(user: "u", password: "other")).source == .executed)
        #expect(try await registry.execute(login, Login(user: "u", password: secret)).source == .hit(age: .zero))
    }

    @Test func aSecretAppearsInNoEventRecordErrorStatisticOrDump() async throws {
        let subscription = registry.deduplicator.events.subscribe()
        var told: [Any] = []
        told.append(try await registry.execute(login, Login(user: "u", password: secret)))
        told.append(try await registry.execute("login", context: ["user": "u", "password": .string(secret)]))
        told.append(await error(user: "broken"))
        told.append(await error(context: ["user": 5, "password": .string(secret)]))
        told.append(await error(context: ["password": .string(secret)]))
        told.append(await error(context: ["user": "u", "password": [.string(secret)]]))
        told.append(registry.deduplicator.statistics)
        told.append(try registry.statistics(of: "login"))
        told.append(registry.steps)
        #expect(await registry.deduplicator.shutdown())
        for await event in subscription { told.append(event) }
        told.append(try await records.duplicates(over: 0, limit: 100))
        told.append(registry)
        #expect(told.count > 15)
        for thing in told {
            var text = "\(thing) \(String(reflecting: thing)) "
            dump(thing, to: &text)
            #expect(!text.contains(secret))
        }
    }

    private func error(user: String) async -> Any {
        await error { try await registry.execute(login, Login(user: user, password: secret)).value }
    }

    private func error(context: JSONValue) async -> Any {
        await error { try await registry.execute("login", context: context).value }
    }

    private func error<Value>(_ body: () async throws -> Value) async -> Any {
        do { return try await body() } catch { return error }
    }

    @Test(
        arguments: [
            (["user": 5, "password": "x"], "$.user"), (["password": "x"], "$.user"),
            (["user": "u", "password": nil], "$.password"), ("text", "$"),
        ] as [(JSONValue, String)])
    func anInvalidContextNamesTheFieldAndNotTheValue(context: JSONValue, path: String) async throws {
        let error = await #expect(throws: DedupError.self) { try await registry.execute("login", context: context) }
        #expect(error?.code == .invalidContext)
        #expect(error?.message.contains(path) == true && error?.message.contains("Login") == true)
    }
}
