import Caching
import Dedup
import DedupTesting
import Testing

// The code of guides and doc comments, word for word between the marks: it compiles, and where it says what comes out of
// it, that does. A rule of the repository compares the texts.

struct Repository: Codable { var path: String }

func git(_ command: String, in path: String) async throws -> String { "\(command) of \(path)" }

@Suite(.timeLimit(.minutes(1))) struct GuideSnippets {
    @Test func overview() async throws {
        @Sendable func load(_ id: Int) async throws -> String { "user \(id)" }
        let id = 1
        // snippet: Sources/Dedup/Documentation.docc/Dedup.md
        let dedup = Deduplicator()
        let user = try await dedup.once("user", id, ttl: .seconds(60)) { try await load(id) }
        // end
        #expect(user == "user 1")
        // snippet: Sources/Dedup/Documentation.docc/Dedup.md
        let registry = StepRegistry()
        let status = Step("git.status", ttl: .seconds(300)) { (repository: Repository) in
            try await git("status", in: repository.path)
        }
        try registry.register(status)

        let outcome = try await registry.execute(status, Repository(path: "/srv/app"))
        print(outcome.value)  // what the step returned
        print(outcome.source)  // executed, joined or hit(age:)
        // end
        #expect(outcome.value == "status of /srv/app" && outcome.source == .executed)
    }

    @Test func registry() async throws {
        let records = InMemoryExecutionRecords()
        // snippet: Sources/Dedup/Steps/Step.swift
        let status = Step("git.status", ttl: .seconds(300)) { (repository: Repository) in
            try await git("status", in: repository.path)
        }
        // end
        // snippet: Sources/Dedup/Steps/StepRegistry.swift
        let registry = StepRegistry(records: records)
        try registry.register(status)
        let outcome = try await registry.execute(status, Repository(path: "/srv/app"))
        let same = try await registry.execute("git.status", context: ["path": "/srv/app"])
        // end
        #expect(outcome.source == .executed && same.executionID == outcome.executionID)
        #expect(registry.deduplicator.statistics.hits == 1)
    }

    struct Calendar { func today() -> String { "Friday" } }

    @Test func forms() async throws {
        let calendar = Calendar()
        // snippet: Sources/Dedup/Steps/Step.swift
        let add = Step("add") { (a: Int, b: Int) in a + b }
        let today = Step("today", ttl: .minutes(1)) { calendar.today() }
        // end
        let registry = StepRegistry()
        try registry.register(add)
        try registry.register(today)
        #expect(try await registry.execute(add, 1, 2).value == 3)
        #expect(try await registry.execute(today).value == "Friday")
    }

    @Test func once() async throws {
        @Sendable func load(_ id: Int) async throws -> String { "user \(id)" }
        @Sendable func load(_ ids: [Int]) async throws -> [Int: String] {
            Dictionary(uniqueKeysWithValues: ids.map { ($0, "user \($0)") })
        }
        let (id, ids) = (1, [1, 2])
        // snippet: Sources/Dedup/Execution/Deduplicator.swift
        let dedup = Deduplicator()
        let user = try await dedup.once("user", id, ttl: .seconds(60)) { try await load(id) }
        // end
        do {
            // snippet: Sources/Dedup/Execution/NamedWork.swift
            let user = try await dedup.once("user", id, ttl: .seconds(60)) { try await load(id) }
            // end
            #expect(user == "user 1")
        }
        // snippet: Sources/Dedup/Execution/Deduplicator+Keys.swift
        let users = try await dedup.once("user", keys: ids) { missing in try await load(missing) }
        // end
        #expect(users == [1: user, 2: "user 2"])
        #expect(dedup.statistics.executions.started == 2)
    }

    struct MissingTenant: Error {}

    @Test func middleware() async throws {
        // snippet: Sources/Dedup/Steps/StepMiddleware.swift
        struct Authorisation: StepMiddleware {
            func execute<Output: Sendable>(
                _ request: StepRequest, next: StepChain<Output>
            ) async throws -> Outcome<Output> {
                guard request.scope != nil else { throw MissingTenant() }
                return try await next(request)
            }
        }
        // end
        let registry = StepRegistry(deduplicator: Deduplicator(), outer: [Authorisation()])
        let step = Step("a") { 1 }
        try registry.register(step)
        await #expect(throws: MissingTenant.self) { try await registry.execute(step) }
        #expect(try await registry.execute(step, scope: "tenant").value == 1)
    }

    @Test func literals() throws {
        // snippet: Sources/Dedup/Fingerprint/JSON/JSONValue.swift
        let context: JSONValue = ["path": "/srv/app", "depth": 2, "all": true, "since": nil]
        // end
        let text = #"{"all":true,"depth":2,"path":"/srv/app","since":null}"#
        #expect(try context == JSONValue(parsing: text))
    }

    @Test func record() {
        let record = ExecutionRecord(
            step: "git.status", fingerprint: .number(1), executions: 3, totalDuration: .milliseconds(3_600))
        // snippet: Sources/Dedup/Records/ExecutionRecord.swift
        let executions = record.executions  // 3
        let average = record.averageDuration  // 1.2 seconds
        // end
        #expect(executions == 3 && average == .milliseconds(1_200))
    }
}
