import Dedup
import DedupLogging
import Logging

/// Prints what is logged, so that the script which runs this can read it.
struct PrintingHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { print(event.message) }
}

let registry = StepRegistry()
let greeting = Step("greeting") { (name: String) in "Hello, \(name)!" }
try registry.register(greeting)
let logger = ExecutionEventLogger(
    events: registry.deduplicator.events.subscribe(), logger: Logger(label: "dedup") { _ in PrintingHandler() },
    configuration: ExecutionEventLoggerConfiguration(omitted: [.executionCompleted]))
_ = try await registry.execute(greeting, "Ada")
await registry.deduplicator.shutdown()
await logger.run()
