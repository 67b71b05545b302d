import Dedup

let dedup = Deduplicator()
for _ in 1...2 {
    let user = try await dedup.once("user", 7, ttl: .seconds(60)) {
        print("loading user 7")  // the expensive part; callers that come meanwhile wait for it
        return "Ada"
    }
    print(user)
}

// Work with an input of its own is a step: it has a policy, records and events, and can be called by its name.
struct Repository: Codable { var path: String }

let registry = StepRegistry()
let status = Step("git.status", ttl: .seconds(300)) { (repository: Repository) in "clean: \(repository.path)" }
try registry.register(status)
for _ in 1...2 { print(try await registry.execute(status, Repository(path: "/srv/app")).source) }
print(try await registry.execute("git.status", context: ["path": "/srv/app"]).value)
