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
        // snippet: Sources/Dedup/Documentation.docc/Dedup.md
        let registry = StepRegistry()
        let status = Step("git.status", ttl: .fixed(.seconds(300))) { (repository: Repository) in
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
        let status = Step("git.status", ttl: .fixed(.seconds(300))) { (repository: Repository) in
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
