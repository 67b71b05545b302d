import Dedup

struct Repository: Codable { var path: String }

let registry = StepRegistry()
let status = Step("git.status", ttl: .fixed(.seconds(300))) { (repository: Repository) in
    "clean: \(repository.path)"  // the expensive part
}
try registry.register(status)
for _ in 1...2 { print(try await registry.execute(status, Repository(path: "/srv/app")).source) }
print(try await registry.execute("git.status", context: ["path": "/srv/app"]).value)
