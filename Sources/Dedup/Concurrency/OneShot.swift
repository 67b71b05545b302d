internal import Caching

/// A value that arrives once and is waited for by one task. The first value counts, later ones are ignored.
final class OneShot<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case fulfilled(Value)
    }

    private let state = Lock(State.empty)

    /// Delivers the value.
    ///
    /// - Returns: Whether it is the first, and counts.
    @discardableResult
    func fulfil(_ value: Value) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .empty:
                state = .fulfilled(value)
                return (true, nil)
            case .waiting(let continuation):
                state = .fulfilled(value)
                return (true, continuation)
            case .fulfilled:
                return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }

    /// The value, if it has arrived.
    var current: Value? {
        state.withLock { if case .fulfilled(let value) = $0 { value } else { nil } }
    }

    /// Waits for the value.
    var value: Value {
        get async {
            let value = await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Value? in
                    switch state {
                    case .empty:
                        state = .waiting(continuation)
                        return nil
                    case .fulfilled(let value):
                        return value
                    case .waiting:
                        preconditionFailure("A one-shot value is waited for by one task.")
                    }
                }
                if let ready { continuation.resume(returning: ready) }
            }
            state.orderForSanitizer()
            return value
        }
    }
}

extension Result where Failure == any Error {
    /// How `body` ends.
    init(catching body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
