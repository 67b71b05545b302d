internal import Dedup
internal import LoadGeneration
internal import Synchronization
internal import Verification

/// Turns the library's evictions and expirations into excuses of the history.
///
/// An excuse names its execution, so it is sound however late it is logged.
final class ExcuseCollector: Sendable {
    /// The step name of the events with which ``drain()`` finds out that everything before them was read.
    private static let marker = "dedupbench.marker"
    /// A lost event would be a lost excuse, and so a false accusation: nothing is ever dropped.
    private static let buffer = Int.max

    private let bus: EventBus
    private let subscription: EventSubscription
    private let reader: Task<Void, Never>
    private let markers: Markers

    /// Who waits for how many markers.
    private final class Markers: Sendable {
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

        func wait(_ publish: () -> Void) async {
            await withCheckedContinuation { continuation in
                waiting.withLock { $0.append(continuation) }
                publish()
            }
        }

        func pass() {
            waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }?.resume()
        }
    }

    init(_ bus: EventBus, into log: ExcuseLog) {
        let subscription = bus.events(buffering: Self.buffer)
        let markers = Markers()
        self.bus = bus
        self.subscription = subscription
        self.markers = markers
        reader = Task.detached {
            for await event in subscription {
                switch event {
                case .cacheEvicted(let details) where details.step == Self.marker: markers.pass()
                case .cacheEvicted(let details): log.record(.evicted, execution: details.executionID ?? 0)
                case .cacheExpired(let details): log.record(.expired, execution: details.executionID ?? 0)
                case .executionSuperseded(let details, _): log.record(.superseded, execution: details.executionID ?? 0)
                default: break
                }
            }
        }
    }

    /// Returns when everything that was published before is logged.
    func drain() async {
        let marker = ExecutionEvent.Details(
            step: Self.marker, fingerprint: Fingerprint(words: (0, 0, 0, 0)), time: SystemTimeSource().wallTime)
        await markers.wait { bus.publish(.cacheEvicted(marker)) }
    }

    /// Logs what is left, and ends the subscription.
    func finish() async {
        await drain()
        subscription.cancel()
        await reader.value
    }
}
