internal import Caching
internal import Dedup
internal import Synchronization

/// What caches of these cases hold.
protocol MicroValue: Sendable {
    /// Which entry it is of.
    var number: UInt64 { get }
}

extension UInt64: MicroValue {
    var number: UInt64 { self }
}

/// A value that is a reference: a hit has to retain it.
final class MicroBox: MicroValue {
    let number: UInt64

    init(_ number: Int) { self.number = UInt64(number) }
}

/// What a user would write himself.
final class LockedDictionary<Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let deadline: MonotonicInstant
    }

    private let entries: Mutex<[Fingerprint: Entry]>

    init(capacity: Int) {
        entries = Mutex([:])
        entries.withLock { $0.reserveCapacity(capacity) }
    }

    func insert(_ value: Value, for key: Fingerprint, deadline: MonotonicInstant) {
        entries.withLock { $0[key] = Entry(value: value, deadline: deadline) }
    }

    func value(for key: Fingerprint, at now: MonotonicInstant) -> Value? {
        entries.withLock { entries in
            guard let entry = entries[key], now < entry.deadline else { return nil }
            return entry.value
        }
    }
}

/// The same with a bound: the entry that was inserted first goes.
final class BoundedDictionary: Sendable {
    private struct State {
        var entries: [Fingerprint: (value: UInt64, deadline: MonotonicInstant)] = [:]
        var order: [Fingerprint] = []
        /// The place in `order` of the entry that goes next.
        var oldest = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) {
        self.capacity = capacity
        state.withLock { state in
            state.entries.reserveCapacity(capacity)
            state.order.reserveCapacity(capacity)
        }
    }

    func insert(_ value: UInt64, for key: Fingerprint, deadline: MonotonicInstant) {
        state.withLock { state in
            guard state.entries.updateValue((value, deadline), forKey: key) == nil else { return }
            guard state.order.count == capacity else {
                state.order.append(key)
                return
            }
            state.entries[state.order[state.oldest]] = nil
            state.order[state.oldest] = key
            state.oldest = state.oldest + 1 == capacity ? 0 : state.oldest + 1
        }
    }

    func value(for key: Fingerprint, at now: MonotonicInstant) -> UInt64? {
        state.withLock { state in
            guard let entry = state.entries[key], now < entry.deadline else { return nil }
            return entry.value
        }
    }
}
