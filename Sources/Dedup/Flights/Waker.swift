/// Resumes one suspended caller: the one continuation idiom of the library.
///
/// It is made under the table's lock and leaves its seat under that lock, so whoever holds it is the only one, and it is
/// resumed exactly once: what `CheckedContinuation` would check, for 64 bytes more a waiter and an allocation, is what the
/// model test of ``FlightTable`` and the schedules prove.
@safe
struct Waker: Sendable {
    private let continuation: UnsafeContinuation<WaitEnd, Never>

    init(_ continuation: UnsafeContinuation<WaitEnd, Never>) {
        unsafe self.continuation = unsafe continuation
    }

    /// Lets the caller go on with `end`. To be called once, outside every lock.
    func resume(returning end: WaitEnd) {
        unsafe continuation.resume(returning: end)
    }
}
