import Configuration
import Dedup
import DedupConfiguration

let provider = EnvironmentVariablesProvider(environmentVariables: [
    "DEDUP_CACHE_CAPACITY_ENTRIES": "300", "DEDUP_RECORD_TIMEOUT": "1.5s",
])
let config = ConfigReader(provider: provider).scoped(to: "dedup")
let configuration = try DeduplicatorConfiguration(config: config)
let registry = StepRegistry(deduplicator: try Deduplicator(configuration: configuration))
let greeting = Step("greeting") { (name: String) in "Hello, \(name)!" }
try registry.register(greeting)
print(try await registry.execute(greeting, "Ada").value)
print("\(configuration.cache.capacity.limit) results, \(configuration.recordTimeout)")
