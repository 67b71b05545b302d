internal import Dispatch
internal import Synchronization

/// Waits for what a subject does outside of calls, where no pulse shows that it still lives.
enum Watchdog {
    private static let queue = DispatchQueue(label: "dedupbench.watchdog")

    /// Whether `body` returns within `limit`. If not it goes on, and nobody waits for it any more.
    static func finishes(within limit: Duration, _ body: @escaping @Sendable () async -> Void) async -> Bool {
        // A source and no delayed block: cancelled, it gives its memory back at once, and memory may be what is measured.
        let timer = DispatchSource.makeTimerSource(queue: queue)
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            let race = Race(continuation)
            timer.setEventHandler { race.end(with: false) }
            timer.schedule(deadline: .now() + .nanoseconds(Int(clamping: limit.nanoseconds)))
            timer.resume()
            Task.detached {
                await body()
                race.end(with: true)
            }
        }
    }

    /// The first of two to come decides.
    private final class Race: Sendable {
        private let continuation: Mutex<CheckedContinuation<Bool, Never>?>

        init(_ continuation: CheckedContinuation<Bool, Never>) {
            self.continuation = Mutex(continuation)
        }

        func end(with result: Bool) {
            continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }?.resume(returning: result)
        }
    }
}
