internal import CProcessor

#if DEDUP_PTHREAD_LOCK
public import Glibc
#else
public import Synchronization
#endif

#if DEDUP_PTHREAD_LOCK
/// A lock around the state that it protects, for sanitizer builds.
///
/// ThreadSanitizer does not see into the contended path of `Synchronization.Mutex` and reports races that are not
/// there, so builds with `-DDEDUP_PTHREAD_LOCK` use the lock that it understands. The contract is the same.
@safe
@usableFromInline
package struct Lock<State: ~Copyable>: ~Copyable, @unchecked Sendable {
    // Sendable although it holds pointers: both are written once, in `init`, and the memory behind `state` is only
    // touched between the lock and the unlock of `withLock`, so one thread at a time sees it.
    @usableFromInline let handle: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline let state: UnsafeMutablePointer<State>

    /// Makes an unlocked lock around `initial`.
    @inlinable
    package init(_ initial: consuming sending State) {
        unsafe handle = .allocate(capacity: 1)
        unsafe handle.initialize(to: pthread_mutex_t())
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: initial)
        let failure = unsafe pthread_mutex_init(handle, nil)
        precondition(failure == 0, "The system refused to make a mutex.")
    }

    deinit {
        unsafe pthread_mutex_destroy(handle)
        unsafe handle.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Runs `body` with exclusive access to the state. Not recursive; `body` should be short and call no foreign code.
    @inlinable
    @inline(__always)
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        #if DEBUG
        LockCount.add()
        #endif
        unsafe pthread_mutex_lock(handle)
        defer { unsafe pthread_mutex_unlock(handle) }
        return try unsafe body(&state.pointee)
    }

    /// Runs `body` as ``withLock(_:)`` does, unless the lock is taken; then it returns nil.
    package borrowing func withLockIfFree<Result>(_ body: (inout State) -> sending Result) -> sending Result? {
        #if DEBUG
        LockCount.add()
        #endif
        guard unsafe pthread_mutex_trylock(handle) == 0 else { return nil }
        defer { unsafe pthread_mutex_unlock(handle) }
        return unsafe body(&state.pointee)
    }
}
#else
/// A lock around the state that it protects: the only lock of the library.
///
/// It spins for a moment before it parks, because the sections it protects last tens of nanoseconds and a park costs
/// microseconds. The spin is that of `Synchronization.Mutex`, which tries up to 1,000 times on x86-64 and 100 times
/// elsewhere before it asks the kernel. Not recursive, not fair.
@usableFromInline
package struct Lock<State: ~Copyable>: ~Copyable, Sendable {
    @usableFromInline let mutex: Mutex<State>

    /// Makes an unlocked lock around `initial`.
    @inlinable
    package init(_ initial: consuming sending State) {
        mutex = Mutex(initial)
    }

    /// Runs `body` with exclusive access to the state. Not recursive; `body` should be short and call no foreign code.
    @inlinable
    @inline(__always)
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        #if DEBUG
        LockCount.add()
        #endif
        return try mutex.withLock { (state: inout sending State) throws(Failure) -> sending Result in try body(&state) }
    }

    /// Runs `body` as ``withLock(_:)`` does, unless the lock is taken; then it returns nil.
    package borrowing func withLockIfFree<Result>(_ body: (inout State) -> sending Result) -> sending Result? {
        #if DEBUG
        LockCount.add()
        #endif
        return mutex.withLockIfAvailable { (state: inout sending State) -> sending Result in body(&state) }
    }
}
#endif

/// How many locks were taken: counted in debug builds, so that tests can hold what an operation takes.
@usableFromInline
package enum LockCount {
    /// Locks that the calling thread has taken; nil in a release build, which does not count.
    package static var taken: Int? {
        #if DEBUG
        Int(dedup_counted_locks())
        #else
        nil
        #endif
    }

    @usableFromInline
    static func add() { dedup_count_lock() }
}

extension Lock where State: ~Copyable {
    /// Tells ThreadSanitizer that what follows comes after all that was done under the lock before; does nothing without it.
    ///
    /// For a task that has awaited a continuation. The runtime tells the sanitizer of a task that it wakes up, but not of one
    /// whose continuation was resumed before it was awaited, so what it was handed would look like a race. It is none: the
    /// resumption is seen before anything after the wait.
    @inlinable
    @inline(__always)
    package borrowing func orderForSanitizer() {
        #if DEDUP_PTHREAD_LOCK
        withLock { _ in }
        #endif
    }
}
