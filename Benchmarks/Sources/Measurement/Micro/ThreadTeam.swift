internal import Foundation
internal import Synchronization

/// Lets several threads start the same work at the same moment.
enum ThreadTeam {
    /// Calls the body on `threads` threads at once, the caller's among them, and returns how long the slowest took.
    static func slowest(of threads: Int, _ body: @escaping @Sendable () -> UInt64) -> UInt64 {
        guard threads > 1 else { return body() }
        let state = State()
        for _ in 1..<threads {
            let thread = Thread {
                state.work(threads, body)
                state.finished.signal()
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        state.work(threads, body)
        for _ in 1..<threads { state.finished.wait() }
        return state.slowest.load(ordering: .acquiring)
    }

    private final class State: Sendable {
        let arrived = Atomic<Int>(0)
        let slowest = Atomic<UInt64>(0)
        let finished = DispatchSemaphore(value: 0)

        func work(_ threads: Int, _ body: () -> UInt64) {
            arrived.wrappingAdd(1, ordering: .acquiringAndReleasing)
            while arrived.load(ordering: .acquiring) < threads { sched_yield() }
            slowest.max(body(), ordering: .acquiringAndReleasing)
        }
    }
}
