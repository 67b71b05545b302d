internal import Caching
internal import Synchronization

/// A value that every request reads and that hardly ever changes. Reading takes no lock, never waits, and writes only
/// a counter of the processor that it runs on.
///
/// A change makes a new version and publishes it; the old one is released once no reader can have it in hand. Readers
/// announce themselves in one of two banks of counters. After publishing, the writer switches the bank and waits until the
/// other one is empty, twice: a reader that chose its bank before the first switch and counted itself after it is waited
/// for by the second. This is the read-side of sleepable RCU (P. E. McKenney, "Sleepable Read-Copy Update", 2006).
///
/// `Unmanaged`, because an atomic strong reference does not exist: loading one and retaining it are two steps, and the
/// counters keep the object alive between them. With a lock in its place two threads that read would write one cache line
/// in turn; the registry's row of `dedupbench micro` is the measure.
@safe
package final class ReadMostly<Value: Sendable>: Sendable {
    private final class Version: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    /// A counter on cache lines of its own.
    private struct Counter: ~Copyable, Sendable {
        let readers = Atomic<Int>(0)
        let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
        let morePadding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
    }

    private typealias Bank = InlineArray<8, Counter>

    private let current: Atomic<Unmanaged<Version>>
    private let bank = Atomic<Bool>(false)
    private let firstBank = Bank { _ in Counter() }
    private let secondBank = Bank { _ in Counter() }
    private let writing = Lock(())

    /// Makes a value.
    package init(_ initial: Value) {
        unsafe current = Atomic(Unmanaged.passRetained(Version(initial)))
    }

    deinit {
        unsafe current.load(ordering: .acquiring).release()
    }

    /// Hands the current value to `body`, which has to be short and must not change the value: a change waits for it.
    @inline(__always)
    package func read<Result>(_ body: (Value) throws -> Result) rethrows -> Result {
        let lane = Processor.current % Bank.count
        let isSecond = bank.load(ordering: .relaxed)
        counter(lane, isSecond: isSecond) { $0.add(1, ordering: .sequentiallyConsistent) }
        defer { counter(lane, isSecond: isSecond) { $0.subtract(1, ordering: .releasing) } }
        // Not retained: the counter keeps it alive.
        return try unsafe current.load(ordering: .sequentiallyConsistent)._withUnsafeGuaranteedRef {
            try body($0.value)
        }
    }

    /// Changes the value. Changes come one after the other; each copies what it changes, and waits for the readers that are
    /// just taking the old value in hand.
    package func update<Result: Sendable>(_ change: @Sendable (inout Value) -> Result) -> Result {
        let (result, old) = writing.withLock { _ -> (Result, Version) in
            var value = unsafe current.load(ordering: .acquiring).takeUnretainedValue().value
            let result = change(&value)
            let new = unsafe Unmanaged.passRetained(Version(value))
            let old = unsafe current.exchange(new, ordering: .sequentiallyConsistent).takeRetainedValue()
            for _ in 0..<2 { switchBankAndWait() }
            return (result, old)
        }
        // What the old version alone held is destroyed outside the lock.
        withExtendedLifetime(old) {}
        return result
    }

    /// Hands the value to `body` while no change is made.
    package func withoutChanges<Result: Sendable>(_ body: @Sendable (Value) -> Result) -> Result {
        writing.withLock { _ in unsafe body(current.load(ordering: .acquiring).takeUnretainedValue().value) }
    }

    private func counter(_ lane: Int, isSecond: Bool, _ body: (borrowing Atomic<Int>) -> Void) {
        if isSecond { body(secondBank[lane].readers) } else { body(firstBank[lane].readers) }
    }

    private func switchBankAndWait() {
        let isSecond = bank.load(ordering: .relaxed)
        bank.store(!isSecond, ordering: .sequentiallyConsistent)
        for lane in 0..<Bank.count {
            var isEmpty = false
            while !isEmpty {
                counter(lane, isSecond: isSecond) { isEmpty = $0.load(ordering: .sequentiallyConsistent) == 0 }
                if !isEmpty { Processor.yield() }
            }
        }
    }
}

extension ReadMostly: CustomReflectable {
    /// A mirror without children: reflection cannot copy atomics out of an inline array, and ends the process when it tries.
    package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .class) }
}
