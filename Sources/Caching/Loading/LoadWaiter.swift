internal import Dispatch

/// A caller that waits for a load: a suspended task or a blocked thread. Resumed exactly once, outside every lock.
@usableFromInline
enum LoadWaiter<Value: Sendable>: Sendable {
    case task(CheckedContinuation<Result<Value, any Error>, Never>)
    case thread(BlockedThread<Value>)

    func resume(_ result: Result<Value, any Error>) {
        switch self {
        case .task(let continuation): continuation.resume(returning: result)
        case .thread(let thread): thread.resume(result)
        }
    }
}

/// A thread that is blocked until a load on another thread has ended.
@usableFromInline
final class BlockedThread<Value: Sendable>: Sendable {
    private let result = Lock<Result<Value, any Error>?>(nil)
    private let signal = DispatchSemaphore(value: 0)

    func resume(_ result: Result<Value, any Error>) {
        self.result.withLock { $0 = result }
        signal.signal()
    }

    /// Blocks the calling thread until the result is there.
    func wait() -> Result<Value, any Error> {
        while true {
            if let result = result.withLock({ $0 }) { return result }
            signal.wait()
        }
    }
}

/// The task of a load.
@usableFromInline typealias LoadTask = Task<Void, Never>
