/// The calls of one worker: a preallocated buffer with a single writer.
///
/// Recording is a handful of stores: no lock, no allocation, no atomic. Only one thread at a time may call
/// ``begin(request:key:intended:start:phase:verb:)`` and ``record(_:)``. ``complete(_:end:outcome:execution:value:)`` may be
/// called from any thread, once a slot, because slots are disjoint memory.
///
/// Unchecked: the count is touched by the one writer only, each slot by the one thread that fills or completes it, and
/// the recorder reads only after the caller has synchronised with the workers (joined, or awaited them).
public final class HistoryLane: @unchecked Sendable {
    private let calls: UnsafeMutableBufferPointer<Call>
    private var count = 0
    private var overflow = 0
    /// Each worker counts in a lane of its own: two lanes that share a cache line would slow each other down.
    private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    init(capacity: Int) {
        calls = .allocate(capacity: capacity)
        // Every page is touched now, so that no page fault happens inside a measured call.
        calls.initialize(repeating: Call(request: 0, key: 0, start: 0, end: 0, outcome: .failed, execution: 0))
    }

    deinit {
        calls.deinitialize()
        calls.deallocate()
    }

    /// Appends a call that has returned. Costs twice what ``begin(request:key:intended:start:phase:verb:)`` and
    /// ``complete(_:end:outcome:execution:value:)`` cost together, because the call is built first and copied then.
    public func record(_ call: Call) {
        guard count < calls.count else {
            overflow += 1
            return
        }
        calls[count] = call
        count += 1
    }

    /// Appends a call that is about to start, and returns its slot; negative when the lane is full, which is counted.
    ///
    /// A slot that is never completed is a lost call: the checker reports it.
    public func begin(
        request: UInt32, key: UInt32, intended: UInt64, start: UInt64, phase: UInt16, verb: CallVerb = .call
    ) -> Int {
        guard count < calls.count else {
            overflow += 1
            return -1
        }
        calls[count] = Call(
            request: request, key: key, intended: intended, start: start, end: 0, outcome: .failed, execution: 0,
            phase: phase, verb: verb)
        count += 1
        return count - 1
    }

    /// Completes a slot of this lane with its answer; a negative slot (a full lane) is ignored.
    public func complete(
        _ slot: Int, end: UInt64, outcome: OutcomeClass, execution: UInt64, value: UInt64 = 0
    ) {
        guard slot >= 0 else { return }
        calls[slot].end = end
        calls[slot].outcome = outcome
        calls[slot].execution = execution
        calls[slot].value = value
    }

    /// How many calls the lane holds.
    public var recorded: Int { count }

    /// How many calls found no room.
    public var dropped: Int { overflow }

    /// The recorded calls, without copying; valid only while the lane lives and is not written.
    func withCalls<Result>(_ body: (UnsafeBufferPointer<Call>) -> Result) -> Result {
        body(UnsafeBufferPointer(rebasing: calls[..<count]))
    }

    /// Forgets what was recorded: there is room for as many calls again.
    func clear() { (count, overflow) = (0, 0) }
}
