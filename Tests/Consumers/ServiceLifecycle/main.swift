import Dedup
import DedupServiceLifecycle
import Logging
import ServiceLifecycle

let registry = StepRegistry()
let greeting = Step("greeting") { (name: String) in "Hello, \(name)!" }
try registry.register(greeting)

/// A service that makes a request and is done, which ends the group.
struct Visitor: Service {
    func run() async throws {
        print(try await registry.execute(greeting, "Ada").value)
    }
}

let group = ServiceGroup(
    configuration: ServiceGroupConfiguration(
        services: [
            .init(service: DedupService(registry)),
            .init(service: Visitor(), successTerminationBehavior: .gracefullyShutdownGroup),
        ],
        logger: Logger(label: "consumer")))
try await group.run()
print("shut down")
