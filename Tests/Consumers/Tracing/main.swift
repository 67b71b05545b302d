import Dedup
import DedupTracing
import Synchronization
import Tracing

/// Notes the name of each span that ends, so that the script which runs this can read them.
struct PrintingTracer: Tracer {
    static let names = Mutex<[String]>([])

    struct Span: Tracing.Span {
        let name: String
        let context: ServiceContext

        var operationName: String {
            get { name }
            nonmutating set {}
        }
        var attributes: SpanAttributes {
            get { [:] }
            nonmutating set {}
        }
        var isRecording: Bool { true }

        func setStatus(_ status: SpanStatus) {}
        func addEvent(_ event: SpanEvent) {}
        func addLink(_ link: SpanLink) {}
        func recordError(
            _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> some TracerInstant
        ) {}
        func end(at instant: @autoclosure () -> some TracerInstant) {
            PrintingTracer.names.withLock { $0.append(name) }
        }
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> Span {
        Span(name: operationName, context: context())
    }

    func forceFlush() {}
    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {}
    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {}
}

InstrumentationSystem.bootstrap(PrintingTracer())
let deduplicator = try Deduplicator(configuration: DeduplicatorConfiguration(), tracing: ExecutionTracing())
let registry = StepRegistry(deduplicator: deduplicator)
let greeting = Step("greeting") { (name: String) in "Hello, \(name)!" }
try registry.register(greeting)
for _ in 1...2 { _ = try await registry.execute(greeting, "Ada") }
print(PrintingTracer.names.withLock { $0.sorted() }.joined(separator: ", "))
