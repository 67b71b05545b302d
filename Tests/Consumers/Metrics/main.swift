import CoreMetrics
import Dedup
import DedupMetrics
import Synchronization

/// Notes the name of each counter that counts, so that the script which runs this can read them.
final class PrintingFactory: MetricsFactory {
    static let names = Mutex<Set<String>>([])

    final class Printer: CounterHandler, RecorderHandler, TimerHandler {
        let label: String?

        init(label: String? = nil) { self.label = label }

        func increment(by amount: Int64) { if let label { _ = PrintingFactory.names.withLock { $0.insert(label) } } }
        func reset() {}
        func record(_ value: Int64) {}
        func record(_ value: Double) {}
        func recordNanoseconds(_ duration: Int64) {}
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { Printer(label: label) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Printer()
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { Printer() }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

let registry = StepRegistry()
let greeting = Step("greeting") { (name: String) in "Hello, \(name)!" }
try registry.register(greeting)
let metrics = ExecutionEventMetrics(events: registry.deduplicator.events.subscribe(), factory: PrintingFactory())
_ = try await registry.execute(greeting, "Ada")
await registry.deduplicator.shutdown()
await metrics.run()
DeduplicatorMetrics(registry.deduplicator, factory: PrintingFactory()).collect()
print(PrintingFactory.names.withLock { $0.sorted() }.joined(separator: " "))
