public import CProcessor

/// The counts and notes that hits leave in a shard, in as many lanes as there are processors, up to eight: a hit writes the lane of
/// the processor that it runs on, here and in ``HitCounts``. So up to eight processors do not write one cache line in turn, not even
/// when they hit the same slot. (What the caller does with the value is another matter: a reference is counted in its object.)
///
/// The lanes with their locks are a lock for many readers in the manner of the "big-reader lock" of Linux 2.4: a lookup
/// takes the lock of one lane, a change of the shard takes all. With one lock for both, two threads with a core each came
/// to 14.5 million hits a second, less than half of what one did alone (10,000 entries, 32-byte keys).
///
/// A lane is touched only under its own lock, or under those of all lanes.
@safe
@usableFromInline
struct HitLane: ~Copyable {
    /// A hit that was not yet reported to the policy.
    @usableFromInline
    struct Note {
        @usableFromInline let slot: Slot
        @usableFromInline let hash: UInt64

        @inlinable
        init(slot: Slot, hash: UInt64) {
            self.slot = slot
            self.hash = hash
        }
    }

    /// How many hits a lane notes before the shard is locked as a whole to report them to the policy.
    @usableFromInline static var noteLimit: Int { 64 }

    @usableFromInline var hits = 0
    @usableFromInline var misses = 0
    // Unsafe memory and not an array, because an append would pay for a uniqueness check and may move. Room for
    // `noteLimit` notes is allocated by the first and freed in `deinit`; those below `noteCount` are initialised.
    @usableFromInline var notes: UnsafeMutablePointer<Note>?
    @usableFromInline var noteCount = 0

    @inlinable
    init() {
        unsafe notes = nil
    }

    @inlinable
    deinit { unsafe notes?.deallocate() }

    /// Whether there is room for another note.
    @inlinable var takesNote: Bool { noteCount < Self.noteLimit }

    /// Notes a hit; there is room for it.
    @inlinable
    mutating func note(_ slot: Slot, hash: UInt64) {
        let room = unsafe notes ?? .allocate(capacity: Self.noteLimit)
        unsafe notes = unsafe room
        unsafe (room + noteCount).initialize(to: Note(slot: slot, hash: hash))
        noteCount &+= 1
    }

    /// Reports the noted hits to the policy, in their order, and forgets them.
    @usableFromInline
    mutating func reportNotes(to policy: inout ShardPolicy) {
        guard noteCount > 0, let notes = unsafe notes else { return }
        for index in 0..<noteCount {
            let note = unsafe notes[index]
            policy.hit(note.slot, hash: note.hash)
        }
        noteCount = 0
    }
}

/// The processors of the machine: they choose the lanes.
@usableFromInline
package enum Processor {
    /// The number of the processor that the calling thread runs on. It may be another one by the time the number is used, so
    /// it is good for choosing between locks and for nothing else.
    @inlinable
    @inline(__always)
    package static var current: Int { Int(truncatingIfNeeded: dedup_processor_current()) }

    /// A number of the calling thread that no other living thread has.
    package static var thread: UInt { dedup_thread_current() }

    /// Lets other threads run that want this processor.
    package static func yield() { dedup_thread_yield() }

    /// How many there are.
    static let count = Int(dedup_processor_count())

    /// The number of lanes that keeps processors apart: that of the processors, rounded up to a power of two, and at most 8, because
    /// reading all of what is kept in lanes locks every one.
    package static let laneCount = min(8, 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount))
}
