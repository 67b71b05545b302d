/// The loads in progress of one shard and their waiters: events in, actions out. It runs nothing itself.
///
/// A load has a number that is unique in the process. While it is *current*, it is the one that callers of its key join, and
/// its result is stored. It stops being current when its key is inserted or removed, when all its waiters have left, or when
/// it ends. A waiter is known by the number of its call; the call that begins a load gives the load its number.
///
/// There is no order among waiters and no place to reserve: a caller joins with its waiter in hand. So a dictionary is
/// enough, which finds a waiter that leaves in constant time.
@usableFromInline
package struct LoadTable<Key: Hashable & Sendable, Waiter: Sendable, Handle: Sendable>: Sendable {
    /// Where a load runs.
    @usableFromInline
    package enum Runner: Hashable, Sendable {
        /// In a task of its own. Its callers are all waiters; without any it is cancelled.
        case task
        /// On the thread of the caller that began it, which is not a waiter and cannot leave.
        case thread
    }

    /// The part of a caller.
    package enum Claim: Hashable, Sendable {
        /// The caller begins the load; the number of its call is the number of the load.
        case begin
        /// The caller waits for this load.
        case join(UInt64)
    }

    @usableFromInline
    struct Load: Sendable {
        let key: Key
        let runner: Runner
        var waiters: [UInt64: Waiter] = [:]
        var handle: Handle?
    }

    /// The current load of each key. Its keys are those of the loads, so none of them is the last reference to something.
    private var current: [Key: UInt64] = [:]
    @usableFromInline private(set) var loads: [UInt64: Load] = [:]
    /// The load that each waiting call waits for.
    private var waiting: [UInt64: UInt64] = [:]

    /// Makes a table without loads.
    @usableFromInline
    package init() {}

    /// Whether no load is in progress. Inlinable, because every insertion and removal asks.
    @inlinable package var isEmpty: Bool { loads.isEmpty }

    /// Begins a load of `key` or joins the one that is current.
    ///
    /// A caller that blocks a thread never joins a load in a task, because the task may need that thread to run. It begins
    /// a load of its own, which becomes the current one.
    ///
    /// - Parameters:
    ///   - call: A number that no load and no call had before.
    ///   - runner: Where the load runs if this call begins it.
    ///   - waiter: Kept if the call joins a load, or begins one in a task.
    package mutating func claim(_ key: Key, call: UInt64, runner: Runner, waiter: Waiter) -> Claim {
        if let number = current[key], runner == .task || loads[number]?.runner == .thread {
            loads[number]?.waiters[call] = waiter
            waiting[call] = number
            return .join(number)
        }
        var load = Load(key: key, runner: runner)
        if runner == .task {
            load.waiters[call] = waiter
            waiting[call] = call
        }
        loads[call] = load
        // Removed first, because a dictionary keeps the older of two equal keys: that of the load which was current.
        current[key] = nil
        current[key] = call
        return .begin
    }

    /// Keeps the handle that cancels a load in a task.
    ///
    /// - Returns: Whether the load is still in progress. If not, it has ended or lost all its waiters: cancel it.
    package mutating func attach(_ handle: Handle, to number: UInt64) -> Bool {
        guard loads[number] != nil else { return false }
        loads[number]?.handle = handle
        return true
    }

    /// Takes away the waiter of `call`.
    ///
    /// - Returns: The waiter, to be resumed, and, if this was the last of its waiters, the handle of the load, which is to be
    ///   cancelled, and its key, to be released outside the lock. Nil when the call does not wait, or no longer.
    package mutating func leave(_ call: UInt64) -> (waiter: Waiter, cancelled: Handle?, key: Key?)? {
        guard let number = waiting.removeValue(forKey: call),
            let waiter = loads[number]?.waiters.removeValue(forKey: call)
        else { return nil }
        guard let load = loads[number], load.runner == .task, load.waiters.isEmpty else {
            return (waiter, nil, nil)
        }
        remove(number)
        return (waiter, load.handle, load.key)
    }

    /// The key was inserted or removed: its load is no longer current.
    @usableFromInline
    package mutating func supersede(_ key: Key) {
        current[key] = nil
    }

    /// All keys were removed: no load is current any more.
    @usableFromInline
    package mutating func supersedeAll() {
        current = [:]
    }

    /// Whether the result of the load may be stored.
    @usableFromInline
    package func isCurrent(_ number: UInt64) -> Bool {
        loads[number].map { current[$0.key] == number } ?? false
    }

    /// The load has ended.
    ///
    /// - Returns: The waiters to resume with its result, and its key, to be released outside the lock.
    package mutating func finish(_ number: UInt64) -> (waiters: [Waiter], key: Key?) {
        guard let load = loads[number] else { return ([], nil) }
        remove(number)
        for call in load.waiters.keys { waiting[call] = nil }
        return (Array(load.waiters.values), load.key)
    }

    private mutating func remove(_ number: UInt64) {
        guard let load = loads.removeValue(forKey: number) else { return }
        if current[load.key] == number { current[load.key] = nil }
    }
}
